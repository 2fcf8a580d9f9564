"""Secrets with a mark on them: the mark is looked for wherever something of ours can be read."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.actions.secrets import secret_fields
from app.db import Database
from app.services import Services
from collectors import all_collectors
from tests.api.test_destinations import CASES
from tests.api.test_doors import routes
from tests.api.things import things_of

CANARY = "canary0f5ecrets"
CHANNELS: list[dict[str, Any]] = [
    {"kind": "webhook", "params": {"url": f"https://hooks.example.com/{CANARY}"}},
    {"kind": "slack", "params": {"webhook_url": f"https://hooks.slack.com/services/T0/B0/{CANARY}"}},
    {"kind": "teams", "params": {"webhook_url": f"https://flow.example.com/workflows/1?sig={CANARY}"}},
    {"kind": "discord", "params": {"webhook_url": f"https://discord.com/api/webhooks/1/{CANARY}"}},
    {"kind": "telegram", "params": {"token": f"123456:{CANARY}", "chat_id": "1"}},
    {"kind": "ntfy", "params": {"topic": CANARY, "token": f"tk_{CANARY}"}},
]
KEY_IN_ADDRESS = {"collector": "rss", "params": {"url": f"https://feeds.example.com/f?api_key={CANARY}"}}


def sources() -> list[dict[str, Any]]:
    """One of each kind that has a secret, with the mark in every secret; and a feed whose address holds one."""
    made = [KEY_IN_ADDRESS]
    for kind, params in CASES.items():
        secrets = dict.fromkeys(secret_fields(all_collectors()[kind].params), CANARY)
        if kind == "email":
            secrets.pop("password")  # it takes this or a token
        made.append({"collector": kind, "params": params | secrets})
    return made


@pytest.fixture
def answers(us: Any) -> list[str]:
    """The answers to the making of sources and channels whose secrets bear the mark."""
    made = [us.admin.post("/api/v1/sources", json={"name": f"S{n}", **body}) for n, body in enumerate(sources())]
    made += [us.admin.post("/api/v1/channels", json={"name": f"C{n}", **body}) for n, body in enumerate(CHANNELS)]
    assert {answer.status_code for answer in made} == {201}, [answer.text for answer in made]
    return [answer.text for answer in made]


def test_no_table_holds_a_secret_in_clear(db: Database, answers: list[str]) -> None:
    assert len(answers) > 25
    with db.reading() as session:
        tables = session.scalars(
            text("SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public'")
        ).all()
        assert {"source", "channel", "audit_entry", "idempotent_answer"} <= set(tables)
        for table in tables:
            rows = session.scalars(text(f"SELECT row_to_json(t)::text FROM {table} t"))
            assert not [row for row in rows if CANARY in row or CANARY.encode().hex() in row], table


def test_no_answer_shows_a_secret(
    app: FastAPI, us: Any, db: Database, services: Services, answers: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert CANARY not in "".join(answers)
    ours = things_of(us, db, services)
    every = {name: us.admin.get(f"/api/v1/{name}s?limit=100").json()["items"] for name in ("source", "channel")}
    read = 0
    for method, path, _ in routes(app):
        if method != "GET":
            continue
        name = path.partition("{")[2].partition("}")[0]
        ids = [str(getattr(ours, name)), *(row["id"] for row in every.get(name[:-3], []))] if name else [""]
        for row_id in ids:
            answer = us.admin.get(path.replace(f"{{{name}}}", row_id))
            assert CANARY not in answer.text, path
            read += answer.status_code == 200
    assert read > 50
    assert CANARY not in caplog.text


def test_no_refusal_and_no_log_repeats_a_secret(us: Any, capfd: pytest.CaptureFixture[str]) -> None:
    wrong = [{**body, "name": "n" * 5000} for body in sources()]
    refused = [us.admin.post("/api/v1/sources", json=body) for body in wrong]
    tried = [us.admin.post("/api/v1/sources/preview", json={**KEY_IN_ADDRESS, "name": "S"})]
    assert {answer.status_code for answer in refused} == {422}
    assert CANARY not in "".join(answer.text for answer in refused + tried)
    assert CANARY not in "".join(capfd.readouterr())
