"""What silences keep back, in a database: the look at a brand, and the deliveries that wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from alerts.base import Verdict
from alerts.incident import Policy, step
from app.db import Database
from app.jobs import Jobs
from app.models import AlertRule, Brand, Channel, Delivery, IncidentEvent, IncidentRow, Silence, Withheld
from app.pipeline.keep.matches import mark_dirty
from app.pipeline.tell.notify import claim_next
from app.pipeline.tell.silences import fires_only_with, numbered
from app.pipeline.tell.watch import Watch
from tests.rows import brand_row, channel_row, match_row, mention_row, next_id, rule_row

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
LIMIT = {"counted": "mentions", "limit": 3, "min_mentions": 1, "window_hours": 1}


@pytest.fixture
def brand(db: Database, workspace_id: UUID) -> Brand:
    """A brand with a rule that fires from three mentions an hour on, and a channel."""
    row = brand_row(workspace_id, "Acme")
    with db.writing() as session:
        session.add(row)
        session.flush()
        session.add_all([rule_row(row, params=LIMIT), channel_row(workspace_id, "Hook")])
    return row


def publish(db: Database, brand: Brand, *texts: str, at: datetime = NOW) -> None:
    with db.writing() as session:
        for text in texts:
            said = mention_row(brand.workspace_id, f"{text} {next_id().int}", at)
            said.search = func.to_tsvector("simple", text)
            session.add(said)
            session.flush()
            session.add(match_row(said, brand, stance="detractor", stance_source="model", scored_at=at, model="m"))
            session.flush()
            mark_dirty(session, brand.workspace_id, [said.id])


def silence(db: Database, brand: Brand, until: datetime = NOW + HOUR, **more: Any) -> UUID:
    row = Silence(
        workspace_id=brand.workspace_id, id=next_id(), starts_at=NOW - HOUR, until=until, reason="A sale",
        author="ana@example.com", **more,
    )  # fmt: skip
    with db.writing() as session:
        session.add(row)
    return row.id


def look(db: Database, brand: Brand, at: datetime = NOW) -> list[str]:
    """Looks at the brand. Returns why each delivery was written, until now."""
    Watch(db, Jobs(), "http://vigie.example", now=lambda: at)(str(brand.workspace_id), str(brand.id))
    with db.reading() as session:
        return list(session.scalars(select(Delivery.why).order_by(Delivery.created_at, Delivery.why)))


def kept_back(db: Database) -> list[tuple[UUID, str, int, int]]:
    with db.reading() as session:
        rows = session.scalars(select(Withheld).order_by(Withheld.at, Withheld.number))
        return [(row.silence_id, row.why, row.number, row.messages) for row in rows]


def test_nobody_is_told_while_a_silence_runs_and_what_goes_on_afterwards_is(db: Database, brand: Brand) -> None:
    number = silence(db, brand, brand_id=brand.id)
    publish(db, brand, "one", "two", "three")
    assert look(db, brand) == []
    assert look(db, brand, NOW + HOUR / 4) == []  # a look that comes again counts nothing twice
    assert kept_back(db) == [(number, "opened", 0, 1)]
    with db.reading() as session:
        [event] = session.scalars(select(IncidentEvent))
        assert session.scalars(select(IncidentRow.state)).one() == "firing"
    until = (NOW + HOUR).isoformat()
    said = {"reason": "silenced", "silence": str(number), "said": "A sale", "author": "ana@example.com"}
    assert (event.kind, event.details) == ("quiet", {**said, "until": until})
    publish(db, brand, "four", "five", "six", at=NOW + HOUR)
    assert look(db, brand, NOW + HOUR) == ["opened"]


@pytest.mark.parametrize(
    "more", [{"kind": "volume_surge"}, {"ended_at": NOW - HOUR / 2}, {"until": NOW}, {"q": "unclosed \""}],
    ids=["of another kind", "ended by a person", "over", "a query that cannot be read"],
)  # fmt: skip
def test_a_silence_that_is_not_about_an_incident_keeps_nothing_back(
    db: Database, brand: Brand, more: dict[str, Any]
) -> None:
    silence(db, brand, **more)
    publish(db, brand, "one", "two", "three")
    assert look(db, brand) == ["opened"]
    assert kept_back(db) == []


def test_with_a_query_it_keeps_quiet_what_would_not_be_there_without_these_mentions(db: Database, brand: Brand) -> None:
    silence(db, brand, q="sale")
    publish(db, brand, "a great sale", "the sale begins", "bags on the pavement")
    assert look(db, brand) == []
    publish(db, brand, "late again", "nobody answers")  # three without the sale
    assert look(db, brand, NOW + timedelta(minutes=5)) == ["opened"]


def test_an_incident_whose_beginning_a_query_kept_quiet_ends_quietly(db: Database, brand: Brand) -> None:
    number = silence(db, brand, until=NOW + 48 * HOUR, q="sale")
    publish(db, brand, "a great sale", "the sale begins", "sale")
    assert look(db, brand) == []
    assert look(db, brand, NOW + 2 * HOUR) == []
    assert look(db, brand, NOW + 9 * HOUR) == []
    with db.reading() as session:
        assert session.scalars(select(IncidentRow.state)).one() == "resolved"
    assert {row[0] for row in kept_back(db)} == {number}


def test_a_rule_rests_on_a_query_only_where_it_fires_with_its_mentions_and_not_without(
    db: Database, brand: Brand
) -> None:
    publish(db, brand, "a great sale", "the sale begins", "bags")
    look(db, brand)
    with db.reading() as session:
        rule = session.scalars(select(AlertRule)).one()
        found = session.get_one(Brand, (brand.workspace_id, brand.id))
        assert fires_only_with(session, found, rule, "sale", NOW)
        assert not fires_only_with(session, found, rule, "nothing", NOW)
        assert not fires_only_with(session, found, rule, "nothing", NOW - 5 * HOUR)


def test_what_waits_to_be_sent_is_sent_after_a_silence_that_came_meanwhile(db: Database, brand: Brand) -> None:
    publish(db, brand, "one", "two", "three")
    assert look(db, brand) == ["opened"]
    silence(db, brand)
    with db.writing() as session:
        assert claim_next(session, NOW) is None
        assert claim_next(session, NOW + HOUR) is not None


def test_reminders_that_would_have_followed_are_numbered_by_their_pauses() -> None:
    verdict = Verdict(firing=True, level=4, threshold=3)
    policy = Policy(repeat_hours=4, muted="silenced")
    opened, decision = step(None, verdict, NOW, policy)
    assert opened is not None
    assert (decision.quiet, decision.withheld) == ("silenced", "opened")
    assert numbered(opened, "opened", policy, NOW) == ("opened", 0)
    assert numbered(opened, "opened", policy, NOW + 3 * HOUR) == ("opened", 0)
    assert numbered(opened, "opened", policy, NOW + 9 * HOUR) == ("reminder", 2)
    assert numbered(opened, "worsened", policy, NOW) == ("worsened", 1)
    assert numbered(opened, "resolved", policy, NOW) == ("resolved", 0)


def test_a_channel_that_is_switched_off_would_have_been_sent_nothing(db: Database, brand: Brand) -> None:
    with db.writing() as session:
        session.scalars(select(Channel)).one().enabled = False
    silence(db, brand)
    publish(db, brand, "one", "two", "three")
    look(db, brand)
    assert [row[1:] for row in kept_back(db)] == [("opened", 0, 0)]
