"""What is paid: trials, readings, forecasts and warnings of a source that costs money, in the whole application."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from app.db import Database
from app.models import Host, Mention, Poll, Source, Usage
from app.pipeline.gather.collect import Collect
from app.pipeline.gather.pauses import pause
from app.services import Services
from app.settings import Settings
from collectors.x.posts import POST
from tests.collectors.test_x import X
from tests.collectors.test_x import x as _x

x = _x
"""The fixture."""


DAY = timedelta(days=1)


@pytest.fixture
def settings(settings: Settings, x: X) -> Settings:
    return Settings(**{**settings.model_dump(), "allowed_private_hosts": (x.base.removeprefix("http://"),)})


def wanted(x: X, budget: float, **more: Any) -> dict[str, Any]:
    params = {"base_url": x.base, "token": "AAAAinvented", "query": "brumelo", "monthly_budget": budget}
    return {"collector": "x", "name": "X", "params": {**params, **more}}


def read(services: Services) -> None:
    Collect(services.db, services.gate, services.jobs, services.seal, threads=2, random=Random(1).random)()


def total(db: Database) -> int:
    with db.reading() as session:
        return int(session.scalar(select(func.sum(Usage.used))) or 0)


def source_of(db: Database) -> Source:
    with db.reading() as session:
        return session.scalars(select(Source)).one()


@pytest.fixture
def brand(us: Any) -> Any:
    return us.editor.post("/api/v1/brands", json={"name": "Brumelo", "query": "brumelo"}).json()


def test_a_budget_is_spent_to_the_last_post_and_a_higher_one_goes_on_without_paying_twice(
    us: Any, x: X, db: Database, services: Services, brand: Any
) -> None:
    x.post(500)
    made = us.editor.post("/api/v1/sources", json=wanted(x, 1.0)).json()
    read(services)
    path = f"/api/v1/sources/{made['id']}"
    spent = us.reader.get(path).json()
    assert (spent["state"], total(db)) == ("budget", 200 * POST)
    (used,) = spent["usage"]
    assert (used["meter"], used["used"], used["limit"]) == ("dollars", 1.0, 1.0)
    assert used["unit"] == {"en": "US dollars", "fr": "dollars américains"}
    assert "budget" in spent["last_error"]
    assert spent["warning"] is None
    ends_at = datetime.fromisoformat(used["period_ends_at"])
    assert datetime.fromisoformat(spent["next_run_at"]) <= ends_at + timedelta(seconds=1)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Mention)) == 200
        assert session.scalars(select(Poll.outcome)).one() == "budget"

    asked = len(x.asked)
    read(services)
    with db.writing() as session:
        session.execute(update(Source).values(next_run_at=datetime.now(UTC)))
    read(services)
    assert len(x.asked) == asked  # nothing is asked beyond the budget, however often it is tried

    raised = us.editor.patch(path, json={"params": wanted(x, 10.0, token="")["params"]})
    assert raised.json()["state"] == "waiting"
    read(services)
    assert us.reader.get(path).json()["state"] == "ok"
    assert total(db) == 500 * POST
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Mention)) == 500


def test_another_search_starts_afresh_but_what_was_spent_stays_spent(
    us: Any, x: X, db: Database, services: Services
) -> None:
    x.post(50)
    made = us.editor.post("/api/v1/sources", json=wanted(x, 1.0)).json()
    read(services)
    assert source_of(db).cursor
    us.editor.patch(f"/api/v1/sources/{made['id']}", json={"params": wanted(x, 1.0, query="other")["params"]})
    assert (source_of(db).cursor, total(db)) == ({}, 50 * POST)
    us.editor.patch(
        f"/api/v1/sources/{made['id']}", json={"params": wanted(x, 1.0, query="other", token="B")["params"]}
    )
    assert (source_of(db).fence, total(db)) == (3, 50 * POST)


def test_a_trial_is_paid_never_beyond_the_limit_and_counts_for_the_source(us: Any, x: X, db: Database) -> None:
    x.post(500)
    for spent, status in ((20, 200), (40, 200), (50, 200), (50, 422), (50, 422)):
        answer = us.editor.post("/api/v1/sources/preview", json=wanted(x, 0.25))
        assert total(db) == spent * POST
        assert answer.status_code == status
    assert "budget" in answer.json()["detail"]
    assert len(x.asked) == 3
    made = us.editor.post("/api/v1/sources", json=wanted(x, 0.25)).json()
    assert [one["used"] for one in made["usage"]] == [0.25]
    assert total(db) == 50 * POST


def test_a_warning_comes_at_four_fifths(us: Any, x: X, db: Database, services: Services) -> None:
    x.post(79)
    made = us.editor.post("/api/v1/sources", json=wanted(x, 0.5)).json()
    read(services)
    path = f"/api/v1/sources/{made['id']}"
    assert us.reader.get(path).json()["warning"] is None
    with db.writing() as session:
        session.execute(update(Usage).values(used=80 * POST))
    warned = us.reader.get(path).json()
    assert warned["warning"] == "80% of what it may use this month is used up"
    assert us.reader.get("/api/v1/sources").json()["items"] == [warned]


def test_kinds_that_cost_nothing_have_no_usage(us: Any) -> None:
    params = {"url": "https://example.com/f"}
    made = us.editor.post("/api/v1/sources", json={"collector": "rss", "name": "News", "params": params}).json()
    assert (made["usage"], made["throttled_until"], made["silent_since"]) == ([], None, None)


def test_the_same_token_waits_together_and_is_not_told(us: Any, x: X, db: Database) -> None:
    keys = []
    for number, token in enumerate(("AAAAinvented", "AAAAinvented", "AAAAother")):
        body = wanted(x, 1.0, token=token) | {"name": f"X {number}"}
        made = us.editor.post("/api/v1/sources", json=body).json()
        with db.reading() as session:
            keys.append(session.scalars(select(Source.limit_key).where(Source.id == UUID(made["id"]))).one())
    assert keys[0] == keys[1] != keys[2]
    assert all(key.startswith("127.0.0.1#") and len(key) == len("127.0.0.1#") + 16 for key in keys)
    assert "AAAA" not in "".join(keys)


def test_who_waits_for_anothers_pause_says_so(us: Any, x: X, db: Database) -> None:
    now = datetime.now(UTC)
    ids = [
        us.editor.post("/api/v1/sources", json=wanted(x, 1.0, token=token) | {"name": f"X {token}"}).json()["id"]
        for token in ("A", "B")
    ]
    until = now + timedelta(minutes=40)
    with db.writing() as session:
        key = session.scalars(select(Source.limit_key).where(Source.id == UUID(ids[0]))).one()
        pause(session, key, until, {"text": "{host} asks us to read less often (429)", "args": {"host": "x"}})
    waits, free = (us.reader.get(f"/api/v1/sources/{one}").json() for one in ids)
    assert (waits["state"], datetime.fromisoformat(waits["throttled_until"])) == ("throttled", until)
    assert waits["last_error"] == "x asks us to read less often (429)"
    assert waits["lag_seconds"] == 0
    assert (free["state"], free["throttled_until"], free["last_error"]) == ("waiting", None, None)
    with db.writing() as session:
        session.execute(update(Source).values(next_run_at=until + timedelta(hours=1), state="ok"))
    assert us.reader.get(f"/api/v1/sources/{ids[0]}").json()["state"] == "ok"  # the pause is over before its turn
    with db.writing() as session:
        session.execute(update(Source).values(state="throttled"))
    own = us.reader.get(f"/api/v1/sources/{ids[0]}").json()
    assert datetime.fromisoformat(own["throttled_until"]) == until + timedelta(hours=1)
    with db.writing() as session:
        session.execute(update(Host).values(paused_until=now - DAY))
        session.execute(update(Source).values(next_run_at=now, state="waiting"))
    assert us.reader.get(f"/api/v1/sources/{ids[0]}").json()["state"] == "waiting"


def brought(db: Database, hours_ago: list[float], last_success_hours_ago: float = 0.1, **values: Any) -> None:
    """The source's readings that stored something, and its last one that worked."""
    now, row = datetime.now(UTC), source_of(db)
    with db.writing() as session:
        for hours in sorted(hours_ago, reverse=True):
            at = now - timedelta(hours=hours)
            session.add(
                Poll(
                    workspace_id=row.workspace_id,
                    source_id=row.id,
                    started_at=at,
                    finished_at=at,
                    outcome="ok",
                    stored=1,
                )
            )
        last = now - timedelta(hours=min(hours_ago)) if hours_ago else None
        session.execute(
            update(Source).values(
                last_new_at=last,
                last_success_at=now - timedelta(hours=last_success_hours_ago),
                state="ok",
                **values,
            )
        )


@pytest.mark.parametrize(
    ("hours_ago", "last_success", "silent"),
    [
        ([30, 31, 32, 33], 0.1, True),
        ([20, 21, 22, 23], 0.1, False),  # not yet a day
        ([30, 40, 50, 60], 0.1, False),  # not yet eight times ten hours
        ([85, 95, 105, 115], 0.1, True),
        ([60, 61, 62, 122, 123, 124], 0.1, False),  # it was silent for a week-end before
        ([95, 96, 97, 157, 158, 159], 0.1, True),
        ([], 0.1, False),  # it never brought anything
        ([50, 51], 0.1, False),  # too little to know what is usual
        ([30, 31, 32, 33], 29, False),  # it could not be read since: that is no silence
    ],
)
def test_a_source_that_used_to_bring_mentions_and_brings_none_is_silent(
    us: Any, db: Database, hours_ago: list[float], last_success: float, silent: bool
) -> None:
    params = {"url": "https://example.com/f"}
    made = us.editor.post("/api/v1/sources", json={"collector": "rss", "name": "News", "params": params}).json()
    brought(db, hours_ago, last_success)
    told = us.reader.get(f"/api/v1/sources/{made['id']}").json()
    assert (told["silent_since"] is not None) is silent
    assert (told["silent_since"] == told["last_new_at"]) or not silent


def test_a_source_that_is_paused_is_not_called_silent(us: Any, db: Database) -> None:
    params = {"url": "https://example.com/f"}
    made = us.editor.post("/api/v1/sources", json={"collector": "rss", "name": "News", "params": params}).json()
    brought(db, [30, 31, 32, 33], enabled=False)
    assert us.reader.get(f"/api/v1/sources/{made['id']}").json()["silent_since"] is None
