"""Taking care of incidents."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from alerts.incident import from_json
from app.actions import incidents, rules
from app.db import Database
from app.jobs import Jobs
from app.models import Brand, IncidentRow, uuid7
from app.problems import Problem
from app.queries.incidents import incident
from app.viewer import ROLE_SCOPES, Viewer
from tests.api.things import opened
from tests.rows import member_rows

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def firing(db: Database, viewer: Viewer) -> UUID:
    """An incident that nobody took care of yet."""
    brand = Brand(id=uuid7(), workspace_id=viewer.workspace_id, name="Acme", kind="own", query="acme", colour="#000000")
    with db.writing() as session:
        session.add(brand)
        session.flush()
        rule = rules.create(session, viewer, rules.NewRule(name="R", brand_id=brand.id, kind="threshold"), Jobs())
    return opened(db, viewer.workspace_id, rule.id, brand.id)


def row(db: Database, incident_id: UUID) -> IncidentRow:
    with db.reading() as session:
        return session.scalars(select(IncidentRow).where(IncidentRow.id == incident_id)).one()


def test_acknowledging_is_remembered_where_reminders_are_decided(db: Database, viewer: Viewer, firing: UUID) -> None:
    for _ in range(2):
        with db.writing() as session:
            incidents.acknowledge(session, viewer, firing, NOW)
    found = row(db, firing)
    assert (found.acknowledged_by, found.acknowledged_at) == ("ana@example.com", NOW)
    assert from_json(found.memory).acknowledged_at == NOW
    with db.reading() as session:
        assert [line.kind for line in incident(session, viewer, firing).timeline] == ["acknowledged"]


def test_resolving_ends_it_once_and_has_the_brand_looked_at(db: Database, viewer: Viewer, firing: UUID) -> None:
    with db.writing() as session:
        session.execute(text("DELETE FROM procrastinate_jobs"))
        incidents.resolve(session, viewer, firing, Jobs(), NOW)
    found = row(db, firing)
    assert (found.state, found.resolved_at) == ("resolved", NOW)
    assert from_json(found.memory).closed_by_person
    with db.reading() as session:
        assert session.scalars(text("SELECT task_name FROM procrastinate_jobs")).all() == ["watch"]
    for act in (
        lambda session: incidents.resolve(session, viewer, firing, Jobs(), NOW),
        lambda session: incidents.acknowledge(session, viewer, firing, NOW),
    ):
        with db.writing() as session, pytest.raises(Problem) as refused:
            act(session)
        assert refused.value.status == 409


def test_a_false_alarm_is_over_and_marked(db: Database, viewer: Viewer, firing: UUID) -> None:
    with db.writing() as session:
        incidents.false_alarm(session, viewer, firing, Jobs(), NOW)
        incidents.note(session, viewer, firing, "a test of ours", NOW)
        bob, member = member_rows(viewer.workspace_id, "Bob")
        session.add(bob)
        session.flush()
        session.add(member)
        incidents.assign(session, viewer, firing, bob.id, NOW)
    found = row(db, firing)
    assert (found.false_alarm, found.state, found.assignee) == (True, "resolved", "Bob")
    with db.reading() as session:
        timeline = incident(session, viewer, firing).timeline
    assert [(line.kind, line.details) for line in timeline] == [
        ("false_alarm", {}),
        ("note", {"text": "a test of ours"}),
        ("assigned", {"assignee": "Bob"}),
    ]


def test_a_reader_only_looks_on(db: Database, viewer: Viewer, firing: UUID) -> None:
    reader = Viewer(viewer.workspace_id, "eve", ROLE_SCOPES["viewer"])
    with db.writing() as session, pytest.raises(Problem) as refused:
        incidents.acknowledge(session, reader, firing, NOW)
    assert refused.value.status == 403
    elsewhere = Viewer(uuid4(), "eve", ROLE_SCOPES["admin"])
    with db.writing() as session, pytest.raises(Problem) as missing:
        incidents.acknowledge(session, elsewhere, firing, NOW)
    assert missing.value.status == 404
