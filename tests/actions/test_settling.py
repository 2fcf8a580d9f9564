"""Settling a mention that was to check settles its copies, and nothing else."""

from __future__ import annotations

from sqlalchemy import select

from app.actions.settling import settle
from app.db import Database
from app.jobs import Jobs
from app.models import Match, Mention, Story
from app.viewer import Viewer
from tests.rows import NOW, brand_row, match_row, mention_row, next_id

TORN = {"negative": 0.49, "neutral": 0.02, "positive": 0.49, "stance_source": "model"}


def test_copies_that_are_to_check_follow(db: Database, viewer: Viewer) -> None:
    here = viewer.workspace_id
    brand, other = brand_row(here, "Acme"), brand_row(here, "Other")
    story = Story(workspace_id=here, id=next_id(), simhash=1, bands=[1], first_at=NOW, last_at=NOW, copies=3)
    first, copy, sure = (mention_row(here, text, story_id=story.id) for text in ("first", "copy", "sure"))
    alone = mention_row(here, "alone")
    with db.writing() as session:
        session.add_all([brand, other, story])
        session.flush()
        session.add_all([first, copy, sure, alone])
        session.flush()
        session.add_all(match_row(row, brand, stance="unsure", **TORN) for row in (first, copy, alone))
        session.add(match_row(sure, brand, stance="passive", **TORN))
        session.add(match_row(copy, other, stance="unsure", **TORN))
    with db.writing() as session:
        settle(session, viewer, first.id, brand.id, "detractor", Jobs(), NOW)
        settle(session, viewer, alone.id, brand.id, "promoter", Jobs(), NOW)
        stances = session.execute(
            select(Mention.text, Match.stance, Match.stance_source)
            .join(Match, Match.mention_id == Mention.id)
            .where(Match.brand_id == brand.id)
        )
        assert sorted(map(tuple, stances)) == [
            ("alone", "promoter", "person"),
            ("copy", "detractor", "person"),
            ("first", "detractor", "person"),
            ("sure", "passive", "model"),
        ]
        assert session.scalars(select(Match.stance).where(Match.brand_id == other.id)).one() == "unsure"
