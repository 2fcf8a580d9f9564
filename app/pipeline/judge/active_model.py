"""Which model scores: told by the worker that loads it, read by those who show its scores without loading it."""

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
from sentiment.compact import facts
from sentiment.quantify import GROUPS, LanguageGroup, Matrix, matrix_as_json, matrix_from_json


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A model as it was told of. `measured` is empty when nobody measured it."""

    name: str
    version: str
    matrices: Mapping[LanguageGroup, Matrix]
    measured: Mapping[str, Any]


def record(session: Session, scorer: Scorer, now: datetime) -> None:
    """Says that this model scores from now on. Saying it again changes nothing but what was measured since."""
    last = _newest(session)
    same = last is not None and (last.name, last.version) == (scorer.name, scorer.version)
    told = {
        "matrices": {group: matrix_as_json(matrix) for group, matrix in scorer.matrices.items()},
        "measured": dict(scorer.measured),
        "since": last.since if last is not None and same else now,
    }
    statement = upsert(ScorerRow).values(name=scorer.name, version=scorer.version, **told)
    session.execute(statement.on_conflict_do_update(index_elements=["name", "version"], set_=told))


def known(session: Session) -> Known:
    """The model that scores: the last one told of, or before any worker ran the one that ships."""
    row = _newest(session)
    if row is None:
        shipped = facts()
        return Known(shipped.name, shipped.version, shipped.matrices, shipped.measured)
    matrices = {group: matrix_from_json(row.matrices[group]) for group in GROUPS}
    return Known(row.name, row.version, matrices, row.measured)


def _newest(session: Session) -> ScorerRow | None:
    return session.scalars(select(ScorerRow).order_by(ScorerRow.since.desc()).limit(1)).one_or_none()
