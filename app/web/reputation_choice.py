"""What the address of the Reputation page chooses: the period, its steps, what counts, and what it is narrowed to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

from app.queries.bucket_sums import Slant, next_whole_hour
from app.queries.periods import By, Period
from app.queries.sums import Weight
from app.web.words import WORDS

DAYS = ("7", "30", "90", "365")
STEPS = ("day", "week", "month")
USUAL_STEP: dict[str, By] = {"7": "day", "30": "week", "90": "week", "365": "month"}
HOURLY, DAILY, WEEKLY = 2, 14, 120
"""Up to so many days, dates of one's own are cut into hours, days or weeks; beyond that into months."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The last `days`, or the days from `first` to `last`; in which steps; what a mention counts; of which source and
    language, none for all."""

    days: str
    by: By
    weight: Weight
    first: date | None = None
    last: date | None = None
    source: UUID | None = None
    language: str = ""

    def period(self, now: datetime, zone: ZoneInfo) -> Period:
        """The period, which ends now at the latest."""
        if self.first is None or self.last is None:
            return Period(now - timedelta(days=int(self.days)), now, self.by)
        since = datetime.combine(self.first, time(), zone).astimezone(UTC)
        return Period(since, min(datetime.combine(self.last + timedelta(days=1), time(), zone), now), self.by)

    @property
    def slant(self) -> Slant:
        return Slant(self.weight, (self.source,) if self.source else (), (self.language,) if self.language else ())

    def parameters(self) -> dict[str, str]:
        """As an address has it, without the brand."""
        dates = {"from": self.first, "to": self.last} if self.first else {"period": self.days}
        chosen = {**dates, "by": self.by, "weight": self.weight, "source": self.source, "language": self.language}
        return {name: str(value) for name, value in chosen.items() if value}


def choice_of(parameters: Mapping[str, str], today: date) -> Choice:
    """The choice of an address. A value that means nothing is dropped, as if it were not there."""
    days = parameters.get("period", "")
    first, last = _dates(parameters, today) if days not in DAYS else (None, None)
    days = "" if first else days if days in DAYS else "30"
    usual = _step_of((last - first).days + 1) if first and last else USUAL_STEP[days]
    by = parameters.get("by") if parameters.get("by") in STEPS else usual
    weight = parameters.get("weight") if parameters.get("weight") in WORDS["weight"] else "stories"
    source, language = _id(parameters.get("source", "")), parameters.get("language", "").lower()
    language = language if language.replace("-", "").isalnum() and len(language) <= 20 else ""
    return Choice(days, cast(By, by), cast(Weight, weight), first, last, source, language)


def _dates(parameters: Mapping[str, str], today: date) -> tuple[date, date] | tuple[None, None]:
    """Two days of one's own, when both can be read, in their order and not to come."""
    try:
        first, last = (date.fromisoformat(parameters.get(name, "")) for name in ("from", "to"))
    except ValueError:
        return None, None
    return (first, last) if date(1970, 1, 2) <= first <= min(last, today) and last.year < 2200 else (None, None)


def _step_of(days: int) -> By:
    return "hour" if days <= HOURLY else "day" if days <= DAILY else "week" if days <= WEEKLY else "month"


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def listed(brand_id: UUID, choice: Choice, since: datetime, until: datetime) -> dict[str, str]:
    """The filters of a list that holds exactly what is counted between two moments: whole hours, and copies too where
    mentions are counted."""
    filters = {
        "brand": str(brand_id),
        "from": as_moment(since.astimezone(UTC).replace(minute=0)),
        "to": as_moment(next_whole_hour(until)),
        "source": str(choice.source or ""),
        "language": choice.language,
        "copies": "" if choice.weight == "stories" else "1",
    }
    return {name: value for name, value in filters.items() if value}


def as_moment(at: datetime) -> str:
    """A moment as short as an address needs it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
