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
from sentiment.compact import CardFacts, facts
from sentiment.correction import Corrections, corrections_as_json, corrections_from_json, unmeasured


@dataclass(frozen=True, slots=True, eq=False)
class ScoringModel:
    """A model as it was recorded. `measured` is empty when nobody measured it."""

    name: str
    version: str
    corrections: Corrections
    measured: Mapping[str, Any]


def record(session: Session, scorer: Scorer, now: datetime, jobs: Jobs) -> None:
    """Records that this model scores from now on. Recording it again only updates what was measured of it, and has
    stances decided again where its limits or the common phrases have changed."""
    last = _newest(session)
    same = last is not None and (last.name, last.version) == (scorer.name, scorer.version)
    before = session.get(ScorerRow, (scorer.name, scorer.version))
    values = {
        "corrections": corrections_as_json(scorer.corrections),
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
    row, shipped = _newest(session), facts()
    if row is None:
        return ScoringModel(shipped.name, shipped.version, shipped.corrections, shipped.measured)
    return ScoringModel(row.name, row.version, _corrections(row, shipped), row.measured)


def _corrections(row: ScorerRow, shipped: CardFacts) -> Corrections:
    """What the worker recorded; until it starts again after an update, what the package knows of the model."""
    if row.corrections:
        return corrections_from_json(row.corrections)
    same = (row.name, row.version) == (shipped.name, shipped.version)
    return shipped.corrections if same else unmeasured()


def _newest(session: Session) -> ScorerRow | None:
    return session.scalars(select(ScorerRow).order_by(ScorerRow.since.desc()).limit(1)).one_or_none()
