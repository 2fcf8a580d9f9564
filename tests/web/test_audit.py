"""The audit log in sentences that lead to what they are about."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.testclient import TestClient

from app.db import Database
from app.models import AuditEntry
from app.viewer import Viewer
from app.web.audit import line_of, sentence_of, who
from app.web.audit_words import ABOUT, LINKS, SENTENCES
from app.web.language import Tongue, zone
from app.web.page import Visit
from tests.rows import NOW
from tests.web.conftest import EMAIL
from tests.web.test_members import browser_of

Say = Callable[..., list[str]]
ROOT = Path(__file__).parents[2]
NOT_LITERAL = {"incident": ("acknowledged", "assigned", "false_alarm", "note", "resolved")}


def visit_in(code: Any) -> Visit:
    return Visit(Request({"type": "http"}), None, Tongue(code, zone("UTC"), NOW), None)  # type: ignore[arg-type] # unused


def recorded() -> set[str]:
    """Every action that the code writes into the log by its name."""
    found = set()
    for file in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            name = getattr(getattr(node, "func", None), "id", "")
            if isinstance(node, ast.Call) and name in ("record", "versioned", "_end"):
                found |= {each.value for each in node.args if isinstance(each, ast.Constant) and "." in str(each.value)}
    return found | {f"{noun}.{verb}" for noun, verbs in NOT_LITERAL.items() for verb in verbs}


def test_each_action_has_its_sentence_and_each_sentence_its_action() -> None:
    assert {action for action in recorded() if isinstance(action, str)} == set(SENTENCES)


def test_what_a_sentence_leads_to_has_a_page(app: FastAPI) -> None:
    nouns = {action.partition(".")[0] for action, text in SENTENCES.items() if "[" in text}
    assert nouns <= {*LINKS, "import"}
    assert set(ABOUT) <= {action.partition(".")[0] for action in SENTENCES}


@pytest.mark.parametrize(
    ("action", "target", "details", "names", "told"),
    [
        ("mention.update", "1", {"fields": ["brand_id", "stance"]}, {}, "Ana corrected the stance of |a mention|"),
        ("mention.update", "1", {"fields": ["status", "tags"]}, {}, "Ana changed |a mention|"),
        ("mention.update", "12 mentions", {"fields": ["status"]}, {}, "Ana changed 12 mentions at once||"),
        ("brand.update", "7", {"fields": ["query"]}, {"7": "Acme"}, "Ana changed the brand |Acme|"),
        ("brand.update", "7", None, {}, "Ana changed the brand |something that is gone|"),
        ("phrase.create", "7", {"text": "[x]"}, {"7": "[x]"}, "Ana added the phrase |(x)|"),
        (
            "member.role",
            "9",
            {"email": "b@example.com", "before": "viewer", "after": "admin"},
            {},
            "Ana changed the role of |b@example.com| from Viewer to Administrator",
        ),
        ("invitation.create", "9", {"role": "manager"}, {}, "Ana invited whoever has the link as Manager||"),
        ("nothing.known", "9", {}, {}, "Ana · nothing.known||"),
    ],
)
def test_a_line_is_a_sentence(
    action: str, target: str, details: dict[str, Any] | None, names: Mapping[str, str], told: str
) -> None:
    entry = AuditEntry(actor="ana@example.com", action=action, target=target, details=details, at=NOW)
    line = line_of(visit_in("en"), entry, {"ana@example.com": "Ana"}, dict(names))
    assert f"{line.before}|{line.noun}|{line.after}" == told
    assert bool(line.href) == (bool(line.noun) and line.noun != "something that is gone")


@pytest.mark.parametrize(
    ("actor", "shown"),
    [("cli", "Le terminal"), ("key:script", "La clé script"), ("ana@example.com", "Ana"), ("x@y.z", "x@y.z")],
)
def test_whoever_did_it_has_a_name(actor: str, shown: str) -> None:
    assert who(visit_in("fr"), actor, {"ana@example.com": "Ana"}) == shown


def test_one_field_is_told_by_its_own_sentence() -> None:
    assert sentence_of("mention.update", {"fields": ["note"]}, "1") == "{who} wrote a note on [a mention]"
    assert sentence_of("mention.update", {"fields": "note"}, "1") == SENTENCES["mention.update"]


def test_the_page_tells_filters_and_leads_on(browser: TestClient, say: Say, db: Database) -> None:
    [one] = say({"text": "Brumelo never answers"})
    browser.post("/settings/account", data={"name": "Sophie", "language": "fr", "timezone": "UTC"})
    browser.post(f"/mentions/{one}/stance", data={"stance": "promoter"})
    page = browser.get("/settings/audit").text
    assert f'Sophie a corrigé la tonalité d’<a href="/mentions/{one}">une mention</a>' in page
    only = browser.get("/settings/audit", params={"actor": EMAIL, "about": "mention"}).text
    assert "la tonalité" in only
    assert "a créé le compte" not in only
    assert "la tonalité" not in browser.get("/settings/audit?to=2020-01-01").text
    for nonsense in ("from=yesterday", "to=%00", "about=x&actor=%00", "from=9999-12-31&to=0001-01-01"):
        assert browser.get(f"/settings/audit?{nonsense}").status_code == 200, nonsense


def test_others_are_told_whom_to_ask(browser: TestClient, app: FastAPI, db: Database, viewer: Viewer) -> None:
    reader = browser_of(app, db, viewer, "viewer")
    for path in ("/settings/audit", "/settings/keys"):
        page = reader.get(path)
        assert (page.status_code, f"Ask {EMAIL}." in page.text) == (403, True)
