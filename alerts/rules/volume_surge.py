"""Volume surge: more mentions than the hours before them let expect, whatever they say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from functools import partial

from pydantic import BaseModel, ConfigDict, Field

from alerts.base import BrandHours, Dial, HourCounts, Moment, Rule, Severity, Verdict
from alerts.rescan import Rescan
from alerts.surge import LEAST_MENTIONS, Rise, Volume, rise
from ground.notice import Notice

LEVELS = (4.0, 5.0, 6.0, 8.0, 10.0, 15.0, 20.0)
"""Thresholds that a back-test compares."""

MAJOR = 2.0
"""From so many times its threshold on, a surge is a warning; below, it is only worth a look."""


class VolumeSurge(BaseModel):
    """`threshold` is in standard deviations above the average of the last days."""

    model_config = ConfigDict(extra="forbid")

    threshold: float = Field(5.0, ge=3, le=100, title="Threshold", description="higher means fewer and surer alerts")
    min_mentions: int = Field(
        LEAST_MENTIONS,
        ge=2,
        le=1_000_000,
        title="Minimum mentions",
        description="with fewer, the rule never fires",
    )


def evaluate(params: VolumeSurge, hours: BrandHours) -> Verdict:
    """The verdict on the running hour or on the one before it, whichever rises further."""
    if not hours.counts:
        return Verdict(False, 0.0, params.threshold, counted="mentions")
    _, rises = _scan(params, Volume(), hours.counts)
    return _verdict(params, hours, rises)


def replay(params: VolumeSurge, moments: Iterable[Moment]) -> Iterator[Verdict]:
    """The verdict at each moment. What is settled is scanned once; what comes late, from where it changes something."""
    scan = Rescan(Volume(), partial(_scan, params))
    for moment in moments:
        yield _verdict(params, moment, scan.update(moment.counts, moment.changed))


def _scan(params: VolumeSurge, was: Volume, counts: Sequence[HourCounts]) -> tuple[Volume, list[Rise]]:
    return rise(was, [hour.mentions for hour in counts], least=params.min_mentions)


def _verdict(params: VolumeSurge, hours: BrandHours | Moment, rises: Sequence[Rise]) -> Verdict:
    at = _highest(hours, rises)
    found = rises[at]
    return Verdict(
        firing=found.z >= params.threshold,
        level=found.z,
        threshold=params.threshold,
        severity=_severity(params, found),
        observed=found.mentions,
        expected=found.expected,
        total=found.mentions,
        window_hours=found.hours,
        since=hours.counts[at].start - timedelta(hours=found.hours - 1),
        counted="mentions",
    )


def _highest(hours: BrandHours | Moment, rises: Sequence[Rise]) -> int:
    """Which hour to judge by. A running hour can only rise, so that looking at it often adds no false alarms."""
    last = len(rises) - 1
    running = hours.now < hours.counts[-1].start + timedelta(hours=1)
    return last - 1 if running and last and rises[last - 1].z > rises[last].z else last


def _severity(params: VolumeSurge, found: Rise) -> Severity:
    return "warning" if found.z >= MAJOR * params.threshold else "info"


def levels(params: VolumeSurge) -> Sequence[float]:
    return sorted({*LEVELS, params.threshold})


def sentence(params: VolumeSurge, brand: str) -> Notice:
    return Notice(
        "Fires when {brand} gets many more mentions than usual, and at least {least}.",
        {"brand": brand, "least": params.min_mentions},
    )


rule = Rule(
    kind="volume_surge",
    title={"en": "Volume surge", "fr": "Afflux de mentions"},
    params=VolumeSurge,
    evaluate=evaluate,
    sentence=sentence,
    help={
        "en": "Fires when far more mentions come in 1 or 3 hours than over the last days, whatever they say. It learns "
        "for 24 hours before it fires.",
        "fr": "Se déclenche quand il arrive, en 1 ou 3 heures, bien plus de mentions que ces derniers jours, quel que "
        "soit leur ton. Elle apprend pendant 24 heures avant de se déclencher.",
    },
    replay=replay,
    dial=Dial("threshold", levels),
)
