"""Alert rules: their kinds, their params, their quiet hours."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from alerts.rules import all_rules
from app.actions import rules
from app.actions.fields import validate
from app.actions.rules import NewRule, QuietHours, RuleChanges, checked_params, rule_of
from app.db import Database
from app.jobs import Jobs
from app.problems import Problem
from app.viewer import Viewer
from tests.rows import brand_row, channel_row


@pytest.mark.parametrize(
    ("start", "end", "right"),
    [
        ("22:00", "07:00", True),
        ("07:00", "22:00", True),
        ("07:00", "07:00", False),
        ("24:00", "07:00", False),
        ("7:00", "08:00", False),
        ("07:60", "08:00", False),
        ("", "07:00", False),
    ],
)
def test_quiet_hours_are_two_times_of_day_that_differ(start: str, end: str, right: bool) -> None:
    given = {"start": start, "end": end, "timezone": "Europe/Paris"}
    if right:
        assert validate(QuietHours, given).start == start
    else:
        with pytest.raises(Problem):
            validate(QuietHours, given)


def test_a_kind_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(Problem) as refused:
        rule_of("weather")
    [error] = refused.value.errors
    assert error.hint == f"One of: {', '.join(sorted(all_rules()))}."


@pytest.mark.parametrize(
    ("params", "field"), [({}, None), ({"limit": -1}, "params.limit"), ({"colour": "red"}, "params.colour")]
)
def test_params_are_those_that_a_kind_declares_with_its_defaults(params: dict[str, Any], field: str | None) -> None:
    if field is None:
        assert checked_params("threshold", params)["limit"] > 0
        return
    with pytest.raises(Problem) as refused:
        checked_params("threshold", params)
    assert [error.field for error in refused.value.errors] == [field]


def test_a_rule_tells_channels_of_its_workspace_and_gets_a_new_chance_when_enabled(
    db: Database, viewer: Viewer
) -> None:
    brand, channel = brand_row(viewer.workspace_id, "Acme"), channel_row(viewer.workspace_id, "Hook")
    with db.writing() as session:
        session.add_all([brand, channel])
    new = NewRule(name="R", brand_id=brand.id, kind="threshold", channels=[channel.id])
    with db.writing() as session:
        for wrong, field in (({"channels": [channel.id, uuid4()]}, "channels.1"), ({"brand_id": uuid4()}, "brand_id")):
            with pytest.raises(Problem) as refused:
                rules.create(session, viewer, new.model_copy(update=wrong), Jobs())
            assert (refused.value.status, refused.value.errors[0].field) == (404, field)
        row = rules.create(session, viewer, new, Jobs())
        row.failures, row.disabled_reason, row.enabled = 3, "It failed", False
        renamed = rules.update(session, viewer, row.id, RuleChanges(name="S"), Jobs())
        assert (renamed.failures, renamed.disabled_reason) == (3, "It failed")
        enabled = rules.update(session, viewer, row.id, RuleChanges(enabled=True), Jobs())
        assert (enabled.failures, enabled.disabled_reason, enabled.version) == (0, None, 3)
        rules.delete(session, viewer, row.id)
        with pytest.raises(Problem) as missing:
            rules.lock(session, viewer, row.id)
        assert missing.value.status == 404
