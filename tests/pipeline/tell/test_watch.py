"""A brand is looked at for real, in a database; what is decided without one has tests of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from structlog.testing import capture_logs

from alerts.incident import close, from_json, to_json
from app.db import Database
from app.jobs import Jobs
from app.models import AlertRule, Brand, Delivery, IncidentEvent, IncidentRow, Match, Mention, uuid7
from app.pipeline.keep.aggregate import hourly
from app.pipeline.keep.matches import mark_dirty
from app.pipeline.tell import verdicts
from app.pipeline.tell.watch import Watch

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
LIMIT = {"counted": "mentions", "limit": 3, "min_mentions": 1, "window_hours": 1}


@pytest.fixture
def brand_id(db: Database, workspace_id: UUID) -> UUID:
    row = Brand(id=uuid7(), workspace_id=workspace_id, name="Acme", kind="own", query="acme", colour="#000000")
    with db.writing() as session:
        session.add(row)
    return row.id


def add_rule(db: Database, workspace_id: UUID, brand_id: UUID, name: str = "Many", **more: Any) -> None:
    given = {"kind": "threshold", "params": LIMIT, **more}
    with db.writing() as session:
        session.add(AlertRule(workspace_id=workspace_id, id=uuid7(), brand_id=brand_id, name=name, **given))


def publish(db: Database, workspace_id: UUID, brand_id: UUID, number: int, at: datetime) -> None:
    """Adds scored mentions of the brand, published at that time."""
    both = {"workspace_id": workspace_id, "published_at": at, "collected_at": at}
    said = {
        "content_hash": b"", "kind": "push", "host": "", "platform": "forum", "outlet": "", "author": "",
        "author_id": "", "title": "", "text": "acme", "published_guessed": False, "search": "'acme'",
    }  # fmt: skip
    scored = {"scored_at": at, "model": "fixed 1", "negative": 0.8, "neutral": 0.1, "positive": 0.1}
    stance = {"stance": "detractor", "stance_source": "model"}
    with db.writing() as session:
        for _ in range(number):
            new = uuid7()
            session.add(Mention(id=new, fingerprint=new.bytes, external_id=str(new), **both, **said))
            session.flush()
            session.add(Match(mention_id=new, brand_id=brand_id, lead=True, **both, **scored, **stance))
            session.flush()
            mark_dirty(session, workspace_id, [new])


def incidents(db: Database) -> list[IncidentRow]:
    with db.reading() as session:
        return list(session.scalars(select(IncidentRow).order_by(IncidentRow.id)))


def test_after_an_incident_that_a_person_closed_the_rule_opens_another_one(
    db: Database, workspace_id: UUID, brand_id: UUID
) -> None:
    def look(hours: float) -> list[str]:
        Watch(db, Jobs(), "http://vigie.example", now=lambda: NOW + timedelta(hours=hours))(
            str(workspace_id), str(brand_id)
        )
        return [row.state for row in incidents(db)]

    add_rule(db, workspace_id, brand_id)
    publish(db, workspace_id, brand_id, 3, NOW)
    assert look(0) == ["firing"]
    with db.writing() as session:
        row = session.scalars(select(IncidentRow)).one()
        row.memory, row.state = to_json(close(from_json(row.memory), NOW)), "resolved"
    assert look(0.1) == ["resolved"]
    assert look(2) == ["resolved"]
    publish(db, workspace_id, brand_id, 3, NOW + timedelta(hours=5))
    assert look(5) == ["resolved"]  # within six hours of the closing the rule stays silent, unless it is clearly worse
    publish(db, workspace_id, brand_id, 3, NOW + timedelta(hours=11))
    assert look(11) == ["resolved", "firing"]


def test_an_incident_that_a_person_closed_opens_again_at_once_when_twice_as_many_come(
    db: Database, workspace_id: UUID, brand_id: UUID
) -> None:
    def look(hours: float) -> list[str]:
        at = NOW + timedelta(hours=hours)
        Watch(db, Jobs(), "http://vigie.example", now=lambda: at)(str(workspace_id), str(brand_id))
        return [row.state for row in incidents(db)]

    add_rule(db, workspace_id, brand_id)
    publish(db, workspace_id, brand_id, 3, NOW)
    look(0)
    with db.writing() as session:
        row = session.scalars(select(IncidentRow)).one()
        row.memory, row.state = to_json(close(from_json(row.memory), NOW)), "resolved"
    publish(db, workspace_id, brand_id, 2, NOW)
    assert look(0.1) == ["resolved"]
    publish(db, workspace_id, brand_id, 1, NOW)
    assert look(0.2) == ["resolved", "firing"]


def test_a_rule_that_fails_five_times_is_switched_off_and_keeps_no_other_from_ringing(
    db: Database, workspace_id: UUID, brand_id: UUID
) -> None:
    add_rule(db, workspace_id, brand_id, "Broken", params={"limit": "a lot"})
    add_rule(db, workspace_id, brand_id)
    publish(db, workspace_id, brand_id, 3, NOW)
    watch = Watch(db, Jobs(), "http://vigie.example", now=lambda: NOW)
    for failures in range(1, 7):
        watch(str(workspace_id), str(brand_id))
        with db.reading() as session:
            broken = session.scalars(select(AlertRule).where(AlertRule.name == "Broken")).one()
        assert (broken.failures, broken.enabled) == (min(failures, 5), failures < 5)
    assert (broken.disabled_reason or "").startswith("it failed 5 times: ")
    assert [row.state for row in incidents(db)] == ["firing"]


def test_in_quiet_hours_an_incident_opens_and_nothing_is_sent_but_the_timeline_says_so_once(
    db: Database, workspace_id: UUID, brand_id: UUID
) -> None:
    add_rule(db, workspace_id, brand_id, quiet_hours={"start": "08:00", "end": "09:00", "timezone": "UTC"})
    publish(db, workspace_id, brand_id, 3, NOW)
    for _ in range(2):
        Watch(db, Jobs(), "http://vigie.example", now=lambda: NOW)(str(workspace_id), str(brand_id))
    with db.reading() as session:
        events = session.scalars(select(IncidentEvent)).all()
        assert [(event.kind, event.details) for event in events] == [("quiet", {"reason": "quiet_hours"})]
        assert session.scalars(select(Delivery)).all() == []
    assert [row.state for row in incidents(db)] == ["firing"]


def test_a_brand_that_was_deleted_meanwhile_is_left_alone(db: Database, workspace_id: UUID) -> None:
    Watch(db, Jobs(), "http://vigie.example", now=lambda: NOW)(str(workspace_id), str(uuid7()))
    assert incidents(db) == []


def spoil(db: Database, statement: str) -> None:
    with db.writing() as session:
        session.execute(text(statement))


@pytest.mark.parametrize(
    "memory",
    ["{}", '{"state": "on fire"}', '"lost"', "[]", "7",
     '''jsonb_set(memory, '{seen_at}', '"2026-11-22T08:30:00"')''', '''jsonb_set(memory, '{severity}', '"dire"')'''],
    ids=["empty", "another state", "text", "list", "number", "without zone", "unknown severity"],
)  # fmt: skip
def test_an_incident_that_cannot_be_read_is_set_aside_and_its_rule_opens_another_one(
    db: Database, workspace_id: UUID, brand_id: UUID, memory: str
) -> None:
    add_rule(db, workspace_id, brand_id)
    add_rule(db, workspace_id, brand_id, "Another")
    publish(db, workspace_id, brand_id, 3, NOW)
    watch = Watch(db, Jobs(), "http://vigie.example", now=lambda: NOW)
    watch(str(workspace_id), str(brand_id))
    [first, other] = incidents(db)
    value = memory if memory.startswith("jsonb_set") else f"'{memory}'"
    spoil(db, f"UPDATE incident SET memory = {value} WHERE id = '{first.id}'")
    spoiled = incidents(db)[0].memory
    with capture_logs() as logs:
        for _ in range(3):
            watch(str(workspace_id), str(brand_id))
    assert [line["event"] for line in logs] == ["an incident could not be read and was set aside"]
    aside, kept, new = incidents(db)
    assert (aside.state, aside.resolved_at, aside.memory) == ("resolved", NOW, {"unreadable": spoiled})
    assert (kept.id, kept.state) == (other.id, "firing")
    assert (new.rule_id, new.state) == (first.rule_id, "firing")
    with db.reading() as session:
        last = session.scalars(
            select(IncidentEvent).where(IncidentEvent.incident_id == first.id).order_by(IncidentEvent.id.desc())
        ).first()
        assert last is not None
        assert last.kind == "unreadable"
        assert last.details["error"]
        assert not any(rule.failures for rule in session.scalars(select(AlertRule)))


def test_an_unreadable_incident_that_is_older_than_the_last_one_is_set_aside_too(
    db: Database, workspace_id: UUID, brand_id: UUID
) -> None:
    add_rule(db, workspace_id, brand_id)
    publish(db, workspace_id, brand_id, 3, NOW)
    spoil(
        db,
        "INSERT INTO incident (workspace_id, id, rule_id, brand_id, kind, state, severity, opened_at, explanation, "
        "memory) SELECT workspace_id, gen_random_uuid(), id, brand_id, kind, 'firing', 'critical', "
        "'2026-01-01+00', '{}', '{}' FROM alert_rule",
    )
    spoil(
        db,
        "INSERT INTO incident (workspace_id, id, rule_id, brand_id, kind, state, severity, opened_at, explanation, "
        "memory) SELECT workspace_id, gen_random_uuid(), id, brand_id, kind, 'resolved', 'critical', "
        "'2026-02-01+00', '{}', '{}' FROM alert_rule",
    )
    Watch(db, Jobs(), "http://vigie.example", now=lambda: NOW)(str(workspace_id), str(brand_id))
    assert sorted(row.state for row in incidents(db)) == ["firing", "resolved", "resolved"]


def test_what_is_wrong_with_one_rule_undoes_nothing_of_another(
    db: Database, workspace_id: UUID, brand_id: UUID
) -> None:
    for name, more in (
        ("Hours", {"quiet_hours": {"start": "late"}}),
        ("Kind", {"kind": "unheard of"}),
        ("Params", {"params": {"limit": {}}}),
    ):
        add_rule(db, workspace_id, brand_id, name, **more)
    add_rule(db, workspace_id, brand_id)
    publish(db, workspace_id, brand_id, 3, NOW)
    with capture_logs() as logs:
        for _ in range(7):
            Watch(db, Jobs(), "http://vigie.example", now=lambda: NOW)(str(workspace_id), str(brand_id))
    assert [line["event"] for line in logs] == ["a rule failed"] * 3 + ["a rule was switched off"] * 3
    assert [row.state for row in incidents(db)] == ["firing"]
    with db.reading() as session:
        rows = session.scalars(select(AlertRule).order_by(AlertRule.name)).all()
        assert [(row.name, row.enabled) for row in rows] == [
            ("Hours", False), ("Kind", False), ("Many", True), ("Params", False)
        ]  # fmt: skip
        reasons = {row.name: row.disabled_reason or "" for row in rows}
    assert reasons["Kind"] == "it failed 5 times: this version knows no kind of rule «unheard of»"
    assert "its settings cannot be read (limit" in reasons["Params"]


def test_the_hours_are_read_once_for_all_rules_and_each_rule_has_its_verdict(
    db: Database, workspace_id: UUID, brand_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []

    def counted(*given: Any) -> Any:
        reads.append(given)
        return hourly(*given)

    monkeypatch.setattr(verdicts, "hourly", counted)
    for n in range(3):
        add_rule(db, workspace_id, brand_id, f"Alike {n}")
    add_rule(db, workspace_id, brand_id, "Stricter", params={**LIMIT, "limit": 4})
    add_rule(db, workspace_id, brand_id, "Surge", kind="volume_surge", params={})
    publish(db, workspace_id, brand_id, 3, NOW)
    Watch(db, Jobs(), "http://vigie.example", now=lambda: NOW)(str(workspace_id), str(brand_id))
    assert len(reads) == 1
    with db.reading() as session:
        said = {row.name: row.last_verdict for row in session.scalars(select(AlertRule))}
    fires = {name: verdict and verdict["firing"] for name, verdict in said.items()}
    assert fires == {"Alike 0": True, "Alike 1": True, "Alike 2": True, "Stricter": False, "Surge": False}
