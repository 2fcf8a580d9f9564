"""What an incident counted, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from alerts.base import Explanation
from alerts.stored import explanation_to_json
from app.db import Database
from app.models import IncidentEvent, IncidentRow
from app.problems import Problem
from app.queries.feed import FeedFilter, feed
from app.queries.incident_scope import scope_of
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import NOW, brand_row, match_row, mention_row, next_id, rule_row

EXPLAINED = Explanation(
    observed=2, expected=1, total=3, share=None, usual_share=None, window_hours=3, since=NOW, counted="detractors"
)
SEEN = NOW + timedelta(hours=2, minutes=30)


def incident(workspace_id: UUID, rule_id: UUID, brand_id: UUID, explanation: dict[str, Any]) -> IncidentRow:
    return IncidentRow(
        workspace_id=workspace_id, id=next_id(), rule_id=rule_id, brand_id=brand_id, kind="negative_spike",
        state="firing", severity="warning", opened_at=NOW, explanation=explanation, memory={},
    )  # fmt: skip


def test_the_mentions_of_its_window_that_it_counted_are_its_own(db: Database, viewer: Viewer, add: Add) -> None:
    here = viewer.workspace_id
    acme, other = brand_row(here, "Acme"), brand_row(here, "Other")
    rule = rule_row(acme)
    row = incident(here, rule.id, acme.id, explanation_to_json(EXPLAINED))
    told = IncidentEvent(workspace_id=here, id=next_id(), incident_id=row.id, at=SEEN, kind="opened")
    at = NOW + timedelta(hours=1)
    said = {
        name: mention_row(here, name, when, **more)
        for name, when, more in (
            ("first", NOW, {}), ("second", at, {}), ("glad", at, {}), ("copy", at, {}),
            ("early", NOW - timedelta(minutes=1), {}), ("late", SEEN + timedelta(minutes=1), {}),
            ("irrelevant", at, {"status": "irrelevant"}), ("undated", at, {"published_guessed": True}),
            ("theirs", at, {}),
        )
    }  # fmt: skip
    found_later = mention_row(here, "found later", at)
    found_later.collected_at = SEEN + timedelta(hours=1)
    rows = [*said.values(), found_later]
    matches = [
        match_row(one, other if one.text == "theirs" else acme, lead=one.text != "copy",
                  stance="promoter" if one.text == "glad" else "detractor")
        for one in rows
    ]  # fmt: skip
    add(acme, other, rule, row, told, *rows, *matches)
    with db.reading() as session:
        for wanted in (FeedFilter(incident=row.id), FeedFilter(incident=row.id, brands=(acme.id,))):
            assert [view.mention.text for view in feed(session, viewer, wanted).items] == ["second", "first"]


def test_an_incident_that_cannot_be_explained_has_the_time_before_it_and_one_of_nobody_is_not_found(
    db: Database, viewer: Viewer
) -> None:
    scope = scope_of(incident(viewer.workspace_id, uuid4(), uuid4(), {}), SEEN)
    assert (scope.since, scope.until, scope.stance) == (NOW - timedelta(days=1), SEEN, "detractor")
    with db.reading() as session, pytest.raises(Problem) as missing:
        feed(session, viewer, FeedFilter(incident=uuid4()))
    assert missing.value.status == 404
