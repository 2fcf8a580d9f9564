"""Whatever text is pushed through the API ends as a scored row, or as a refusal with its reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.actions import keys
from app.actions.phrases import NewPhrase
from app.actions.phrases import create as create_phrase
from app.db import Database
from app.main import create_app
from app.models import Match
from app.pipeline.judge.restance import RestanceHistory
from app.pipeline.judge.score import ScorePending
from app.services import Services, build
from app.settings import Settings
from app.viewer import ROLE_SCOPES, Viewer
from sentiment.compact import compact

LONG = "Zephyrine is wonderful. " * 4_000
HARD: dict[str, tuple[dict[str, Any], str]] = {
    "an empty text": ({"text": ""}, "refused"),
    "an empty text under a title": ({"text": "", "title": "Zephyrine"}, "stored"),
    "spaces": ({"text": " \t\n\u00a0\u2003", "title": "Zephyrine"}, "stored"),
    "one word": ({"text": "Zephyrine"}, "stored"),
    "one letter": ({"text": "z", "title": "Zephyrine"}, "stored"),
    "nearly 100,000 characters": ({"text": LONG}, "stored"),
    "a megabyte": ({"text": "Zephyrine " * 100_000}, "refused"),
    "a megabyte of one word": ({"text": "z" * 1_000_000}, "refused"),
    "one word of 90,000 letters": ({"text": "z" * 90_000, "title": "Zephyrine"}, "stored"),
    "only emoji": ({"text": "😡😡😡🤬", "title": "Zephyrine"}, "stored"),
    "emoji of many parts": ({"text": "👩🏽‍🚀🏳️‍🌈 Zephyrine 👨‍👩‍👧‍👦"}, "stored"),
    "only a link": ({"text": "https://zephyrine.example.com/a?b=c#d"}, "stored"),
    "mixed scripts": ({"text": "Zephyrine это ужасно ひどい 最悪 رائع नमस्ते שלום"}, "stored"),
    "a script without data": ({"text": "Zephyrine ༄༅།།བོད་ཡིག", "language": "bo"}, "stored"),
    "a language nobody speaks": ({"text": "Zephyrine blorf", "language": "zz"}, "stored"),
    "a language with its country": ({"text": "Zephyrine ça déchire", "language": "fr-CA"}, "stored"),
    "a null byte": ({"text": "Zephyrine\x00 is\x00 lovely"}, "stored"),
    "control characters": ({"text": "Zephyrine\x01\x02\x1b[31m\x7f\x9b"}, "stored"),
    "marks without a letter": ({"text": "Zephyrine " + "\u0301" * 500}, "stored"),
    "directions turned round": ({"text": "\u202eZephyrine\u202c \u2067ereh\u2069"}, "stored"),
    "markup": ({"text": "<p>Zephyrine</p><script>alert(1)</script>"}, "stored"),
    "a byte order mark": ({"text": "\ufeffZephyrine"}, "stored"),
    "what SQL and search read": ({"text": "Zephyrine'; DROP TABLE match; -- \\ '':1A & | ! ( <->"}, "stored"),
    "a title that the text repeats": (
        {"text": "Zephyrine is back. Long live it.", "title": "Zephyrine is back"},
        "stored",
    ),
    "a rating of nothing": ({"text": "Zephyrine", "rating": 0}, "stored"),
    "a rating over its scale": ({"text": "Zephyrine", "rating": 6}, "refused"),
}


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    built = build(settings)
    yield built
    built.close()


@pytest.fixture
def client(services: Services, db: Database, workspace_id: Any) -> TestClient:
    """A program with a key of a workspace that listens for phrases."""
    viewer = Viewer(workspace_id, "test", ROLE_SCOPES["admin"])
    with db.writing() as session:
        secret = keys.create(session, viewer, keys.NewKey(name="k", scopes=["write"]), datetime.now(UTC)).secret
        for text in ("ça déchire", "😡", "is"):
            create_phrase(session, viewer, NewPhrase(text=text, stance="promoter"), services.jobs)
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    return TestClient(create_app(services), base_url="http://localhost", headers=headers)


def test_half_a_surrogate_pair_is_no_json(client: TestClient) -> None:
    item = {"external_id": "1", "text": "Zephyrine \ud83d is broken", "published_at": "2026-11-20T10:00:00Z"}
    answer = client.post("/api/v1/mentions", content=json.dumps({"items": [item]}))
    assert answer.status_code == 422
    assert "Invalid JSON" in answer.json()["errors"][0]["message"]


@pytest.fixture
def pushed(client: TestClient) -> dict[str, dict[str, Any]]:
    """Every hard text, pushed at once; what came of each, by its name."""
    assert client.post("/api/v1/brands", content=json.dumps({"name": "Z", "query": "zephyrine"})).status_code == 201
    at = "2026-11-20T10:00:00Z"
    items = [{"external_id": name, "published_at": at, "platform": "forum", **item} for name, (item, _) in HARD.items()]
    results = []
    for start in range(0, len(items), 7):  # under the 10 MB of one body
        answer = client.post("/api/v1/mentions", content=json.dumps({"items": items[start : start + 7]}))
        assert answer.status_code == 202, answer.text
        results += answer.json()["items"]
    return {one["external_id"]: one for one in results}


def test_every_hard_text_has_a_defined_answer(
    pushed: dict[str, dict[str, Any]], services: Services, db: Database, workspace_id: Any
) -> None:
    assert {name: one["status"] for name, one in pushed.items()} == {name: status for name, (_, status) in HARD.items()}
    assert [name for name, one in pushed.items() if one["status"] == "refused" and not one["errors"]] == []
    ScorePending(db, compact(), services.jobs, random=Random(1))()
    RestanceHistory(db, services.jobs)(str(workspace_id))
    with db.reading() as session:
        matches = {str(row.mention_id): row for row in session.scalars(select(Match))}
    stored = {name: matches[one["id"]] for name, one in pushed.items() if one["status"] == "stored"}
    for name, match in stored.items():
        assert match.stance in ("promoter", "passive", "detractor", "unsure"), name
        total = (match.negative or 0) + (match.neutral or 0) + (match.positive or 0)
        assert total == pytest.approx(1, abs=1e-3), name
    told = {name: (match.stance, match.stance_source) for name, match in stored.items()}
    assert told["a language with its country"] == ("promoter", "phrase")
    assert told["only emoji"] == ("promoter", "phrase")
    assert told["a rating of nothing"] == ("detractor", "rating")
