"""Charts as data: what the script draws, and a table with the same figures for everybody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Any

from babel.dates import format_datetime, format_skeleton

from alerts.base import Explanation, HourCounts
from app.web.language import Tongue


@dataclass(frozen=True, slots=True)
class Chart:
    """`spec` is drawn: `labels` under the axis, `lines`, `bars` (`below` the lines or not), `band`, `from` (where to
    shade). `rows` are read; `links` are where the first cell of each leads."""

    title: str
    spec: dict[str, Any]
    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]] = ()
    links: Sequence[str] = ()


def label(tongue: Tongue, at: datetime, by: str) -> str:
    """A moment as short as the step of the axis allows."""
    there = at.astimezone(tongue.zone)
    if by == "hour":
        return format_datetime(there, "d MMM HH:mm", locale=tongue.code)
    skeleton = "yMMM" if by == "month" else "MMMd"
    return str(format_skeleton(skeleton, there, locale=tongue.code))


def observed_against_expected(
    tongue: Tongue, hours: Sequence[HourCounts], since: datetime, explanation: Explanation | None
) -> Chart:
    """What was counted in each hour compared with what is usual then, within two standard deviations.

    Stories are counted when the rule counts all mentions, else detractors. What came `since` is shaded.
    """
    usual = Usual.of(explanation)
    counted, tone, observed = _observed_series(tongue, hours, explanation)
    expected = [usual.expected_in(hour) for hour in hours]
    labels = [label(tongue, hour.start, "hour") for hour in hours]
    spec: dict[str, Any] = {
        "labels": labels,
        "bars": [{"name": counted, "tone": tone, "data": observed}],
        "lines": [],
        "from": next((n for n, hour in enumerate(hours) if hour.start >= since), None),
        "whole": True,
    }
    levels = [level for level in expected if level is not None]
    if len(levels) == len(hours):
        spec["lines"] = [{"name": tongue.say("Usual level"), "tone": "muted", "dashed": True, "data": levels}]
        spec["band"] = _band(tongue, levels, [usual.deviation(hour) for hour in hours])
    rows = [
        (name, tongue.number(number), tongue.number(level, 1), tongue.number(hour.stories))
        for name, number, level, hour in zip(labels, observed, expected, hours, strict=True)
        if hour.stories
    ]
    heads = (tongue.say("Hour"), counted, tongue.say("Usual level"), tongue.say("Stories in total"))
    return Chart(tongue.say("Observed against the usual level, per hour"), spec, heads, rows)


def _observed_series(
    tongue: Tongue, hours: Sequence[HourCounts], explanation: Explanation | None
) -> tuple[str, str, list[int]]:
    """What the rule counts, its colour, and how many there were in each hour."""
    if explanation is not None and explanation.counted == "mentions":
        return tongue.say("Stories"), "accent", [hour.stories for hour in hours]
    return tongue.say("Detractors"), "detractor", [hour.detractors for hour in hours]


@dataclass(frozen=True, slots=True)
class Usual:
    """What an hour usually brings: a share of its stories, from 0 to 1, else a level, else unknown."""

    share: float | None = None
    level: float | None = None

    @classmethod
    def of(cls, explanation: Explanation | None) -> Usual:
        """The explanation gives the level of its whole window; this is that of one hour."""
        if explanation is None:
            return cls()
        level = explanation.expected / max(1, explanation.window_hours) if explanation.expected else None
        return cls(explanation.usual_share, level)

    def expected_in(self, hour: HourCounts) -> float | None:
        """What the hour should have brought, with two decimals."""
        if self.share is not None:
            return round(hour.stories * self.share, 2)
        return round(self.level, 2) if self.level is not None else None

    def deviation(self, hour: HourCounts) -> float:
        """The standard deviation of that: of a binomial where a share is known, else of a Poisson distribution."""
        if self.share is not None:
            return sqrt(hour.stories * self.share * (1 - self.share))
        return sqrt(self.level or 0)


def _band(tongue: Tongue, levels: Sequence[float], deviations: Sequence[float]) -> dict[str, Any]:
    pairs = list(zip(levels, deviations, strict=True))
    return {
        "name": tongue.say("Usual range"),
        "low": [max(0.0, level - 2 * deviation) for level, deviation in pairs],
        "high": [level + 2 * deviation for level, deviation in pairs],
    }


def spark(values: Sequence[float], width: float = 120, height: float = 24) -> tuple[str, str] | None:
    """The line and the area of a small picture of a series, as SVG paths; None when there is nothing to see."""
    if len(values) < 2 or not any(values):
        return None
    top, step = max(values), width / (len(values) - 1)
    points = [f"{n * step:.1f} {height - 1 - (height - 2) * value / top:.1f}" for n, value in enumerate(values)]
    line = "M" + "L".join(points)
    return line, f"{line}L{width:.1f} {height:.1f}L0 {height:.1f}Z"
