"""Which model scores. The worker that loads it records it; pages that show its scores read that record, and need not
load the model.

When what decides a stance beside the probabilities has changed with the program, which are the limits of the model and
the common phrases, the worker asks for all stances to be decided again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.jobs import Jobs
from app.models import ScorerRow, Workspace
from app.pipeline.judge.common_phrases import edition
from app.pipeline.judge.restance import wish_all
from sentiment.base import Scorer
from sentiment.compact import facts
from sentiment.quantify import GROUPS, LanguageGroup, Matrix, matrix_as_json, matrix_from_json


@dataclass(frozen=True, slots=True, eq=False)
class ScoringModel:
    """A model as it was recorded. `measured` is empty when nobody measured it."""

    name: str
    version: str
    matrices: Mapping[LanguageGroup, Matrix]
    measured: Mapping[str, Any]


def record(session: Session, scorer: Scorer, now: datetime, jobs: Jobs) -> None:
    """Records that this model scores from now on. Recording it again only updates what was measured of it, and has
    stances decided again where its limits or the common phrases have changed."""
    last = _newest(session)
    same = last is not None and (last.name, last.version) == (scorer.name, scorer.version)
    before = session.get(ScorerRow, (scorer.name, scorer.version))
    values = {
        "matrices": {group: matrix_as_json(matrix) for group, matrix in scorer.matrices.items()},
        "measured": dict(scorer.measured),
        "sureness": sureness_of_parts(scorer),
        "common": edition(),
        "since": last.since if last is not None and same else now,
    }
    if before is not None and (before.sureness, before.common) != (values["sureness"], values["common"]):
        for workspace_id in session.scalars(select(Workspace.id).order_by(Workspace.id)):
            wish_all(session, jobs, workspace_id)
    statement = upsert(ScorerRow).values(name=scorer.name, version=scorer.version, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["name", "version"], set_=values))


def sureness_of_parts(scorer: Scorer) -> dict[str, dict[str, list[float]]]:
    """The limits of a model and of its quick part, by the name and version of each."""
    parts = [scorer, *([scorer.fast] if scorer.fast else [])]
    return {
        f"{part.name} {part.version}": {code: list(limits) for code, limits in part.sureness.items()} for part in parts
    }


def scoring_model(session: Session) -> ScoringModel:
    """The model that scores: the one recorded last, or the shipped one before any worker ran."""
    row = _newest(session)
    if row is None:
        shipped = facts()
        return ScoringModel(shipped.name, shipped.version, shipped.matrices, shipped.measured)
    matrices = {group: matrix_from_json(row.matrices[group]) for group in GROUPS}
    return ScoringModel(row.name, row.version, matrices, row.measured)


def _newest(session: Session) -> ScorerRow | None:
    return session.scalars(select(ScorerRow).order_by(ScorerRow.since.desc()).limit(1)).one_or_none()
