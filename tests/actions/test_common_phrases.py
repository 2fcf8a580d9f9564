"""Switching common phrases: what changes, and which stored mentions are looked at again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.actions.common_phrases import Switch, switch, switch_all
from app.db import Database
from app.jobs import Jobs
from app.models import Restance, Workspace
from app.pipeline.judge.common_phrases import common_phrases, in_use
from app.problems import Problem
from app.viewer import Viewer

ON, OFF = Switch(on=True), Switch(on=False)


@pytest.fixture
def used(db: Database, viewer: Viewer) -> Callable[[Session], set[str]]:
    def ids(session: Session) -> set[str]:
        return {phrase.id for phrase in in_use(session.get_one(Workspace, viewer.workspace_id).settings)}

    return ids


def wishes(session: Session) -> list[str | None]:
    return list(session.scalars(select(Restance.words).order_by(Restance.id)))


def test_one_is_switched_off_and_on(db: Database, viewer: Viewer, used: Callable[[Session], set[str]]) -> None:
    with db.writing() as session:
        switch(session, viewer, "fr:foncez", OFF, Jobs())
        assert "fr:foncez" not in used(session)
        switch(session, viewer, "fr:foncez", OFF, Jobs())
        switch(session, viewer, "fr:foncez", ON, Jobs())
        assert len(used(session)) == len(common_phrases())
        assert wishes(session) == ["foncez", "foncez"]
        with pytest.raises(Problem):
            switch(session, viewer, "fr:no-such", OFF, Jobs())


def test_all_are_switched_off_together_and_one_of_them_on_again(
    db: Database, viewer: Viewer, used: Callable[[Session], set[str]]
) -> None:
    with db.writing() as session:
        switch_all(session, viewer, OFF, Jobs())
        assert used(session) == set()
        [words] = wishes(session)
        assert words is not None
        assert {"foncez", "love it"} <= set(words.splitlines())
        switch(session, viewer, "fr:foncez", ON, Jobs())
        assert used(session) == {"fr:foncez"}
        switch_all(session, viewer, ON, Jobs())
        assert len(used(session)) == len(common_phrases())
