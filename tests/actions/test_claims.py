"""Somebody says that they are looking at a mention, for two minutes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy.orm import Session

from app.actions.claims import LASTS, claim, let_go
from app.db import Database
from app.live import CHANNEL
from app.problems import Problem
from app.queries.claims import looking
from app.viewer import Viewer
from tests.rows import NOW, member_rows, mention_row


@pytest.fixture
def people(db: Database, viewer: Viewer) -> tuple[Viewer, Viewer, UUID]:
    """Ana, Ben, and a mention."""
    rows = [member_rows(viewer.workspace_id, name) for name in ("Ana", "Ben")]
    mention = mention_row(viewer.workspace_id, "late")
    with db.writing() as session:
        session.add_all([*(user for user, _ in rows), mention])
        session.flush()
        session.add_all(member for _, member in rows)
    ana, ben = (replace(viewer, user_id=user.id) for user, _ in rows)
    return ana, ben, mention.id


def test_others_see_a_claim_until_it_ends_by_itself_or_is_let_go(
    db: Database, viewer: Viewer, people: tuple[Viewer, Viewer, UUID]
) -> None:
    ana, ben, key = people
    with db.writing() as session:
        assert claim(session, ana, key, NOW) == NOW + LASTS
        assert looking(session, ben, [key], NOW) == {key: ["Ana"]}
        assert looking(session, ana, [key], NOW) == {}
        assert looking(session, ben, [key], NOW + LASTS) == {}
        claim(session, ana, key, NOW + timedelta(minutes=1))
        assert looking(session, ben, [key], NOW + LASTS) == {key: ["Ana"]}
        let_go(session, ana, key)
        assert looking(session, ben, [key], NOW) == {}
        assert claim(session, viewer, key, NOW) is None
        with pytest.raises(Problem):
            claim(session, ana, uuid4(), NOW)


def test_others_are_told_when_somebody_comes_or_goes_and_not_of_each_renewal(
    db: Database, viewer: Viewer, people: tuple[Viewer, Viewer, UUID]
) -> None:
    ana, _, key = people
    with psycopg.connect(db.url, autocommit=True) as heard:
        heard.execute(f"LISTEN {CHANNEL}")

        def told(work: Callable[[Session], object]) -> int:
            with db.writing() as session:
                work(session)
            return len(list(heard.notifies(timeout=0.2)))

        assert told(lambda session: claim(session, ana, key, NOW)) == 1
        assert told(lambda session: claim(session, ana, key, NOW + timedelta(seconds=45))) == 0
        assert told(lambda session: claim(session, ana, key, NOW + timedelta(minutes=5))) == 1
        assert told(lambda session: let_go(session, ana, key)) == 1
        assert told(lambda session: let_go(session, ana, key)) == 0
        with pytest.raises(Problem):
            told(lambda session: let_go(session, ana, uuid4()))
