"""What no file may hold: each rule is a function from a tree to the lines that break it, proved on an example."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping

import pytest

Offences = Callable[[ast.Module], Iterator[int]]


def calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the dotted name called, the way it is written."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


def naive_time(tree: ast.Module) -> Iterator[int]:
    for node, name in calls(tree):
        verb = name.rpartition(".")[2]
        if verb in {"utcnow", "utcfromtimestamp", "today"} and ("date" in name or "." in name):
            yield node.lineno
        if name.endswith("datetime.now") and not (node.args or node.keywords):
            yield node.lineno
        if name.endswith("datetime.fromtimestamp") and len(node.args) + len(node.keywords) < 2:
            yield node.lineno


def commit(tree: ast.Module) -> Iterator[int]:
    """A savepoint is released by the same word, which commits nothing."""
    yield from (node.lineno for node, name in calls(tree) if name.endswith(".commit") and name != "savepoint.commit")


def markup(tree: ast.Module) -> Iterator[int]:
    yield from (node.lineno for node, name in calls(tree) if name.rpartition(".")[2] == "Markup")


def code_from_data(tree: ast.Module) -> Iterator[int]:
    """Whatever runs code out of a file: pickles in all their disguises, eval, a YAML that builds objects."""
    modules = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
    names = {"torch.load", "yaml.load", "yaml.unsafe_load", "eval", "exec", "read_pickle"}
    yield from (line for line, module in imported(tree) if module.partition(".")[0] in modules)
    for node, name in calls(tree):
        arguments = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
        if name in names or name.endswith(".read_pickle") or arguments.get("allow_pickle") == "True":
            yield node.lineno


def html_parser(tree: ast.Module) -> Iterator[int]:
    yield from (line for line, module in imported(tree) if module in {"html.parser", "HTMLParser"})


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def feed_from_text(tree: ast.Module) -> Iterator[int]:
    """feedparser opens a string as a path or an address: it is given bytes, or a BytesIO, and named as such."""
    scopes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    safe = {call.lineno for scope in scopes for call in feed_calls(scope) if given_bytes(call, scope)}
    yield from (call.lineno for call in feed_calls(tree) if call.lineno not in safe)
    yield from (
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "feedparser" and "parse" in {a.name for a in node.names}
    )


def feed_calls(tree: ast.AST) -> list[ast.Call]:
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [node for node in nodes if ast.unparse(node.func) == "feedparser.parse"]


def given_bytes(call: ast.Call, scope: ast.FunctionDef) -> bool:
    if not call.args:
        return False
    parameters = [*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs]
    bytes_names = {p.arg for p in parameters if p.annotation and ast.unparse(p.annotation) == "bytes"}
    written = ast.unparse(call.args[0])
    return written in bytes_names or re.fullmatch(r"(io\.)?BytesIO\(.+\)", written, re.DOTALL) is not None


def own_window(tree: ast.Module) -> Iterator[int]:
    """A test of `since <= at < until` by hand, which says nothing of what has no date."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and len(node.ops) == 2:
            ends = (ast.unparse(node.left), ast.unparse(node.comparators[-1]))
            if ends[0].endswith(".since") and ends[1].endswith(".until"):
                yield node.lineno


RULES: dict[str, tuple[Offences, frozenset[str], tuple[str, ...], tuple[str, ...]]] = {
    "no clock without a zone": (
        naive_time,
        frozenset(),
        ("datetime.now()", "dt.datetime.utcnow()", "date.today()", "datetime.fromtimestamp(0)"),
        ("datetime.now(UTC)", "datetime.now(tz=UTC)", "datetime.fromtimestamp(0, UTC)", "clock.now()"),
    ),
    "only app/db.py commits": (
        commit,
        frozenset({"app/db.py", "app/migrate.py"}),  # a migration holds a lock of its session over many transactions
        ("session.commit()", "self.db.commit()"),
        ("db.writing()", "committed()", "savepoint.commit()"),
    ),
    "no text is declared safe": (markup, frozenset(), ("Markup('x')", "markupsafe.Markup(x)"), ("escape(x)",)),
    "no file brings code with it": (
        code_from_data,
        frozenset({"ground/isolate.py", "ground/nursery.py"}),  # what our own processes tell each other, and no file
        ("import pickle", "from joblib import load", "torch.load(f)", "numpy.load(f, allow_pickle=True)", "eval(x)"),
        ("json.loads(x)", "numpy.load(f, allow_pickle=False)", "ast.literal_eval(x)", "model.eval()"),
    ),
    "html.parser is quadratic": (
        html_parser,
        frozenset(),
        ("import html.parser", "from html.parser import HTMLParser", "from html import parser"),
        ("import html", "from html import unescape"),
    ),
    "a window says itself what it holds": (
        own_window,
        frozenset({"collectors/base.py"}),  # where Window.holds says it
        ("window.since <= at < window.until", "[x for x in y if self.window.since <= x.at < self.window.until]"),
        ("window.holds(at)", "window.since <= upto", "since < until", "at < window.until"),
    ),
    "feeds are parsed from bytes": (
        feed_from_text,
        frozenset(),
        ("feedparser.parse(url)", "def f(x: str): return feedparser.parse(x)", "from feedparser import parse"),
        ("def f(x: bytes): return feedparser.parse(x)", "def f(x): return feedparser.parse(BytesIO(x))"),
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_no_module_breaks_the_rule(rule: str, trees: Mapping[str, ast.Module]) -> None:
    offences, spared, _, _ = RULES[rule]
    assert [f"{file}:{line}" for file, tree in trees.items() if file not in spared for line in offences(tree)] == []


@pytest.mark.parametrize(("rule", "code"), [(rule, code) for rule in RULES for code in RULES[rule][2]])
def test_the_rule_sees_what_it_forbids(rule: str, code: str) -> None:
    assert list(RULES[rule][0](ast.parse(code))) != []


@pytest.mark.parametrize(("rule", "code"), [(rule, code) for rule in RULES for code in RULES[rule][3]])
def test_the_rule_lets_through_what_is_right(rule: str, code: str) -> None:
    assert list(RULES[rule][0](ast.parse(code))) == []


DECLARED_SAFE = r"\|\s*safe\b|\bMarkup\(|autoescape\s+false"
INLINE = r"\son[a-z]+=[\"']|<style\b|\sstyle=[\"']|javascript:"
UNESCAPED = re.compile(f"{DECLARED_SAFE}|{INLINE}", re.IGNORECASE)
BAD = ("{{ x | safe }}", "{{x|safe}}", '<a onclick="x">', "{% autoescape false %}", '<p style="x">')


def test_no_template_lets_text_out_unescaped_or_breaks_the_content_policy(templates: Mapping[str, str]) -> None:
    """Mail programs know no style sheet: a mail may hold inline styles, a page may not."""
    found = {name: text for name, text in templates.items() if UNESCAPED.search(text)}
    mails = {name for name, text in found.items() if name.startswith("alerts/") and not re.search(DECLARED_SAFE, text)}
    assert found.keys() - mails == set()


@pytest.mark.parametrize("bad", BAD)
def test_the_reading_of_templates_sees_what_it_forbids(bad: str) -> None:
    assert UNESCAPED.search(bad)


@pytest.mark.parametrize("good", ["{{ x }}", "unsafe", "<p class='safe'>", "{{ x | safely }}", '<button data-on="x">'])
def test_the_reading_of_templates_lets_through_what_is_right(good: str) -> None:
    assert not UNESCAPED.search(good)
