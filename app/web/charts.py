"""Charts as data: what the script draws, and the table that tells the same to everybody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Any

from babel.dates import format_datetime, format_skeleton

from alerts.base import Bucket, Explanation
from app.web.language import Tongue


@dataclass(frozen=True, slots=True)
class Chart:
    """`spec` is drawn: `labels` under the axis, `lines`, `bars`, `band`, `from` (where to shade). `rows` are read."""

    title: str
    spec: dict[str, Any]
    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]] = ()


def label(tongue: Tongue, at: datetime, by: str) -> str:
    """A moment as short as the step of the axis allows."""
    there = at.astimezone(tongue.zone)
    if by == "hour":
        return format_datetime(there, "d MMM HH:mm", locale=tongue.code)
    skeleton = "yMMM" if by == "month" else "MMMd"
    return str(format_skeleton(skeleton, there, locale=tongue.code))


def observed_against_expected(
    tongue: Tongue, hours: Sequence[Bucket], since: datetime, explanation: Explanation | None
) -> Chart:
    """Detractors per hour against what is usual: stories × usual share, ± two standard deviations of a binomial."""
    usual = explanation.usual_share if explanation else None
    level = explanation.expected / max(1, explanation.window_hours) if explanation and explanation.expected else None
    of_all = explanation is not None and explanation.counted == "mentions"
    observed = [hour.stories if of_all else hour.detractors for hour in hours]
    expected = [_expected(hour, usual, level) for hour in hours]
    spread = [_spread(hour, usual, level) for hour in hours]
    labels = [label(tongue, hour.start, "hour") for hour in hours]
    names = (
        tongue.say("Stories") if of_all else tongue.say("Detractors"),
        tongue.say("Usual level"),
        tongue.say("Usual range"),
    )
    known = all(value is not None for value in expected)
    spec: dict[str, Any] = {
        "labels": labels,
        "bars": [{"name": names[0], "tone": "accent" if of_all else "detractor", "data": observed}],
        "lines": [{"name": names[1], "tone": "muted", "dashed": True, "data": expected}] if known else [],
        "from": next((n for n, hour in enumerate(hours) if hour.start >= since), None),
        "whole": True,
    }
    if known:
        low = [max(0.0, (value or 0) - 2 * apart) for value, apart in zip(expected, spread, strict=True)]
        high = [(value or 0) + 2 * apart for value, apart in zip(expected, spread, strict=True)]
        spec["band"] = {"name": names[2], "low": low, "high": high}
    rows = [
        (labels[n], tongue.number(observed[n]), tongue.number(expected[n], 1), tongue.number(hours[n].stories))
        for n in range(len(hours))
        if hours[n].stories
    ]
    heads = (tongue.say("Hour"), names[0], names[1], tongue.say("Stories in all"))
    return Chart(tongue.say("Observed against the usual level, per hour"), spec, heads, rows)


def _expected(hour: Bucket, usual: float | None, level: float | None) -> float | None:
    if usual is not None:
        return round(hour.stories * usual, 2)
    return round(level, 2) if level is not None else None


def _spread(hour: Bucket, usual: float | None, level: float | None) -> float:
    if usual is not None:
        return sqrt(hour.stories * usual * (1 - usual))
    return sqrt(level or 0)


def spark(values: Sequence[float], width: float = 120, height: float = 24) -> tuple[str, str] | None:
    """The line and the area of a small picture of a series, as SVG paths; None when there is nothing to see."""
    if len(values) < 2 or not any(values):
        return None
    top, step = max(values), width / (len(values) - 1)
    points = [f"{n * step:.1f} {height - 1 - (height - 2) * value / top:.1f}" for n, value in enumerate(values)]
    line = "M" + "L".join(points)
    return line, f"{line}L{width:.1f} {height:.1f}L0 {height:.1f}Z"
