"""Changing mentions: what differs is written, and the stance that counts once a correction is taken back."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from app.actions.mentions import MentionChanges, change
from app.db import Database
from app.jobs import Jobs
from app.models import DirtyHour, Match, Revision
from app.problems import Problem
from app.viewer import Viewer
from tests.rows import NOW, brand_row, match_row, mention_row

ACME = UUID(int=7)
GLAD = {"negative": 0.02, "neutral": 0.06, "positive": 0.92}


def test_a_correction_marks_the_hour_and_is_for_all_mentions_or_none(db: Database, viewer: Viewer) -> None:
    here = viewer.workspace_id
    brand = brand_row(here, "Acme")
    mentions = [mention_row(here, text) for text in ("acme is late", "acme is here")]
    with db.writing() as session:
        session.add_all([brand, *mentions])
        session.flush()
        session.add_all(match_row(row, brand, stance="passive", stance_source="model", **GLAD) for row in mentions)
    ids = [row.id for row in mentions]
    with db.writing() as session:
        with pytest.raises(Problem) as missing:
            change(session, viewer, [*ids, ACME], MentionChanges(status="closed"), Jobs(), NOW)
        assert missing.value.status == 404
        changed = change(session, viewer, ids, MentionChanges(stance="detractor"), Jobs(), NOW)
        assert [row.version for row in changed] == [2, 2]
        assert session.scalars(select(Match.stance_source)).all() == ["person", "person"]
        assert session.scalars(select(DirtyHour.hour)).all() == [NOW]
        change(session, viewer, ids[:1], MentionChanges(stance=None), Jobs(), NOW)
        assert sorted(session.scalars(select(Match.stance_source))) == ["model", "person"]
        lines = session.scalars(select(Revision.change).order_by(Revision.id)).all()
        assert lines[-1] == {f"stance:{brand.id}": ["detractor", "promoter"]}
        with pytest.raises(Problem):
            change(session, viewer, ids, MentionChanges(stance="passive", brand_id=ACME), Jobs(), NOW)
