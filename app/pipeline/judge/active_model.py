"""Which model scores. The worker that loads it records it; pages that show its scores read that record, and need not
load the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.models import ScorerRow
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


def record(session: Session, scorer: Scorer, now: datetime) -> None:
    """Records that this model scores from now on. Recording it again only updates what was measured of it."""
    last = _newest(session)
    same = last is not None and (last.name, last.version) == (scorer.name, scorer.version)
    values = {
        "corrections": corrections_as_json(scorer.corrections),
        "measured": dict(scorer.measured),
        "since": last.since if last is not None and same else now,
    }
    statement = upsert(ScorerRow).values(name=scorer.name, version=scorer.version, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["name", "version"], set_=values))


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
