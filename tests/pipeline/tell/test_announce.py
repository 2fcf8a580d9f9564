"""Who hears of an incident, and who hears of it late: a brand is looked at in a real database."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from alerts.incident import close, from_json, to_json
from alerts.stored import message_from_json
from app.actions import channels as actions
from app.db import Database
from app.jobs import Jobs
from app.models import AlertRule, Brand, Channel, Delivery, IncidentEvent, IncidentRow
from app.pipeline.tell.announce import OPENINGS
from app.pipeline.tell.watch import Watch
from app.viewer import ROLE_SCOPES, Viewer
from tests.pipeline.tell.test_watch import add_rule, brand_id, publish
from tests.rows import channel_row

__all__ = ["brand_id"]

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _loud(db: Database, workspace_id: UUID, brand_id: UUID) -> None:
    """The brand is loud for a day."""
    for hours in range(24):
        publish(db, workspace_id, brand_id, 3, NOW + timedelta(hours=hours))


def look(db: Database, brand: UUID, hours: float = 0) -> None:
    with db.reading() as session:
        workspace_id = session.scalars(select(Brand.workspace_id).where(Brand.id == brand)).one()
    Watch(db, Jobs(), "http://vigie.example", now=lambda: NOW + timedelta(hours=hours))(str(workspace_id), str(brand))


def add_channel(db: Database, workspace_id: UUID, name: str, **more: Any) -> UUID:
    row = channel_row(workspace_id, name, **more)
    with db.writing() as session:
        session.add(row)
    return row.id


def sent(db: Database) -> list[tuple[str, str, int]]:
    """What was written, in order: to whom, why, and the number."""
    with db.reading() as session:
        rows = session.execute(
            select(Channel.name, Delivery.why, Delivery.sequence)
            .join(Delivery, Delivery.channel_id == Channel.id)
            .order_by(Delivery.created_at, Channel.name)
        )
        return [(name, why, sequence) for name, why, sequence in rows]


def change(db: Database, statement: str, **values: object) -> None:
    with db.writing() as session:
        session.execute(text(statement), values)


def timeline(db: Database) -> list[tuple[str, object]]:
    with db.reading() as session:
        events = session.scalars(select(IncidentEvent).order_by(IncidentEvent.id))
        return [(event.kind, event.details.get("channels")) for event in events]


def test_a_rule_without_a_choice_notifies_every_channel(db: Database, workspace_id: UUID, brand_id: UUID) -> None:
    add_rule(db, workspace_id, brand_id)
    add_channel(db, workspace_id, "a")
    add_channel(db, workspace_id, "b")
    add_channel(db, workspace_id, "off", enabled=False)
    look(db, brand_id)
    assert sent(db) == [("a", "opened", 1), ("b", "opened", 1)]


def test_a_channel_that_is_added_later_is_told_once_of_what_is_open(
    db: Database, workspace_id: UUID, brand_id: UUID
) -> None:
    add_rule(db, workspace_id, brand_id)
    look(db, brand_id)
    assert sent(db) == []
    add_channel(db, workspace_id, "late")
    for hours in (0.1, 0.2, 0.3):
        look(db, brand_id, hours)
    assert sent(db) == [("late", "opened", 1)]
    assert timeline(db) == [("opened", []), ("caught_up", ["late"])]
    with db.reading() as session:
        row = session.scalars(select(IncidentRow)).one()
        message = message_from_json(session.scalars(select(Delivery)).one().message)
    assert (message.subject.id, message.subject.why, message.subject.opened_at) == (str(row.id), "opened", NOW)
    look(db, brand_id, 5)
    assert sent(db)[1:] == [("late", "reminder", 1)]


def test_a_channel_that_comes_when_a_reminder_is_due_hears_of_the_opening_instead(
    db: Database, workspace_id: UUID, brand_id: UUID
) -> None:
    add_channel(db, workspace_id, "early")
    add_rule(db, workspace_id, brand_id)
    look(db, brand_id)
    add_channel(db, workspace_id, "late")
    look(db, brand_id, 5)
    assert sent(db) == [("early", "opened", 1), ("early", "reminder", 1), ("late", "opened", 1)]


def test_a_rule_that_chose_tells_neither_a_new_channel_nor_anybody_but_its_own(
    db: Database, workspace_id: UUID, brand_id: UUID
) -> None:
    chosen = add_channel(db, workspace_id, "chosen")
    add_rule(db, workspace_id, brand_id, channels=[chosen])
    add_rule(db, workspace_id, brand_id, "Silent on purpose", channels=[])
    look(db, brand_id)
    add_channel(db, workspace_id, "other")
    look(db, brand_id, 0.1)
    assert sent(db) == [("chosen", "opened", 1)]


@pytest.mark.parametrize("how", ["chosen later", "switched on later"])
def test_a_channel_that_the_rule_did_not_notify_before_is_told_as_a_new_one_is(
    db: Database, workspace_id: UUID, brand_id: UUID, how: str
) -> None:
    channel = add_channel(db, workspace_id, "late", enabled=how == "chosen later")
    add_rule(db, workspace_id, brand_id, channels=[] if how == "chosen later" else [channel])
    look(db, brand_id)
    assert sent(db) == []
    change(db, "UPDATE alert_rule SET channels = ARRAY[CAST(:channel AS uuid)]", channel=channel)
    change(db, "UPDATE channel SET enabled = true")
    look(db, brand_id, 0.1)
    look(db, brand_id, 0.2)
    assert sent(db) == [("late", "opened", 1)]


def test_who_was_told_already_is_not_told_again_after_a_pause(db: Database, workspace_id: UUID, brand_id: UUID) -> None:
    add_channel(db, workspace_id, "a")
    add_rule(db, workspace_id, brand_id)
    look(db, brand_id)
    for hours, enabled in ((0.1, False), (0.2, True)):
        change(db, "UPDATE channel SET enabled = :enabled", enabled=enabled)
        look(db, brand_id, hours)
    assert sent(db) == [("a", "opened", 1)]


def test_of_what_is_over_nobody_hears_who_did_not_hear_of_it_before(
    db: Database, workspace_id: UUID, brand_id: UUID
) -> None:
    add_channel(db, workspace_id, "early")
    add_rule(db, workspace_id, brand_id)
    look(db, brand_id)
    add_channel(db, workspace_id, "late")
    with db.writing() as session:
        row = session.scalars(select(IncidentRow)).one()
        row.memory, row.state = to_json(close(from_json(row.memory), NOW)), "resolved"
    look(db, brand_id, 0.1)
    add_channel(db, workspace_id, "later")
    look(db, brand_id, 0.2)
    assert sent(db) == [("early", "opened", 1), ("early", "resolved", 1)]


def test_in_quiet_hours_a_new_channel_waits_as_the_others_do(db: Database, workspace_id: UUID, brand_id: UUID) -> None:
    add_rule(db, workspace_id, brand_id, quiet_hours={"start": "09:00", "end": "10:00", "timezone": "UTC"})
    look(db, brand_id)
    add_channel(db, workspace_id, "late")
    look(db, brand_id, 1)
    assert sent(db) == []
    look(db, brand_id, 2)
    assert sent(db) == [("late", "opened", 1)]


def test_an_incident_that_opens_in_quiet_hours_is_told_once_to_all_when_they_end(
    db: Database, workspace_id: UUID, brand_id: UUID
) -> None:
    add_rule(db, workspace_id, brand_id, quiet_hours={"start": "08:00", "end": "10:00", "timezone": "UTC"})
    add_channel(db, workspace_id, "early")
    look(db, brand_id)
    add_channel(db, workspace_id, "late")
    look(db, brand_id, 2)
    assert sent(db) == [("early", "opened", 1), ("late", "opened", 1)]


def test_a_new_channel_is_not_flooded_and_hears_of_the_rest_an_hour_later(
    db: Database, workspace_id: UUID, brand_id: UUID
) -> None:
    for number in range(OPENINGS + 3):
        add_rule(db, workspace_id, brand_id, f"Rule {number:02d}")
    look(db, brand_id)
    add_channel(db, workspace_id, "late")
    look(db, brand_id, 0.1)
    look(db, brand_id, 0.2)
    assert sent(db) == [("late", "opened", 1)] * OPENINGS
    look(db, brand_id, 1.2)
    assert sent(db) == [("late", "opened", 1)] * (OPENINGS + 3)


def test_workers_that_look_at_once_tell_a_new_channel_once(db: Database, workspace_id: UUID, brand_id: UUID) -> None:
    add_rule(db, workspace_id, brand_id)
    look(db, brand_id)
    add_channel(db, workspace_id, "late")
    looks = [threading.Thread(target=look, args=(db, brand_id, 0.1)) for _ in range(4)]
    for thread in looks:
        thread.start()
    for thread in looks:
        thread.join()
    assert sent(db) == [("late", "opened", 1)]


def test_a_rule_whose_only_channel_is_deleted_turns_to_nobody_else(
    db: Database, workspace_id: UUID, brand_id: UUID
) -> None:
    only = add_channel(db, workspace_id, "only")
    add_channel(db, workspace_id, "other")
    add_rule(db, workspace_id, brand_id, channels=[only])
    look(db, brand_id)
    with db.writing() as session:
        actions.delete(session, Viewer(workspace_id, "test", ROLE_SCOPES["admin"]), only)
    look(db, brand_id, 5)
    assert sent(db) == []  # what was written for it went with it
    with db.reading() as session:
        assert session.scalars(select(AlertRule.channels)).one() == []
    assert timeline(db) == [("opened", ["only"]), ("reminder", [])]


def test_an_explanation_that_cannot_be_read_is_made_anew_for_a_new_channel(
    db: Database, workspace_id: UUID, brand_id: UUID
) -> None:
    add_rule(db, workspace_id, brand_id)
    look(db, brand_id)
    change(db, """UPDATE incident SET explanation = '{"observed": "many"}'""")
    add_channel(db, workspace_id, "late")
    look(db, brand_id, 0.1)
    with db.reading() as session:
        message = message_from_json(session.scalars(select(Delivery)).one().message)
    assert message.subject.explanation.observed == 3


def test_a_channel_to_which_everything_was_given_up_is_told_once_it_works_again(
    db: Database, workspace_id: UUID, brand_id: UUID
) -> None:
    add_channel(db, workspace_id, "broken")
    add_rule(db, workspace_id, brand_id)
    look(db, brand_id)
    change(db, "UPDATE delivery SET state = 'dead', attempts = 1, last_error = 'no mail server'")
    change(db, "UPDATE channel SET last_error = 'no mail server'")
    look(db, brand_id, 0.1)
    assert states(db) == [("dead", 1, "no mail server")]
    change(db, "UPDATE channel SET last_error = NULL")
    look(db, brand_id, 0.2)
    assert states(db) == [("pending", 0, None)]
    assert sent(db) == [("broken", "opened", 1)]
    assert timeline(db) == [("opened", ["broken"]), ("caught_up", ["broken"])]
    change(db, "UPDATE delivery SET state = 'sent'")
    look(db, brand_id, 0.3)
    assert states(db) == [("sent", 0, None)]


def states(db: Database) -> list[tuple[str, int, str | None]]:
    with db.reading() as session:
        return [(row.state, row.attempts, row.last_error) for row in session.scalars(select(Delivery))]
