"""When a rule must keep quiet, whatever it has to say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def is_quiet(hours: Mapping[str, str] | None, now: datetime) -> bool:
    """Whether `now` (aware) lies in the quiet hours {"start": "22:00", "end": "07:00", "timezone": "Europe/Paris"}.

    They begin at `start` and are over at `end`, which may be on the next day. Without a time zone, or with an unknown
    one, they are read in UTC. Without quiet hours it is never quiet.
    """
    if not hours:
        return False
    local = now.astimezone(_zone(hours.get("timezone"))).time()
    start, end = time.fromisoformat(hours["start"]), time.fromisoformat(hours["end"])
    return start <= local < end if start <= end else local >= start or local < end


def quiet_until(hours: Mapping[str, str] | None, now: datetime) -> datetime | None:
    """When the quiet hours in which `now` lies are over; None outside of them. Across a change of the clocks too: they
    end when the clock on the wall shows `end`, or would have."""
    if not hours or not is_quiet(hours, now):
        return None
    local = now.astimezone(_zone(hours.get("timezone")))
    end = datetime.combine(local.date(), time.fromisoformat(hours["end"]), local.tzinfo)
    if end.replace(tzinfo=None) <= local.replace(tzinfo=None):
        end += timedelta(days=1)  # on the wall: the zone finds the moment
    return max(end.astimezone(UTC), now + timedelta(minutes=1))


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
