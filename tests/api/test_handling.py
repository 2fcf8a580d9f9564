"""The author of a mention, and how long people wait, over the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.db import Database
from app.models import Claim, Mention
from tests.rows import member_rows


def test_an_author_is_described_by_what_is_stored(us: Any, said: dict[str, str]) -> None:
    found = us.reader.get(f"/api/v1/mentions/{said['x1']}/author").json()
    assert (found["name"], found["mentions"], found["more"]) == ("Ana", 2, False)
    assert sum(found["stances"].values()) == 3
    assert found["sites"] == [{"name": "forum", "mentions": 2}] or found["sites"][0]["mentions"] == 2


def test_the_time_to_answer_of_a_brand(us: Any, said: dict[str, str], brand: dict[str, Any]) -> None:
    path = f"/api/v1/brands/{brand['id']}/answering"
    params = {"from": "2026-11-01T00:00:00Z"}
    before = us.reader.get(path, params=params).json()
    assert (before["answered"], before["median_seconds"]) == (0, None)
    assert before["unanswered_detractors"] > 0
    us.editor.patch(f"/api/v1/mentions/{said['x1']}", json={"status": "answered"})
    after = us.reader.get(path, params=params).json()
    assert after["answered"] == 1
    assert after["median_seconds"] == after["p90_seconds"] > 0
    assert after["unanswered_detractors"] == before["unanswered_detractors"] - 1
    backwards = {"from": "2026-11-02T00:00:00Z", "to": "2026-11-01T00:00:00Z"}
    assert us.reader.get(path, params=backwards).status_code == 422


def test_who_has_a_mention_open_is_named(us: Any, said: dict[str, str], db: Database) -> None:
    path = f"/api/v1/mentions/{said['x1']}/looking"
    assert us.reader.get(path).json() == {"names": []}
    with db.writing() as session:
        [where] = session.scalars(select(Mention.workspace_id).where(Mention.id == UUID(said["x1"])))
        user, member = member_rows(where, "Sophie")
        session.add(user)
        session.flush()
        session.add(member)
        session.flush()
        until = datetime.now(UTC) + timedelta(minutes=1)
        session.add(Claim(workspace_id=where, mention_id=UUID(said["x1"]), user_id=user.id, until=until))
    assert us.reader.get(path).json() == {"names": ["Sophie"]}
