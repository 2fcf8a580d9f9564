"""Every text that a page may have to translate: those of the code and templates, and those of the plug-ins' forms."""

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
from collectors import all_collectors

ROOT = Path(__file__).parents[2]
Id = str | tuple[str, str]

PLACED = {
    "Problem": 2, "FieldError": 1, "Notice": 0, "SourceError": 0, "SourceBusy": 0, "SourceRefused": 0,
    "QueryError": 0, "DeliveryError": 0, "Poison": 0, "ValueError": 0, "Unread": 0, "UnreadableFile": 0,
    "Blocked": 0, "BadRequest": 0, "NameNotFound": 0, "Unreachable": 0, "BadCertificate": 0, "BadRedirect": 0,
    "TooSlow": 0, "Crowded": 0, "TooLarge": 0, "CutShort": 0, "BadAnswer": 0, "Refusal": 1,
}  # fmt: skip
"""Which argument of a refusal is its English template; `Refusal` is a row of a collector's table."""
TALKING = ("app/actions", "app/api", "app/auth", "app/pipeline", "app/queries", "app/http", "app/web", "app/viewer.py",
           "app/problems.py", "collectors", "ground", "matching", "alerts/channels", "alerts/rules")  # fmt: skip
"""Whose refusals people read."""


def gathered() -> dict[Id, str]:
    """Each message, singular or (singular, plural), and a file that says it."""
    found: dict[Id, str] = {}
    methods = [("**/templates/**.html", "jinja2"), ("web/**.py", "python")]
    for file, _, message, _, _ in extract_from_dir(ROOT / "app", method_map=methods):
        ids = message if isinstance(message, tuple) else (message, None)
        found.setdefault((ids[0], ids[1]) if len(ids) > 1 and ids[1] else ids[0], f"app/{file}")
    for text, file in (*_said(), *_refusals(), *_forms()):
        if text:
            found.setdefault(text, file)
    return found


def _trees(*places: str) -> Iterator[tuple[str, ast.Module]]:
    for place in places:
        path = ROOT / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            yield str(file.relative_to(ROOT)), ast.parse(file.read_text(encoding="utf-8"))


def _said() -> Iterator[tuple[str, str]]:
    """What the pages' own code says, by `say`, `count` and `N_`; babel sees `N_` only."""
    for file, tree in _trees("app/web"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {"say", "N_"}:
                yield from ((text, file) for text in _texts(node.args[0]) if node.args)
            if isinstance(node, ast.Call) and ast.unparse(node).startswith("map(tongue.say"):
                yield from ((text, file) for text in _texts(node.args[1]))


@cache
def _placed() -> dict[str, int]:
    """PLACED, and the refusals that are made from those: a subclass takes its template at the same place."""
    found = dict(PLACED)
    classes = [node for _, tree in _trees(*TALKING) for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    for _ in range(3):  # generations
        for node in classes:
            bases = [ast.unparse(base).rpartition(".")[2] for base in node.bases]
            for base in bases:
                if base in found:
                    found.setdefault(node.name, found[base])
    return found


def _refusals() -> Iterator[tuple[str, str]]:
    for file, tree in _trees(*TALKING):
        named = _named(tree)
        yield from ((text, file) for name in _chosen(tree) for text in named.get(name, ()))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            place = _placed().get(ast.unparse(node.func).rpartition(".")[2])
            if place is not None and len(node.args) > place:
                template = node.args[place]
                yield from ((text, file) for text in _texts(template) or named.get(ast.unparse(template), []))
            yield from ((text, file) for word in node.keywords if word.arg == "hint" for text in _texts(word.value))


def _texts(node: ast.expr) -> list[str]:
    """The literal texts of an expression: one, or those of a choice; none when it is built at run time."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.Name):
        return [_constants()[node.id]] if node.id in _constants() else []
    if isinstance(node, ast.JoinedStr):
        parts = [_texts(part.value if isinstance(part, ast.FormattedValue) else part) for part in node.values]
        return ["".join(text for part in parts for text in part)] if all(parts) else []
    if isinstance(node, ast.IfExp):
        return _texts(node.body) + _texts(node.orelse)
    if isinstance(node, ast.Tuple | ast.List):
        return [text for part in node.elts for text in _texts(part)]
    return []


def _chosen(tree: ast.Module) -> Iterator[str]:
    """The names in refusals whose sentence is not written out, and those of the function that chose it."""
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for node in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            place = _placed().get(ast.unparse(node.func).rpartition(".")[2])
            if place is not None and len(node.args) > place and not _texts(node.args[place]):
                yield from (part.id for part in ast.walk(function) if isinstance(part, ast.Name))


def _named(tree: ast.Module) -> dict[str, list[str]]:
    """The sentences that a module has a name for, alone or as the values of a dict, by that name."""
    found: dict[str, list[str]] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            values = node.value.values if isinstance(node.value, ast.Dict) else [node.value]
            found[ast.unparse(target)] = [text for value in values for text in _texts(value) if " " in text]
    return found


@cache
def _constants() -> dict[str, str]:
    """The texts that the code of the gate has a name for, by name."""
    return {
        target.id: node.value.value
        for _, tree in _trees("app/http")
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _forms() -> Iterator[tuple[str, str]]:
    """Labels and hints of what the plug-ins ask for."""
    declared: list[Any] = [*all_collectors().values(), *all_rules().values(), *all_channels().values()]
    for plug_in in declared:
        if not getattr(plug_in, "hidden", False):
            yield from ((text, f"{type(plug_in).__name__} {plug_in.kind}") for text in labels(plug_in.params))


def labels(model: type[BaseModel]) -> Iterator[str]:
    for part in model.model_json_schema().get("properties", {}).values():
        yield part.get("title", "")
        yield part.get("description", "")
        yield from part.get("labels", {}).values()
