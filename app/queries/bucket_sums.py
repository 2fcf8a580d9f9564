"""The buckets of brands, summed in the database.

Where all sources count, whole days of UTC are read as such, and only what lies outside of them by the hour. A period
of a time zone begins at an hour of its own: the hours between that and the day of UTC are taken from one period and
given to the other, so that the sums are those of the hours in every zone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import TIMESTAMP, Integer, Result, Select, cast, column, func, literal, null, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import Session

from app.models import Bucket, DayBucket
from app.pipeline.keep.aggregate import COUNTED, EVERY_SOURCE
from app.queries.feed import one_of
from app.queries.periods import Period, periods
from app.queries.sums import Weight
from app.viewer import Viewer, may
from sentiment.mixture import CELLS

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MOMENT = TIMESTAMP(timezone=True)


@dataclass(frozen=True, slots=True)
class Slant:
    """What is counted: the weight of a mention, and which sources and languages; none means all."""

    weight: Weight = "stories"
    sources: tuple[UUID, ...] = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """An hour whose counts belong to the period that begins at `start`, or (`sign` −1) do not, though its day does."""

    hour: datetime
    start: datetime
    sign: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """The rows that are wanted of a table of buckets: of which brands, in which weights and languages."""

    workspace_id: UUID
    brand_ids: tuple[UUID, ...]
    slant: Slant

    def rows(self, table: type[Bucket | DayBucket], start: Any, sign: Any, *more: Any) -> Select[*tuple[Any, ...]]:
        """Selects them, with the start of their period, and the sign with which they count."""
        parts = (table.brand_id, table.weight, table.language, start.label("start"), sign.label("sign"), *more)
        statement = (
            select(*parts, *(getattr(table, name) for name in COUNTED), table.histogram)
            .where(table.workspace_id == self.workspace_id, one_of(table.brand_id, self.brand_ids))
            .where(table.weight.in_(sorted({"stories", "mentions", self.slant.weight})))
        )
        return statement.where(one_of(table.language, self.slant.languages)) if self.slant.languages else statement


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
    wanted = Wanted(viewer.workspace_id, tuple(brand_ids), slant)
    if by_source or slant.sources or period.by == "hour":
        every = _by_hour(wanted, period, zone, by_source).subquery()
    else:
        every = union_all(*_by_day(wanted, period, zone)).subquery()
    parts = [every.c[name] for name in ("brand_id", "weight", "language", "start", "source_id") if name in every.c]
    sums = [func.sum(every.c.sign * every.c[name]).label(name) for name in COUNTED]
    cells = [func.sum(every.c.sign * every.c.histogram[cell + 1]) for cell in range(CELLS)]
    return session.execute(select(*parts, *sums, array(cells).label("histogram")).group_by(*parts))


def _by_hour(wanted: Wanted, period: Period, zone: str | None, by_source: bool) -> Select[*tuple[Any, ...]]:
    """The hours of the period, of single sources if some are wanted, or of each."""
    statement = wanted.rows(
        Bucket, _start_of_hour(period, zone), literal(1), *([Bucket.source_id] if by_source else [])
    )
    statement = statement.where(Bucket.hour >= _first_hour(period), Bucket.hour < period.until)
    if by_source and not wanted.slant.sources:
        return statement.where(Bucket.source_id != EVERY_SOURCE)
    return statement.where(one_of(Bucket.source_id, wanted.slant.sources or (EVERY_SOURCE,)))


def _by_day(wanted: Wanted, period: Period, zone: str | None) -> Iterator[Select[*tuple[Any, ...]]]:
    """The whole days of the period, the hours before and after them, and those at the edges of periods."""
    first, last = whole_days(period)
    of_every_source = Bucket.source_id == EVERY_SOURCE
    hours = wanted.rows(Bucket, _start_of_hour(period, zone), literal(1)).where(of_every_source)
    for low, high in ((_first_hour(period), min(first, period.until)), (max(last, first), period.until)):
        if low < high:
            yield hours.where(Bucket.hour >= low, Bucket.hour < high)
    if first >= last:
        return
    start = null() if zone is None else func.timezone(zone, func.date_trunc(period.by, cast(DayBucket.day, TIMESTAMP)))
    yield wanted.rows(DayBucket, cast(start, MOMENT), literal(1)).where(
        DayBucket.day >= first.date(), DayBucket.day < last.date()
    )
    found = [] if zone is None else [each for each in edges(period, zone) if first <= each.hour < last]
    if found:
        edge = (
            func.unnest(
                cast([each.hour for each in found], ARRAY(MOMENT)),
                cast([each.start for each in found], ARRAY(MOMENT)),
                cast([each.sign for each in found], ARRAY(Integer)),
            )
            .table_valued(column("hour", MOMENT), column("start", MOMENT), column("sign", Integer), name="edge")
            .render_derived()
        )
        yield (
            wanted.rows(Bucket, edge.c.start, edge.c.sign).join(edge, edge.c.hour == Bucket.hour).where(of_every_source)
        )


def _first_hour(period: Period) -> datetime:
    return period.since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _start_of_hour(period: Period, zone: str | None) -> Any:
    if zone is None:
        return cast(null(), MOMENT)
    return func.date_trunc(period.by, Bucket.hour, "UTC" if period.by == "hour" else zone)


def whole_days(period: Period) -> tuple[datetime, datetime]:
    """From which midnight of UTC to which the period holds whole days; the second is not after the first if none."""
    midnight = _first_hour(period).replace(hour=0)
    first = midnight if midnight == _first_hour(period) else midnight + DAY
    return first, period.until.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def edges(period: Period, zone: str) -> Iterator[Edge]:
    """The hours that lie in one day of UTC and, in the zone, in another period than that day."""
    for before, start in pairwise(periods(period, zone)):
        begins = start.astimezone(ZoneInfo(zone))
        day = datetime(begins.year, begins.month, begins.day, tzinfo=UTC)
        moved_to, moved_from = (start, before) if start < day else (before, start)
        hour = next_whole_hour(min(start, day))
        while hour < max(start, day):
            yield Edge(hour, moved_to, 1)
            yield Edge(hour, moved_from, -1)
            hour += HOUR


def next_whole_hour(at: datetime) -> datetime:
    """The first whole hour from then on: an hour belongs to the period in which it begins."""
    whole = at.replace(minute=0, second=0, microsecond=0)
    return whole if whole == at else whole + HOUR
