from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from alerts.backtest import Speech
from alerts.rules import all_rules
from app.actions.backtest import RuleToTry, replayable, rule_to_try
from app.db import Database
from app.problems import Problem
from app.viewer import ROLE_SCOPES, Viewer
from tests.rows import brand_row, rule_row


@pytest.fixture
def reader(workspace_id: UUID) -> Viewer:
    return Viewer(workspace_id, "test", ROLE_SCOPES["viewer"])


def test_fields_that_are_given_replace_those_of_the_saved_rule(db: Database, reader: Viewer) -> None:
    brand = brand_row(reader.workspace_id, "Acme")
    quiet = {"start": "22:00", "end": "07:00", "timezone": "Europe/Paris"}
    row = rule_row(brand, params={"limit": 7}, for_minutes=30, repeat_hours=2.0, quiet_hours=quiet, severity="info")
    with db.writing() as session:
        session.add(brand)
        session.flush()
        session.add(row)
    with db.reading() as session:
        brand_id, kind, params, speech = rule_to_try(session, reader, RuleToTry(rule_id=row.id))
        assert (brand_id, kind.kind, params.limit) == (brand.id, "threshold", 7)
        assert speech == Speech("info", 30, 2.0, quiet)
        changed = RuleToTry(rule_id=row.id, params={"limit": 9}, quiet_hours=None)
        _, _, params, speech = rule_to_try(session, reader, changed)
        assert (params.limit, speech) == (9, Speech("info", 30, 2.0, None))


def test_a_rule_without_brand_and_kind_is_refused_with_both(db: Database, reader: Viewer) -> None:
    with db.reading() as session, pytest.raises(Problem) as refused:
        rule_to_try(session, reader, RuleToTry())
    assert [error.field for error in refused.value.errors] == ["brand_id", "kind"]


def test_a_kind_that_cannot_be_replayed_says_why() -> None:
    kind = all_rules()["threshold"]
    assert replayable(kind) is kind
    with pytest.raises(Problem) as refused:
        replayable(replace(kind, not_replayed="The state of a source is not kept."))
    assert [(error.field, error.message) for error in refused.value.errors] == [
        ("kind", "The state of a source is not kept.")
    ]
