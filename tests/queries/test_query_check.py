"""What each part of a query is worth."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.db import Database
from app.problems import Problem
from app.queries.query_check import query_check
from app.viewer import Viewer
from tests.rows import NOW, mention_row


def worths(db: Database, viewer: Viewer, query: str, days: int = 30) -> list[Any]:
    with db.reading() as session:
        found = query_check(session, viewer, query, days, NOW + timedelta(hours=1))
    return [
        (
            str(w.clause.part),
            w.matched,
            w.only_by_it,
            w.irrelevant,
            str(w.warning).partition(":")[0] if w.warning else None,
        )
        for w in found
    ]


def test_each_part_says_what_it_found_and_what_only_it_did(db: Database, viewer: Viewer, add: Any) -> None:
    here = viewer.workspace_id
    add(
        mention_row(here, "acme panne"), mention_row(here, "acme bug panne"), mention_row(here, "acme emploi panne"),
        *(mention_row(here, f"acme jus {n}", status="irrelevant") for n in range(3)),
        mention_row(here, "acme jus 4"), mention_row(here, "acme lent", NOW - timedelta(days=40)),
    )  # fmt: skip
    assert worths(db, viewer, "acme (panne OR bug OR jus OR lent) -emploi") == [
        ("acme", 6, 0, 0, "It keeps nothing out"),
        ("panne", 2, 1, 0, None),
        ("bug", 1, 0, 0, "It adds nothing"),
        ("jus", 4, 4, 3, "It brings noise"),
        ("lent", 0, 0, 0, "It has found nothing in 30 days."),
        ("NOT emploi", 6, 1, 0, None),
    ]
    assert worths(db, viewer, "lent", days=60) == [("lent", 1, 1, 0, None)]


def test_another_workspace_counts_nothing(db: Database, elsewhere: Viewer, viewer: Viewer, add: Any) -> None:
    add(mention_row(viewer.workspace_id, "acme"))
    assert worths(db, elsewhere, "acme") == [("acme", 0, 0, 0, "It has found nothing in 30 days.")]


def test_a_query_that_cannot_be_read_is_refused_with_its_place(db: Database, viewer: Viewer) -> None:
    with pytest.raises(Problem) as caught, db.reading() as session:
        query_check(session, viewer, "acme (", 30, NOW)
    assert caught.value.errors[0].at == 5
