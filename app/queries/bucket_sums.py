"""The buckets of brands, summed in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Result, func, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session

from app.models import Bucket
from app.pipeline.keep.aggregate import EVERY_SOURCE
from app.queries.feed import one_of
from app.queries.periods import Period
from app.queries.sums import Weight
from app.viewer import Viewer, may
from sentiment.mixture import CELLS

SUMMED = (
    "number", "promoters", "passives", "detractors", "fixed_promoters", "fixed_passives", "fixed_detractors",
    "model_number", "squares",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slant:
    """What is counted: the weight of a mention, and which sources and languages; none means all."""

    weight: Weight = "stories"
    sources: tuple[UUID, ...] = ()
    languages: tuple[str, ...] = ()


@may("read")
def bucket_sums(
    session: Session,
    viewer: Viewer,
    brand_ids: Sequence[UUID],
    period: Period,
    slant: Slant,
    zone: str | None = None,
    by_source: bool = False,
) -> Result[Any]:
    """The buckets summed by brand, weight, language and, with a time zone, by the start of their period there.

    Reads the rows of single sources `by_source` or when `slant` names some, else the totals over all sources.
    """
    start = func.date_trunc(period.by, Bucket.hour, "UTC" if period.by == "hour" else zone)
    parts: list[Any] = [Bucket.brand_id, Bucket.weight, Bucket.language]
    if zone is not None:
        parts.append(start.label("start"))
    if by_source:
        parts.append(Bucket.source_id)
    cells = array([func.sum(Bucket.histogram[number + 1]) for number in range(CELLS)]).label("histogram")
    statement = (
        select(*parts, *(func.sum(getattr(Bucket, name)).label(name) for name in SUMMED), cells)
        .where(Bucket.workspace_id == viewer.workspace_id, one_of(Bucket.brand_id, tuple(brand_ids)))
        .where(Bucket.weight.in_(sorted({"stories", "mentions", slant.weight})))
        .where(Bucket.hour >= period.since.replace(minute=0, second=0, microsecond=0), Bucket.hour < period.until)
        .group_by(*(part.element if hasattr(part, "element") else part for part in parts))
    )
    if slant.sources or not by_source:
        statement = statement.where(one_of(Bucket.source_id, slant.sources or (EVERY_SOURCE,)))
    else:
        statement = statement.where(Bucket.source_id != EVERY_SOURCE)
    if slant.languages:
        statement = statement.where(one_of(Bucket.language, slant.languages))
    return session.execute(statement)
