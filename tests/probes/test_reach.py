"""What `vigie doctor` says of rules that notify nobody."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.db import Database
from app.models import AlertRule, Workspace, uuid7
from app.probes.reach import REASONS, reach
from tests.rows import brand_row, channel_row, next_id


def add_rules(db: Database, workspace_id: UUID, number: int, **more: object) -> None:
    brand = brand_row(workspace_id, "Brumelo")
    own = {"workspace_id": workspace_id, "brand_id": brand.id, "kind": "threshold", "params": {}, **more}
    with db.writing() as session:
        session.add(brand)
        session.flush()
        session.add_all(AlertRule(id=next_id(), name=f"R{each}", **own) for each in range(number))


def test_without_a_rule_there_is_nothing_to_say(db: Database, workspace_id: UUID) -> None:
    add_rules(db, workspace_id, 1, enabled=False)
    with db.reading() as session:
        found = reach(session, mail=True)
    assert (found.state, found.text) == ("ok", "there is no alert rule yet")


@pytest.mark.parametrize(
    ("kind", "mail", "state", "text"),
    [
        ("webhook", False, "ok", "each of 5 rules notifies somebody"),
        ("email", True, "ok", "each of 5 rules notifies somebody"),
        ("email", False, "note", f"5 of 5 rules notify nobody («R0»: {REASONS['no_mail']}; "),
        (None, True, "note", f"5 of 5 rules notify nobody («R0»: {REASONS['no_channel']}; "),
    ],
)
def test_rules_that_notify_nobody_are_named(
    db: Database, workspace_id: UUID, kind: str | None, mail: bool, state: str, text: str
) -> None:
    add_rules(db, workspace_id, 5)
    with db.writing() as session:
        other = Workspace(id=uuid7(), slug="other", name="Other")
        session.add(other)
        session.flush()
        session.add(channel_row(other.id, "not ours"))
        if kind:
            session.add(channel_row(workspace_id, "ours", kind=kind))
    with db.reading() as session:
        found = reach(session, mail=mail)
    assert found.state == state
    assert found.text.startswith(text)
    assert state == "ok" or found.text.endswith("; and 2 more): see Alerts → Alert rules")
