"""Replays a rule over the past, through the whole life of its incidents, as each hour was known at each moment."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from .base import SEVERITIES, AnyRule, BrandHours, HourCounts, Moment, Severity, Verdict
from .incident import Decision, Incident, Policy, is_over, step
from .silence import is_quiet

STEP = timedelta(minutes=15)
"""How often the past is looked at. The running service looks whenever something comes in, at most every 10 seconds."""
HOUR = timedelta(hours=1)
MONTH_DAYS = 30
ENOUGH = timedelta(days=28)
"""With less of the past known, no level is suggested."""
WANTED_PER_MONTH = 1.0
"""What a suggestion aims at: no more alarms a month than that."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became known at `at` about the hour that begins at `hour`: so many more, or fewer where below zero."""

    at: datetime
    hour: datetime
    mentions: int = 0
    stories: int = 0
    promoters: int = 0
    passives: int = 0
    detractors: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """The time that is replayed, from `start` to `end`; `first` is the hour with which what is known begins, and `born`
    when the brand was first mentioned."""

    first: datetime
    start: datetime
    end: datetime
    born: datetime


@dataclass(frozen=True, slots=True)
class Speech:
    """How a rule speaks: the settings that any kind has. `quiet_hours` as in alerts/silence.py."""

    severity: Severity = "warning"
    for_minutes: int = 0
    repeat_hours: float = 4
    quiet_hours: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Firing:
    """One incident that would have been. `verdict` is the one that opened it; `notified_at` is when its first message
    would have left, None where none did; `resolved_at` is None where it still goes on at the end."""

    opened_at: datetime
    severity: Severity
    verdict: Verdict
    notified_at: datetime | None = None
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a replay: the firings, oldest first, and for each level of the dial how many there would be."""

    firings: tuple[Firing, ...]
    at_levels: tuple[tuple[float, int], ...] = ()


def moments(
    changes: Iterable[Change], span: Span, every: timedelta = STEP, tick: Callable[[datetime], None] | None = None
) -> Iterator[Moment]:
    """What was known at each moment from `span.start` to `span.end`."""
    waiting = sorted(changes, key=_known_at)
    counts: list[HourCounts] = []
    sums: dict[int, list[int]] = {}
    taken, now = 0, span.start
    while now <= span.end:
        changed = len(counts)
        while span.first + len(counts) * HOUR <= now:
            counts.append(HourCounts(span.first + len(counts) * HOUR))
        touched = set()
        while taken < len(waiting) and _known_at(waiting[taken]) <= now:
            touched.add(_add(sums, waiting[taken], span.first))
            taken += 1
        for index in touched:
            if index >= 0:
                counts[index] = HourCounts(counts[index].start, *(max(0, number) for number in sums[index]))
                changed = min(changed, index)
        yield Moment(now, counts, min(span.born, now), changed)
        if tick:
            tick(now)
        now += every


def replay(kind: AnyRule, params: Any, speech: Speech, seen: Iterable[Moment]) -> Outcome:
    """The firings of a rule, and how many there would be at other levels of its dial.

    The verdicts are computed once, at the most sensitive level: a higher one only asks more of them.
    """
    dial = kind.dial
    levels = list(dial.levels(params)) if dial else []
    lowest = params.model_copy(update={dial.param: levels[0]}) if dial else params
    verdicts = list(judged(kind, lowest, seen))
    if dial is None:
        return Outcome(tuple(firings(verdicts, speech)))

    def at(level: float) -> tuple[Firing, ...]:
        return tuple(firings(_asking(verdicts, levels[0], level), speech))

    return Outcome(at(getattr(params, dial.param)), tuple((level, len(at(level))) for level in levels))


def judged(kind: AnyRule, params: Any, seen: Iterable[Moment]) -> Iterator[tuple[datetime, Verdict]]:
    """The verdict at each moment: by the fast way of the kind, or from scratch where it has none."""
    times: list[datetime] = []

    def noted() -> Iterator[Moment]:
        for moment in seen:
            times.append(moment.now)
            yield moment

    verdicts = kind.replay(params, noted()) if kind.replay else (from_scratch(kind, params, m) for m in noted())
    for verdict in verdicts:
        yield times[-1], verdict


def from_scratch(kind: AnyRule, params: Any, moment: Moment) -> Verdict:
    """What the rule would have said at that moment, without anything remembered from before."""
    low = moment.now - kind.history
    first = max(0, int((low - moment.counts[0].start) / HOUR))
    return kind.evaluate(params, BrandHours(moment.now, moment.counts[first:], moment.born))


def firings(verdicts: Iterable[tuple[datetime, Verdict]], speech: Speech) -> Iterator[Firing]:
    """Each incident that opens, through the same steps as in the running service, with nobody who reacts."""
    incident: Incident | None = None
    firing: Firing | None = None
    for now, verdict in verdicts:
        if incident is None and not verdict.firing:
            continue
        policy = _policy(speech, now)
        if incident is not None and is_over(incident, now, policy):
            if firing:
                yield firing
            incident = firing = None
        incident, decision = step(incident, verdict, now, policy)
        if incident is not None and incident.opened_at is not None:
            firing = _continued(firing, incident, decision, verdict, now, speech)
    if firing:
        yield firing


def per_month(number: int, lasting: timedelta) -> float:
    """So many in that time, as a number per 30 days. A day that has begun counts whole."""
    days = math.ceil(lasting / timedelta(days=1))
    return round(number * MONTH_DAYS / days, 2) if days > 0 else 0.0


def suggested(at_levels: Sequence[tuple[float, int]], lasting: timedelta) -> tuple[float, float] | None:
    """The most sensitive level with at most one alarm a month, and how many that is; None where no level has so few,
    or less than four weeks are known."""
    if lasting < ENOUGH:
        return None
    rates = ((level, per_month(number, lasting)) for level, number in at_levels)
    return next(((level, rate) for level, rate in rates if rate <= WANTED_PER_MONTH), None)


def _known_at(change: Change) -> datetime:
    return max(change.at, change.hour)


def _add(sums: dict[int, list[int]], change: Change, first: datetime) -> int:
    index = (change.hour - first) // HOUR
    here = sums.setdefault(index, [0, 0, 0, 0, 0])
    for n, number in enumerate((change.mentions, change.stories, change.promoters, change.passives, change.detractors)):
        here[n] += number
    return index


def _asking(
    verdicts: Iterable[tuple[datetime, Verdict]], lowest: float, level: float
) -> Iterator[tuple[datetime, Verdict]]:
    """The verdicts that were made at the lowest level, at this one."""
    for now, verdict in verdicts:
        if not verdict.firing:
            yield now, verdict
            continue
        threshold = level + (verdict.threshold - lowest)
        yield now, replace(verdict, firing=verdict.level >= threshold, threshold=threshold)


def _policy(speech: Speech, now: datetime) -> Policy:
    muted = is_quiet(speech.quiet_hours, now)
    return Policy(
        for_minutes=speech.for_minutes, repeat_hours=speech.repeat_hours, muted="quiet_hours" if muted else None
    )


def _continued(
    was: Firing | None, incident: Incident, decision: Decision, verdict: Verdict, now: datetime, speech: Speech
) -> Firing:
    assert incident.opened_at is not None
    was = was or Firing(incident.opened_at, speech.severity, verdict)
    return replace(
        was,
        severity=max(speech.severity, was.severity, incident.severity, key=SEVERITIES.index),
        notified_at=was.notified_at or (now if decision.why else None),
        resolved_at=incident.resolved_at,
    )
