"""How far the model has come in a workspace."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.db import Database
from app.models import ModelRun
from app.queries.scoring import scoring
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import NOW, brand_row, match_row, mention_row


def test_the_model_in_force_has_before_it_what_waits_and_what_others_have_read(
    db: Database, viewer: Viewer, elsewhere: Viewer, add: Add
) -> None:
    with db.reading() as session:
        empty = scoring(session, viewer)
    assert (empty.model, empty.waiting, empty.unsettled, empty.applying) == (None, 0, 0, None)
    here = viewer.workspace_id
    brand, theirs = brand_row(here, "Acme"), brand_row(elsewhere.workspace_id, "Acme")
    mentions = [mention_row(here, f"acme {n}") for n in range(4)]
    other = mention_row(elsewhere.workspace_id, "acme theirs")
    add(brand, theirs, *mentions, other)
    scored = {"scored_at": NOW, "stance": "passive"}
    add(
        match_row(mentions[0], brand),
        match_row(mentions[1], brand, model="old 1", **scored),
        match_row(mentions[2], brand, model="old 1", **scored),
        match_row(mentions[3], brand, model="new 2", **scored),
        match_row(other, theirs),
        ModelRun(model="old 1", started_at=NOW - timedelta(days=1), at=NOW, per_second=1.0),
        ModelRun(model="new 2", started_at=NOW, at=NOW, per_second=2.0),
    )
    with db.reading() as session:
        found = scoring(session, viewer)
    assert (found.model, found.since, found.per_second) == ("new 2", NOW, 2.0)
    assert (found.waiting, found.unsettled) == (1, 2)
    assert found.seconds_left == pytest.approx(2.0)
