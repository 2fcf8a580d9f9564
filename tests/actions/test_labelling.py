"""Labels of the audit sample: kept, replaced, taken back."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select

from app.actions.labelling import Labelled, draw_more, label, unlabel
from app.db import Database
from app.models import AuditEntry, AuditMatch
from app.problems import Problem
from app.viewer import Viewer
from tests.rows import NOW, brand_row, match_row, mention_row


def test_a_label_is_kept_replaced_and_taken_back(db: Database, viewer: Viewer) -> None:
    here = viewer.workspace_id
    brand, mention = brand_row(here, "Acme"), mention_row(here, "acme is late")
    with db.writing() as session:
        session.add_all([brand, mention])
        session.flush()
        scored = {"negative": 0.8, "neutral": 0.1, "positive": 0.1, "model": "fixed 1", "scored_at": NOW}
        session.add(match_row(mention, brand, stance="detractor", stance_source="model", **scored))
    with db.writing() as session:
        assert draw_more(session, viewer, NOW, 7) == 1
        assert draw_more(session, viewer, NOW, 7) == 0
        item_id = session.scalars(select(AuditMatch.id)).one()
        label(session, viewer, item_id, Labelled(label="negative"), NOW)
        row = label(session, viewer, item_id, Labelled(label="skip"), NOW)
        assert (row.label, row.labelled_by, row.labelled_at) == ("skip", "ana@example.com", NOW)
        unlabel(session, viewer, item_id)
        assert (row.label, row.labelled_by, row.labelled_at) == (None, None, None)
        lines = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
        assert lines == ["audit_sample.draw", *["audit_sample.label"] * 2, "audit_sample.unlabel"]
        with pytest.raises(Problem) as missing:
            label(session, viewer, uuid4(), Labelled(label="skip"), NOW)
        assert missing.value.status == 404
