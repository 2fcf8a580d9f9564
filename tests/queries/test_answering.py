"""How long people wait for an answer."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from app.db import Database
from app.models import Mention
from app.problems import Problem
from app.queries.answering import Answering, answering, waited, waits
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import NOW, brand_row, match_row, mention_row

HOUR = timedelta(hours=1)


def test_the_wait_is_from_the_publication_or_the_discovery_of_the_undated() -> None:
    dates = {"published_at": NOW - 5 * HOUR, "collected_at": NOW - HOUR, "answered_at": NOW}
    assert waited(Mention(**dates, published_guessed=False)) == 5 * 3600
    assert waited(Mention(**dates, published_guessed=True)) == 3600
    assert waited(Mention(published_at=NOW, published_guessed=False, answered_at=NOW - HOUR)) == 0
    assert waited(Mention(published_at=NOW, published_guessed=False)) is None


def test_only_a_detractor_that_nobody_answered_or_closed_waits() -> None:
    dates = {"published_at": NOW - 5 * HOUR, "collected_at": NOW - HOUR}
    new = Mention(**dates, published_guessed=False, status="new")
    assert waits(new, ["passive", "detractor"], NOW) == 5 * 3600
    assert waits(new, ["promoter", None], NOW) is None
    assert waits(Mention(**dates, published_guessed=True, status="in_progress"), ["detractor"], NOW) == 3600
    assert waits(Mention(**dates, published_guessed=False, status="closed"), ["detractor"], NOW) is None
    again = Mention(**dates, published_guessed=False, status="new", answered_at=NOW)
    assert waits(again, ["detractor"], NOW) is None


def test_the_answers_of_a_period_have_a_median_and_a_ninetieth_percentile(
    db: Database, viewer: Viewer, add: Add
) -> None:
    here = viewer.workspace_id
    acme = brand_row(here, "Acme")
    answered = [
        mention_row(here, f"after {hours}", NOW, status="answered", answered_at=NOW + hours * HOUR)
        for hours in (1, 2, 3, 12)
    ]
    waiting = mention_row(here, "waiting", NOW + HOUR)
    rows = [*answered, waiting]
    add(acme, *rows, *(match_row(row, acme, stance="detractor") for row in rows))
    with db.reading() as session:
        found = answering(session, viewer, acme.id, NOW, NOW + 24 * HOUR)
        assert (found.answered, found.median, found.waiting) == (4, 2.5 * 3600, 1)
        assert found.ninetieth == pytest.approx(9.3 * 3600)
        assert answering(session, viewer, acme.id, NOW - 2 * HOUR, NOW) == Answering(0, None, None, 0)
        with pytest.raises(Problem):
            answering(session, viewer, uuid4(), NOW, NOW + HOUR)
