"""What the pages say of a source that cannot be read, that is silent, or that costs money; and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from app.db import Database
from app.models import Poll, Source, Usage, uuid7
from app.pipeline.gather.pauses import pause
from app.web.sources import ADVICE, UNHEALTHY
from app.web.words import WORDS

NOW = datetime.now(UTC)


X = {"base_url": "https://api.x.com", "mode": "search", "query": "brumelo", "monthly_budget": 5.0}


Add = Callable[..., UUID]


@pytest.fixture
def add(db: Database, workspace_id: UUID) -> Add:
    def made(**values: Any) -> UUID:
        row = Source(
            workspace_id=workspace_id,
            id=uuid7(),
            **{
                "collector": "x",
                "name": "Brumelo on X",
                "params": X,
                "interval_seconds": 3600,
                "host": "api.x.com",
                "limit_key": "api.x.com#0123456789abcdef",
                "next_run_at": NOW + timedelta(hours=2),
                "last_success_at": NOW,
                "state": "ok",
                **values,
            },
        )
        with db.writing() as session:
            session.add(row)
        return row.id

    return made


def text_of(browser: TestClient, path: str) -> str:
    return " ".join(browser.get(path).text.split())


@pytest.mark.parametrize("state", UNHEALTHY)
def test_each_state_has_a_name_a_reason_and_what_to_do(browser: TestClient, add: Add, state: str) -> None:
    reason = {"text": "{host} says no", "args": {"host": "api.x.com"}}
    source_id = add(state=state, last_error=reason, next_run_at=None if state == "gone" else NOW + timedelta(hours=2))
    for path in ("/sources", f"/sources/{source_id}"):
        page = text_of(browser, path)
        assert WORDS["source state"][state] in page
        assert "pi.x.com says no" in page  # a sentence on its own begins with a capital
        assert ADVICE[state] in page.replace("&#39;", "'")


def test_a_throttled_source_says_until_when(browser: TestClient, add: Add, db: Database) -> None:
    soon = NOW + timedelta(days=40, hours=1)
    source_id = add(state="throttled", next_run_at=soon, last_error={"text": "slow down", "args": {}})
    assert f"until {soon:%b} {soon.day}" in text_of(browser, f"/sources/{source_id}")


def test_who_waits_for_another_says_so(browser: TestClient, add: Add, db: Database) -> None:
    source_id = add(next_run_at=NOW)
    with db.writing() as session:
        pause(session, "api.x.com#0123456789abcdef", NOW + timedelta(hours=5), {"text": "slow down", "args": {}})
    for path in ("/sources", f"/sources/{source_id}"):
        page = text_of(browser, path)
        assert "Slowed down by the site" in page
        assert ADVICE["another"] in page
    assert "asked for a pause: Vigie will read the source as soon" in browser.post(f"/sources/{source_id}/poll").text


def test_a_silent_source_says_since_when_and_what_to_check(
    browser: TestClient, add: Add, db: Database, workspace_id: UUID
) -> None:
    source_id = add(last_new_at=NOW - timedelta(days=40))
    with db.writing() as session:
        for days in (40, 41, 42, 43):
            at = NOW - timedelta(days=days)
            line = {"started_at": at, "finished_at": at, "outcome": "ok", "stored": 2}
            session.add(Poll(workspace_id=workspace_id, source_id=source_id, **line))
    for path in ("/sources", f"/sources/{source_id}"):
        page = text_of(browser, path)
        assert "silent since" in page
        assert ADVICE["silent"] in page


def test_what_is_used_of_a_budget_is_shown_with_what_it_comes_to(
    browser: TestClient, add: Add, db: Database, workspace_id: UUID
) -> None:
    source_id = add(created_at=NOW - timedelta(days=400))
    month = NOW.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    with db.writing() as session:
        session.add(
            Usage(
                workspace_id=workspace_id,
                collector="x",
                meter="dollars",
                key=str(source_id),
                starts_at=month,
                used=1_250_000,
            )
        )
    page = text_of(browser, f"/sources/{source_id}")
    assert "<b>1.25</b> of 5 US dollars" in page
    assert "1.25 of 5 US dollars used" in page
    assert "This month" in page
    assert "% of what it may use" not in page
    with db.writing() as session:
        session.execute(update(Usage).values(used=4_900_000))
    for path in ("/sources", f"/sources/{source_id}"):
        assert "98% of what it may use this month is used up" in text_of(browser, path)
    french = browser.get(f"/sources/{source_id}", headers={"accept-language": "fr"})
    assert french.status_code == 200


def test_a_source_is_added_paused_resumed_and_deleted(browser: TestClient, db: Database) -> None:
    data = {"collector": "rss", "name": "News", "params.url": "http://127.0.0.1/feed.xml", "minutes": "60"}
    assert browser.post("/sources/new", data=data).url.path.startswith("/sources/")
    with db.reading() as session:
        row = session.scalars(select(Source)).one()
    for verb, told in (
        ("pause", "The source is paused."),
        ("resume", "Vigie reads the source again."),
        ("poll", "within a few seconds"),
    ):
        assert told in browser.post(f"/sources/{row.id}/{verb}").text
    assert "The source was deleted." in browser.post(f"/sources/{row.id}/delete").text
    assert browser.post(f"/sources/{row.id}/explode").status_code == 404
