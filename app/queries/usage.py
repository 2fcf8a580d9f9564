"""Budgets of sources: what is used, what will be used at the end of the period, and when to warn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app.models import Source, Usage
from app.pipeline.gather.meters import Period, limit_of, payer_of, period_of
from app.viewer import Viewer, may
from collectors import all_collectors
from collectors.base import Meter
from ground.notice import Notice

WARN_FROM = 0.8
TOO_EARLY = 50
"""A forecast needs at least this part of the period behind it: 29 minutes of a day, 15 hours of a month."""


@dataclass(frozen=True, slots=True)
class UsageView:
    """One meter of one source in the present period. Amounts are units divided by the meter's scale: dollars, calls.

    `forecast` is what will be used at the end of the period if the rate since its beginning continues, or since the
    source was created if that is later; None when it is too early to tell. `runs_out_at` is when the limit will then
    be reached.
    """

    meter: str
    unit: Mapping[str, str]
    period: str
    used: float
    limit: float
    period_starts_at: datetime
    period_ends_at: datetime
    forecast: float | None
    runs_out_at: datetime | None
    paced_since: datetime

    @property
    def share(self) -> float:
        """The part that is used, from 0; all of it when nothing may be used."""
        return self.used / self.limit if self.limit else 1.0

    @property
    def warning(self) -> Notice | None:
        """The warning from 80 % on; None below."""
        if self.share < WARN_FROM:
            return None
        percent = min(int(self.share * 100), 100)
        if self.period == "month":
            return Notice("{percent}% of what it may use this month is used up", {"percent": percent})
        return Notice("{percent}% of what it may use today is used up", {"percent": percent})


@may("read")
def usages(
    session: Session, viewer: Viewer, rows: Iterable[Source], now: datetime
) -> dict[UUID, tuple[UsageView, ...]]:
    """What each of these sources has used of each of its meters."""
    metered = [
        (row, name, meter, period_of(meter, now), payer_of(row).key(meter))
        for row in rows
        for name, meter in _meters(row).items()
    ]
    if not metered:
        return {}
    places = [(row.collector, name, key, period.starts_at) for row, name, _, period, key in metered]
    amounts = session.execute(
        select(Usage.collector, Usage.meter, Usage.key, Usage.starts_at, Usage.used).where(
            Usage.workspace_id == viewer.workspace_id,
            tuple_(Usage.collector, Usage.meter, Usage.key, Usage.starts_at).in_(places),
        )
    )
    used = {(row.collector, row.meter, row.key, row.starts_at): row.used for row in amounts}
    views: dict[UUID, tuple[UsageView, ...]] = {}
    for place, (row, name, meter, period, _) in zip(places, metered, strict=True):
        view = _view(row, name, meter, period, used.get(place, 0), now)
        views[row.id] = (*views.get(row.id, ()), view)
    return views


def _meters(row: Source) -> Mapping[str, Meter]:
    declared = all_collectors().get(row.collector)
    return declared.meters if declared else {}


def _view(row: Source, name: str, meter: Meter, period: Period, units: int, now: datetime) -> UsageView:
    limit = limit_of(meter, row.params)
    ahead = forecast(units, period, row.created_at, now)
    return UsageView(
        meter=name,
        unit=all_collectors()[row.collector].units[name],
        period=meter.period,
        used=units / meter.scale,
        limit=limit / meter.scale,
        period_starts_at=period.starts_at,
        period_ends_at=period.ends_at,
        forecast=None if ahead is None else ahead / meter.scale,
        runs_out_at=_runs_out(units, limit, ahead, period, now),
        paced_since=max(period.starts_at, row.created_at),
    )


def forecast(units: int, period: Period, since: datetime, now: datetime) -> float | None:
    """The units used at the end of the period if the rate since `since`, or since its beginning, continues."""
    behind = now - max(period.starts_at, since)
    if behind < (period.ends_at - period.starts_at) / TOO_EARLY:
        return None
    return units + units * ((period.ends_at - now) / behind)


def _runs_out(units: int, limit: int, ahead: float | None, period: Period, now: datetime) -> datetime | None:
    if ahead is None or ahead <= limit or units >= limit:
        return None
    return now + timedelta(seconds=(period.ends_at - now).total_seconds() * (limit - units) / (ahead - units))
