"""When a rule must keep quiet, whatever it has to say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Silence:
    """From `starts_at` to before `until` nobody is told of the incidents that it is about: those of a brand, of a kind
    of rule, that rest on the mentions of a `query`, or all where it names none of these."""

    id: str
    starts_at: datetime
    until: datetime
    brand: str | None = None
    kind: str | None = None
    query: str | None = None

    def covers(self, brand: str, kind: str, now: datetime) -> bool:
        """Whether it runs at this moment, and is about rules of this kind for this brand."""
        runs = self.starts_at <= now < self.until
        return runs and self.brand in (None, brand) and self.kind in (None, kind)


def muting(
    silences: Iterable[Silence], brand: str, kind: str, now: datetime, rests_on: Callable[[Silence], bool]
) -> Silence | None:
    """The silence that keeps an incident quiet, of several the one that lasts longest; None where nothing does.

    `rests_on` is asked only about silences with a query: whether the rule fires because of the mentions that match it,
    and would not without them.
    """
    covering = sorted(
        (each for each in silences if each.covers(brand, kind, now)), key=lambda each: each.until, reverse=True
    )
    return next((each for each in covering if each.query is None or rests_on(each)), None)


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
