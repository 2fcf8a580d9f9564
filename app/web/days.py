"""The days that a list of mentions is divided into, in the reader's time zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from app.queries.mentions import MentionView
from app.web.language import Tongue
from app.web.words import N_


@dataclass(frozen=True, slots=True)
class Day:
    """A day, what it is called, and its mentions in their order."""

    day: date
    name: str
    views: tuple[MentionView, ...]


def by_day(views: Sequence[MentionView], tongue: Tongue) -> list[Day]:
    """The mentions by the day on which they were published. A day comes twice where the list is not sorted by date."""

    def here(view: MentionView) -> date:
        return view.mention.published_at.astimezone(tongue.zone).date()

    return [Day(day, name_of(day, tongue), tuple(group)) for day, group in groupby(views, key=here)]


def name_of(day: date, tongue: Tongue) -> str:
    """«Today», «Yesterday», else the date in words."""
    today = tongue.now.astimezone(tongue.zone).date()
    near = {today: N_("Today"), today - timedelta(days=1): N_("Yesterday")}
    if day in near:
        return tongue.say(near[day])
    return tongue.weekday(datetime(day.year, day.month, day.day, 12, tzinfo=tongue.zone))
