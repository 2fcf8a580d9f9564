"""Sources whose texts became of another kind than they used to be: labels would tell how wrong the score is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Row, case, func, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session

from app.models import Bucket, Source
from app.queries.feed import one_of
from app.queries.sums import effective_size
from app.viewer import Viewer, may
from sentiment.mixture import CELLS
from sentiment.quantify import Floats
from sentiment.shift import shifted

RECENT, PAST = timedelta(days=14), timedelta(days=104)


@dataclass(frozen=True, slots=True)
class Shift:
    """A source that shifted within the last 14 days, against the 90 days before."""

    source_id: UUID
    name: str


@may("read")
def shifts(session: Session, viewer: Viewer, now: datetime, sources: Sequence[UUID] = ()) -> list[Shift]:
    """The sources that shifted, by name; all of the workspace unless some are asked for."""
    recent = case((Bucket.hour >= now - RECENT, 1), else_=0).label("recent")
    cells = array([func.sum(Bucket.histogram[number + 1]) for number in range(CELLS)]).label("histogram")
    squares = func.sum(Bucket.squares * Bucket.model_number / func.nullif(Bucket.number, 0)).label("squares")
    statement = (
        select(Source.id, Source.name, recent, cells, squares)
        .join(Bucket, (Bucket.workspace_id == Source.workspace_id) & (Bucket.source_id == Source.id))
        .where(Source.workspace_id == viewer.workspace_id, Bucket.weight == "stories")
        .where(Bucket.hour >= now - PAST, Bucket.hour < now)
        .group_by(Source.id, Source.name, recent)
        .order_by(Source.name, Source.id)
    )
    if sources:
        statement = statement.where(one_of(Source.id, tuple(sources)))
    sides: dict[Shift, dict[int, Floats]] = {}
    for row in session.execute(statement):
        sides.setdefault(Shift(row.id, row.name), {})[row.recent] = heard(row)
    return [source for source, side in sides.items() if len(side) == 2 and shifted(side[1], side[0])]


def heard(row: Row[Any]) -> Floats:
    """(15,) the histogram of a row, summing to its independent voices."""
    histogram = np.array(row.histogram, dtype=np.float64)
    size = float(histogram.sum())
    return np.asarray(histogram * (effective_size(size, row.squares or 0.0) / size if size else 0.0))
