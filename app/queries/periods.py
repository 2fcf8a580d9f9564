"""The hours, days, weeks and months of a series, as people of a time zone count them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from app.problems import FieldError, invalid

By = Literal["hour", "day", "week", "month"]
POINTS_MAX = 3_000


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` on, before `until`, cut by `by` in the viewer's time zone. Hours that have begun count whole."""

    since: datetime
    until: datetime
    by: By = "day"


def before(period: Period) -> Period:
    """The period of the same length that ends where this one begins. No hour belongs to both."""
    first = period.since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return Period(period.since - (period.until - period.since), first, period.by)


def periods(period: Period, timezone: str) -> list[datetime]:
    """The starts of the periods that touch ]since, until[, oldest first, in UTC. Raises Problem 422 past 3,000."""
    if period.until <= period.since:
        raise invalid(FieldError("to", "The end must come after the start."))
    zone = ZoneInfo(timezone)
    start, starts = start_of(period.since, period.by, zone), []
    while start < period.until:
        starts.append(start.astimezone(UTC))
        if len(starts) > POINTS_MAX:
            hint = "Ask for longer periods, or for less time."
            raise invalid(
                FieldError("by", "That would make more than {limit} points.", {"limit": POINTS_MAX}, hint=hint)
            )
        start = next_start(start, period.by, zone)
    return starts


def start_of(at: datetime, by: By, zone: ZoneInfo) -> datetime:
    """The start of the hour, day, week (Monday) or month that holds this moment, as people of the zone count."""
    if by == "hour":
        return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    day = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if by == "week":
        day -= timedelta(days=day.weekday())
    return day.replace(day=1) if by == "month" else day


def next_start(start: datetime, by: By, zone: ZoneInfo) -> datetime:
    """The start of the period after the one that begins at `start`, also where a day has 23 or 25 hours."""
    if by == "hour":
        return start + timedelta(hours=1)
    days = {"day": 1, "week": 7, "month": 32}[by]
    return start_of(start.replace(tzinfo=None, hour=12).replace(tzinfo=zone) + timedelta(days=days), by, zone)
