"""What waits for a label, how far a week has come, and which label «undo» removes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from app.db import Database
from app.models import AuditMatch, uuid7
from app.pipeline.judge.audit_sample import monday
from app.queries.labelling import last_label, progress, to_label
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import NOW, brand_row, match_row, mention_row


def drawn(viewer: Viewer, add: Add, *labels: str | None) -> list[UUID]:
    """As many mentions drawn this week, labelled a minute after each other by the viewer."""
    add(brand := brand_row(viewer.workspace_id, "Acme"))
    ids = []
    for number, label in enumerate(labels):
        add(mention := mention_row(viewer.workspace_id, f"acme {number}", NOW - timedelta(hours=number)))
        add(match_row(mention, brand))
        by: dict[str, Any] = (
            {"labelled_by": viewer.actor, "labelled_at": NOW + timedelta(minutes=number)} if label else {}
        )
        row = AuditMatch(
            id=uuid7(), workspace_id=viewer.workspace_id, brand_id=brand.id, mention_id=mention.id, week=monday(NOW),
            drawn_at=NOW, model="m", negative=0.1, neutral=0.1, positive=0.8, label=label, **by,
        )  # fmt: skip
        add(row)
        ids.append(row.id)
    return ids


def test_what_has_no_label_waits_in_the_order_drawn(db: Database, viewer: Viewer, elsewhere: Viewer, add: Add) -> None:
    _, second, third = drawn(viewer, add, "positive", None, None)
    with db.reading() as session:
        assert [item.id for item in to_label(session, viewer).items] == [second, third]
        assert to_label(session, elsewhere).items == []


def test_a_week_counts_what_was_drawn_and_answered_in_it(db: Database, viewer: Viewer, add: Add) -> None:
    drawn(viewer, add, "positive", "skip", None)
    with db.reading() as session:
        now, later = (progress(session, viewer, NOW + timedelta(days=days)) for days in (0, 7))
    assert (now.drawn, now.answered) == (3, 2)
    assert (later.drawn, later.answered) == (0, 0)


def test_undo_removes_the_label_that_the_viewer_gave_last(
    db: Database, viewer: Viewer, elsewhere: Viewer, add: Add
) -> None:
    _, second, _ = drawn(viewer, add, "positive", "negative", None)
    with db.reading() as session:
        assert last_label(session, viewer, NOW) == second
        assert last_label(session, elsewhere, NOW) is None
