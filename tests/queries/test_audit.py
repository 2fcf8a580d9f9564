"""The audit log of one workspace, narrowed by person, by kind of action and by period."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.bootstrap import operator_of
from app.db import Database
from app.models import AuditEntry
from app.queries.audit import AuditFilter, actors, audit_log, names_of
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import NOW, brand_row, next_id

HOUR = timedelta(hours=1)


def line(workspace_id: UUID, actor: str, action: str, at: datetime, target: object = "") -> AuditEntry:
    given: dict[str, Any] = {"actor": actor, "action": action, "at": at, "target": str(target), "details": {}}
    return AuditEntry(workspace_id=workspace_id, id=next_id(), **given)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (AuditFilter(), "brand.delete mention.update mention.push brand.create"),
        (AuditFilter(actor="ana@example.com"), "mention.update brand.create"),
        (AuditFilter(action="brand"), "brand.delete brand.create"),
        (AuditFilter(action="mention.push"), "mention.push"),
        (AuditFilter(action="bra_d"), ""),
        (AuditFilter(since=NOW + HOUR), "brand.delete mention.update mention.push"),
        (AuditFilter(until=NOW + HOUR), "brand.create"),
        (AuditFilter(actor="key:script", action="mention", since=NOW, until=NOW + 2 * HOUR), "mention.push"),
    ],
)
def test_each_filter_narrows_the_log(
    db: Database, viewer: Viewer, elsewhere: Viewer, add: Add, filters: AuditFilter, expected: str
) -> None:
    here = viewer.workspace_id
    add(
        line(here, "ana@example.com", "brand.create", NOW),
        line(here, "key:script", "mention.push", NOW + HOUR),
        line(here, "ana@example.com", "mention.update", NOW + 2 * HOUR),
        line(here, "cli", "brand.delete", NOW + 3 * HOUR),
        line(elsewhere.workspace_id, "eve", "brand.create", NOW),
    )
    with db.reading() as session:
        found = audit_log(session, operator_of(here), filters=filters)
        assert " ".join(one.action for one in found.items) == expected
        assert actors(session, operator_of(here)) == ["ana@example.com", "cli", "key:script"]


def test_a_page_of_the_log_starts_where_the_last_one_ended(db: Database, viewer: Viewer, add: Add) -> None:
    add(*(line(viewer.workspace_id, "ana", f"brand.n{number}", NOW) for number in range(5)))
    with db.reading() as session:
        first = audit_log(session, operator_of(viewer.workspace_id), limit=2)
        second = audit_log(session, operator_of(viewer.workspace_id), first.next, 2)
    assert [one.action for one in (*first.items, *second.items)] == ["brand.n4", "brand.n3", "brand.n2", "brand.n1"]


def test_a_thing_is_called_what_it_is_called_now(db: Database, viewer: Viewer, elsewhere: Viewer, add: Add) -> None:
    acme, theirs = brand_row(viewer.workspace_id, "Acme"), brand_row(elsewhere.workspace_id, "Theirs")
    add(acme, theirs)
    lines = [
        line(viewer.workspace_id, "ana", "brand.update", NOW, target)
        for target in (acme.id, theirs.id, next_id(), "3 mentions")
    ]
    with db.reading() as session:
        assert names_of(session, operator_of(viewer.workspace_id), lines) == {str(acme.id): "Acme"}
