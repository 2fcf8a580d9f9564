"""The alert rules of a workspace."""

from __future__ import annotations

import pytest

from app.db import Database
from app.models import AlertRule
from app.problems import Problem
from app.queries.rules import rule, rule_ids, rules
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import brand_row, next_id


def test_rules_are_listed_oldest_first_and_found_in_their_workspace_only(
    db: Database, viewer: Viewer, elsewhere: Viewer, add: Add
) -> None:
    brand = brand_row(viewer.workspace_id, "Acme")
    rows = [
        AlertRule(
            id=next_id(), workspace_id=viewer.workspace_id, brand_id=brand.id, kind="threshold", name=name, params={}
        )
        for name in ("Zed", "Many")
    ]
    add(brand, *rows)
    with db.reading() as session:
        assert [row.name for row in rules(session, viewer).items] == ["Zed", "Many"]
        assert rules(session, elsewhere).items == []
        assert list(rule_ids(session, viewer).items()) == [("Many", rows[1].id), ("Zed", rows[0].id)]
        assert rule_ids(session, elsewhere) == {}
        assert rule(session, viewer, rows[1].id).name == "Many"
        with pytest.raises(Problem) as missing:
            rule(session, elsewhere, rows[1].id)
        assert missing.value.status == 404
