"""Gathers every text that a page may have to translate: from the code and the templates, and from the forms of
plug-ins."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.extract import extract_from_dir
from pydantic import BaseModel

from alerts.channels import all_channels
from alerts.rules import all_rules
from app.web.words import C_, SENSE
from collectors import all_collectors

ROOT = Path(__file__).parents[2]
Id = str | tuple[str, str]

PLACED = {
    "Problem": 2, "FieldError": 1, "Notice": 0, "SourceError": 0, "SourceBusy": 0, "SourceRefused": 0,
    "QueryError": 0, "DeliveryError": 0, "Poison": 0, "ValueError": 0, "Unread": 0, "UnreadableFile": 0,
    "Blocked": 0, "BadRequest": 0, "NameNotFound": 0, "Unreachable": 0, "BadCertificate": 0, "BadRedirect": 0,
    "TooSlow": 0, "Crowded": 0, "TooLarge": 0, "CutShort": 0, "BadAnswer": 0, "Refusal": 1,
}  # fmt: skip
"""The position of the English template among the arguments of a refusal. `Refusal` is a row of a collector's table."""
TALKING = ("app/actions", "app/api", "app/auth", "app/pipeline", "app/queries", "app/http", "app/web", "app/viewer.py",
           "app/problems.py", "collectors", "ground", "matching", "alerts/channels", "alerts/rules")  # fmt: skip
"""The files and folders whose refusals people read."""


def gather() -> dict[Id, str]:
    """A file that says it, by each message: singular, (singular, plural), or a word after its sense, as C_ gives it."""
    messages: dict[Id, str] = {}
    methods = [("**/templates/**.html", "jinja2"), ("web/**.py", "python")]
    for file, _, message, _, context in extract_from_dir(ROOT / "app", method_map=methods):
        ids = message if isinstance(message, tuple) else (message, None)
        one = C_(context, ids[0]) if context else ids[0]
        messages.setdefault((ids[0], ids[1]) if len(ids) > 1 and ids[1] else one, f"app/{file}")
    for text, file in (*_of_pages(), *_refusals(), *_forms()):
        if text:
            messages.setdefault(text, file)
    return messages


def _trees(*places: str) -> Iterator[tuple[str, ast.Module]]:
    for place in places:
        path = ROOT / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            yield str(file.relative_to(ROOT)), ast.parse(file.read_text(encoding="utf-8"))


def _of_pages() -> Iterator[tuple[str, str]]:
    """What the code of the pages says, by `say`, `count`, `N_` and `C_`; babel finds `N_` only."""
    for file, tree in _trees("app/web"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {"say", "N_"}:
                yield from ((text, file) for text in _texts(node.args[0]) if node.args)
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "C_":
                yield SENSE.join(text for part in node.args for text in _texts(part)), file
            if isinstance(node, ast.Call) and ast.unparse(node).startswith("map(tongue.say"):
                yield from ((text, file) for text in _texts(node.args[1]))


@cache
def _places() -> dict[str, int]:
    """PLACED, and the classes derived from those refusals: they take their template at the same place."""
    places = dict(PLACED)
    classes = [node for _, tree in _trees(*TALKING) for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    for _ in range(3):  # generations
        for node in classes:
            bases = [ast.unparse(base).rpartition(".")[2] for base in node.bases]
            for base in bases:
                if base in places:
                    places.setdefault(node.name, places[base])
    return places


def _templates(scope: ast.AST) -> Iterator[ast.expr]:
    """The template of every refusal that is made in a scope."""
    for node in ast.walk(scope):
        if isinstance(node, ast.Call):
            place = _places().get(ast.unparse(node.func).rpartition(".")[2])
            if place is not None and len(node.args) > place:
                yield node.args[place]


def _hints(tree: ast.Module) -> Iterator[ast.expr]:
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return (word.value for call in calls for word in call.keywords if word.arg == "hint")


def _refusals() -> Iterator[tuple[str, str]]:
    for file, tree in _trees(*TALKING):
        named = _named_sentences(tree)
        yield from ((text, file) for name in _chosen(tree) for text in named.get(name, ()))
        for template in _templates(tree):
            yield from ((text, file) for text in _texts(template) or named.get(ast.unparse(template), []))
        yield from ((text, file) for hint in _hints(tree) for text in _texts(hint))


def _texts(node: ast.expr) -> list[str]:
    """The literal texts of an expression: one, or those of a choice; none when it is built at run time."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.Name(id=name):
            return [_constants()[name]] if name in _constants() else []
        case ast.JoinedStr(values=values):
            parts = [_texts(part.value if isinstance(part, ast.FormattedValue) else part) for part in values]
            return ["".join(text for part in parts for text in part)] if all(parts) else []
        case ast.IfExp(body=body, orelse=otherwise):
            return _texts(body) + _texts(otherwise)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return [text for part in parts for text in _texts(part)]
    return []


def _chosen(tree: ast.Module) -> Iterator[str]:
    """All names in each function that makes a refusal whose sentence is not written out there."""
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for _ in (template for template in _templates(function) if not _texts(template)):
            yield from (part.id for part in ast.walk(function) if isinstance(part, ast.Name))


def _named_sentences(tree: ast.Module) -> dict[str, list[str]]:
    """The sentences to which a module gives a name, alone or as the values of a dict, by that name."""
    sentences: dict[str, list[str]] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            values = node.value.values if isinstance(node.value, ast.Dict) else [node.value]
            sentences[ast.unparse(target)] = [text for value in values for text in _texts(value) if " " in text]
    return sentences


@cache
def _constants() -> dict[str, str]:
    """The texts to which the code of the gate gives a name, by that name."""
    return {
        target.id: node.value.value
        for _, tree in _trees("app/http")
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _forms() -> Iterator[tuple[str, str]]:
    """The labels and hints in the forms of plug-ins."""
    declared: list[Any] = [*all_collectors().values(), *all_rules().values(), *all_channels().values()]
    for plug_in in declared:
        if not getattr(plug_in, "hidden", False):
            yield from ((text, f"{type(plug_in).__name__} {plug_in.kind}") for text in labels(plug_in.params))


def labels(model: type[BaseModel]) -> Iterator[str]:
    for part in model.model_json_schema().get("properties", {}).values():
        yield part.get("title", "")
        yield part.get("description", "")
        yield from part.get("labels", {}).values()
