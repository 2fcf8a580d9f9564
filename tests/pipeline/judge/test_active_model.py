"""Which model scores is told by the worker, and read without loading it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from app.db import Database
from app.jobs import Jobs
from app.models import Restance, ScorerRow
from app.pipeline.judge.active_model import record, scoring_model
from app.pipeline.judge.limits import sureness_of_models
from app.queries.reputation import model
from app.viewer import ROLE_SCOPES, Viewer
from bench._bert import write
from sentiment.base import Scorer
from sentiment.compact import compact
from sentiment.correction import corrections_as_json, unmeasured
from sentiment.scorers import scorer
from sentiment.sureness import CAUTIOUS

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def larger(tmp_path: Path) -> Scorer:
    return scorer(str(write(tmp_path / "tiny")))


def told(db: Database, scorer: Scorer, after: int) -> None:
    with db.writing() as session:
        record(session, scorer, NOW + timedelta(hours=after), Jobs())


def now_known(db: Database) -> tuple[str, str]:
    with db.reading() as session:
        found = scoring_model(session)
        return found.name, found.version


def test_before_any_worker_ran_the_model_that_ships_is_shown(db: Database, workspace_id: UUID) -> None:
    assert now_known(db) == ("compact", compact().version)
    with db.reading() as session:
        found = model(session, Viewer(workspace_id, "test", ROLE_SCOPES["viewer"]))
    assert found.measured is not None
    assert found.measured["macro_f1"].keys() == {"all", "en", "fr"}


def test_the_last_model_told_of_scores_and_an_older_one_may_come_back(db: Database, larger: Scorer) -> None:
    told(db, compact(), 0)
    told(db, larger, 1)
    assert now_known(db) == ("tiny", larger.version)
    told(db, larger, 2)
    told(db, compact(), 3)
    assert now_known(db) == ("compact", compact().version)
    told(db, larger, 4)
    assert now_known(db) == ("tiny", larger.version)


def test_its_corrections_come_through_and_what_nobody_measured_is_none(
    db: Database, larger: Scorer, workspace_id: UUID
) -> None:
    told(db, larger, 0)
    with db.reading() as session:
        found = model(session, Viewer(workspace_id, "test", ROLE_SCOPES["viewer"]))
    assert found.measured is None
    assert corrections_as_json(found.corrections) == corrections_as_json(larger.corrections)


def test_a_worker_that_starts_again_changes_only_what_was_measured_since(db: Database) -> None:
    told(db, compact(), 0)
    told(db, compact(), 5)
    with db.reading() as session:
        from app.models import ScorerRow

        (row,) = session.query(ScorerRow).all()
    assert row.since == NOW
    assert row.measured.keys() == compact().measured.keys()


def test_until_the_worker_starts_after_an_update_the_package_knows_its_own_model_and_no_other(
    db: Database, larger: Scorer
) -> None:
    for each, expected in ((compact(), compact().corrections), (larger, unmeasured())):
        told(db, each, 0 if each.name == "compact" else 1)
        with db.writing() as session:
            session.execute(text("UPDATE scorer SET corrections = '{}'"))
        with db.reading() as session:
            assert corrections_as_json(scoring_model(session).corrections) == corrections_as_json(expected)


def wishes(db: Database) -> list[bool]:
    with db.reading() as session:
        return list(session.scalars(select(Restance.everything)))


def test_what_was_decided_by_other_limits_is_decided_again_once(db: Database, workspace_id: UUID) -> None:
    told(db, compact(), 0)
    told(db, compact(), 1)
    assert wishes(db) == []
    with db.writing() as session:
        session.execute(update(ScorerRow).values(sureness={}))
    told(db, compact(), 2)
    told(db, compact(), 3)
    assert wishes(db) == [True]


def test_other_common_phrases_have_all_decided_again(db: Database, workspace_id: UUID) -> None:
    told(db, compact(), 0)
    with db.writing() as session:
        session.execute(update(ScorerRow).values(common="of another release"))
    told(db, compact(), 1)
    assert wishes(db) == [True]


def test_the_limits_of_both_parts_are_known_without_loading_the_model(db: Database, larger: Scorer) -> None:
    told(db, compact(), 0)
    told(db, larger, 1)
    with db.reading() as session:
        known = sureness_of_models(session)
    assert known[f"compact {compact().version}"] == compact().sureness
    assert known[f"compact-linear {compact().version}"] == compact().fast.sureness
    assert known[f"tiny {larger.version}"] == CAUTIOUS
