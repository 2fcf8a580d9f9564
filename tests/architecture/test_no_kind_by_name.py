"""The application asks no kind of source for its name: what it has to know of one is a field of the declaration."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping

import pytest

from collectors import all_collectors

SPARED = {
    ("app/actions/opml.py", "rss"): "each line of a list of feeds becomes a source of this kind",
    ("app/actions/push.py", "push"): "what the API is sent is kept as a source of this kind",
    ("app/actions/importing.py", "push"): "and so is what people import from files",
    ("app/queries/sources.py", "push"): "the names that an import may go on with",
    ("app/actions/channels.py", "webhook"): "a kind of channel that has the same name",
    ("app/web/channels.py", "email"): "likewise",
    ("app/auth/oidc.py", "email"): "what an OpenID provider tells of a person",
}
A_COLUMN_TOO = frozenset({"sample"})


def kinds_named(tree: ast.Module, kinds: Collection[str]) -> Iterator[tuple[int, str]]:
    """The line and the name of each kind that is compared with, listed, matched, or made a source of."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare(left=left, comparators=others):
                candidates = [left, *others]
            case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
                candidates = elements
            case ast.MatchValue(value=value):
                candidates = [value]
            case ast.keyword(arg="collector", value=value):
                candidates = [value]
            case _:
                continue
        for one in candidates:
            if isinstance(one, ast.Constant) and one.value in kinds:
                yield one.lineno, str(one.value)


def kinds_in_template(text: str, kinds: Collection[str]) -> list[str]:
    """The kinds whose name a template compares with, or lists."""
    compared = re.findall(r"""(?:[=!]=|\bin\b|[(\[,])\s*["']([\w-]+)["']""", "".join(re.findall(r"{%.*?%}", text)))
    return [name for name in compared if name in kinds]


def test_no_module_of_the_application_asks_for_a_kind_by_its_name(trees: Mapping[str, ast.Module]) -> None:
    kinds = all_collectors().keys() - A_COLUMN_TOO
    found = [
        f"{file}:{line} {kind}"
        for file, tree in trees.items()
        if file.startswith("app/")
        for line, kind in kinds_named(tree, kinds)
        if (file, kind) not in SPARED
    ]
    assert found == []


def test_no_page_asks_for_a_kind_by_its_name(templates: Mapping[str, str]) -> None:
    kinds = all_collectors().keys()
    found = {file: kinds_in_template(text, kinds) for file, text in templates.items() if file.startswith("app/")}
    assert {file: names for file, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "code",
    [
        'OWN_IDS = frozenset({"push", "rss"})',
        'FIRST = ("rss", "webpage")',
        'if kind == "rss": pass',
        'if "rss" != row.collector: pass',
        'wanted = kind in ["rss"]',
        'select(Source).where(Source.collector == "rss")',
        'match kind:\n    case "rss": pass',
        'NewSource(collector="rss", name=name)',
    ],
)
def test_a_kind_that_is_named_is_found(code: str) -> None:
    assert "rss" in [kind for _, kind in kinds_named(ast.parse(code), {"rss"})]


@pytest.mark.parametrize("code", ['all_collectors()["rss"]', 'kind == "rss2"', '{"rss": 1}', 'find("rss")'])
def test_a_word_that_asks_nothing_is_let_through(code: str) -> None:
    assert [*kinds_named(ast.parse(code), {"rss"})] == []


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("{% if kind.kind == 'rss' %}", ["rss"]),
        ('{% if kind.kind in ("x1", "rss") %}', ["rss"]),
        ("{% if kind.polled %}rss{% endif %}", []),
        ("<p>in 'rss'</p>", []),
    ],
)
def test_a_kind_that_a_template_names_is_found(template: str, found: list[str]) -> None:
    assert kinds_in_template(template, {"rss"}) == found
