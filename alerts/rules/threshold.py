"""A fixed limit on the detractors, promoters or mentions of the last hours, as a count or as a share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from alerts.base import BrandHours, Counted, Dial, HourCounts, Moment, Rule, Severity, Verdict
from ground.notice import Json, Notice

HISTORY = timedelta(days=60)
FACTORS = (0.5, 0.75, 1.25, 1.5, 2.0, 3.0)
"""What a back-test multiplies the limit by, to compare."""

SENTENCES: dict[tuple[str, Counted], str] = {
    ("count", "detractors"): "Fires when {brand} gets {limit} or more detractors in {hours} hours.",
    ("count", "promoters"): "Fires when {brand} gets {limit} or more promoters in {hours} hours.",
    ("count", "mentions"): "Fires when {brand} gets {limit} or more mentions in {hours} hours.",
    (
        "share",
        "detractors",
    ): "Fires when detractors reach {limit}% of the stories about {brand} in {hours} hours.",
    (
        "share",
        "promoters",
    ): "Fires when promoters reach {limit}% of the stories about {brand} in {hours} hours.",
}


class Threshold(BaseModel):
    """`limit` is a percentage or a number: of stories, or of mentions with their copies where mentions are counted."""

    model_config = ConfigDict(extra="forbid")

    counted: Counted = Field("detractors", title="What is counted")
    measure: Literal["count", "share"] = Field("count", title="Measured as")
    limit: float = Field(20, gt=0, le=1_000_000, title="Limit", description="a number, or a percentage for a share")
    window_hours: int = Field(24, ge=1, le=168, title="Over how many hours")
    min_mentions: int = Field(
        10, ge=1, le=1_000_000, title="Minimum mentions", description="with fewer, the rule never fires"
    )
    severity: Severity = Field("warning", title="Severity")

    @model_validator(mode="after")
    def _share_makes_sense(self) -> Self:
        if self.measure == "share" and self.counted == "mentions":
            raise ValueError("a share applies to detractors or promoters: mentions can only be counted")
        if self.measure == "share" and self.limit > 100:
            raise ValueError("a share is a percentage: give a limit up to 100")
        return self


@dataclass(frozen=True, slots=True)
class _Sums:
    """What some hours brought: of `total`, so many were `counted`, and `unsure` are to check."""

    hours: int
    counted: int
    total: int
    unsure: int


def evaluate(params: Threshold, hours: BrandHours) -> Verdict:
    """The verdict on the last `window_hours`, with the running one, against the average of the hours before."""
    recent, before = hours.counts[-params.window_hours :], hours.counts[: -params.window_hours]
    since = recent[0].start if recent else None
    return _verdict(params, _summed(params, recent), _summed(params, before), since)


def replay(params: Threshold, moments: Iterable[Moment]) -> Iterator[Verdict]:
    """The verdict at each moment, from running sums."""
    running = _Running(params)
    for moment in moments:
        running.update(moment)
        end = len(moment.counts)
        first = max(0, int((moment.now - HISTORY - moment.counts[0].start) / timedelta(hours=1)))
        middle = max(first, end - params.window_hours)
        recent = running.between(middle, end)
        if _fires(params, recent):
            yield _verdict(params, recent, running.between(first, middle), moment.counts[middle].start)
        else:
            yield Verdict(False, _level(params, recent), params.limit)


class _Running:
    """The sums up to each hour, renewed from where something changed."""

    def __init__(self, params: Threshold) -> None:
        self._params = params
        self._sums = [(0, 0, 0)]

    def update(self, moment: Moment) -> None:
        del self._sums[moment.changed + 1 :]
        counted, total, unsure = self._sums[-1]
        for hour in moment.counts[len(self._sums) - 1 :]:
            counted += _number(hour, self._params.counted)
            total += _all(hour, self._params.counted)
            unsure += hour.unsure
            self._sums.append((counted, total, unsure))

    def between(self, low: int, high: int) -> _Sums:
        """Of the hours from `low` to before `high`."""
        return _Sums(high - low, *(b - a for a, b in zip(self._sums[low], self._sums[high], strict=True)))


def _fires(params: Threshold, recent: _Sums) -> bool:
    return recent.total >= params.min_mentions and _level(params, recent) >= params.limit


def _level(params: Threshold, recent: _Sums) -> float:
    if params.measure == "count":
        return float(recent.counted)
    return 100 * recent.counted / recent.total if recent.total else 0.0


def _verdict(params: Threshold, recent: _Sums, before: _Sums, since: datetime | None) -> Verdict:
    shared = params.counted != "mentions"
    return Verdict(
        firing=_fires(params, recent),
        level=_level(params, recent),
        threshold=params.limit,
        severity=params.severity,
        observed=recent.counted,
        expected=before.counted * recent.hours / before.hours if before.hours else None,
        total=recent.total,
        share=recent.counted / recent.total if recent.total and shared else None,
        usual_share=before.counted / before.total if before.total and shared else None,
        window_hours=params.window_hours,
        since=since,
        counted=params.counted,
        unsure=recent.unsure,
    )


def _summed(params: Threshold, hours: Sequence[HourCounts]) -> _Sums:
    return _Sums(
        len(hours),
        sum(_number(hour, params.counted) for hour in hours),
        sum(_all(hour, params.counted) for hour in hours),
        sum(hour.unsure for hour in hours),
    )


def _number(hour: HourCounts, counted: Counted) -> int:
    match counted:
        case "detractors":
            return hour.detractors
        case "promoters":
            return hour.promoters
        case "mentions":
            return hour.mentions


def _all(hour: HourCounts, counted: Counted) -> int:
    return hour.mentions if counted == "mentions" else hour.stories


def levels(params: Threshold) -> Sequence[float]:
    """Limits around the one that is set; of a share, up to 100 %."""
    most = 100.0 if params.measure == "share" else 1_000_000.0
    return sorted({min(most, float(f"{params.limit * factor:.2g}")) for factor in FACTORS} | {params.limit})


def sentence(params: Threshold, brand: str) -> Notice:
    places: dict[str, Json] = {"brand": brand, "limit": params.limit, "hours": params.window_hours}
    return Notice(SENTENCES[params.measure, params.counted], places)


rule = Rule(
    kind="threshold",
    title={"en": "Fixed limit", "fr": "Seuil fixe"},
    params=Threshold,
    evaluate=evaluate,
    sentence=sentence,
    help={
        "en": "Fires when a count or a share reaches a limit you choose. It does not know what is usual: "
        "the negative buzz rule is more reliable.",
        "fr": "Se déclenche quand un nombre ou une part atteint le seuil que vous fixez. Elle ignore ce qui est "
        "habituel : la règle «bad buzz» est plus fiable.",
    },
    history=HISTORY,
    replay=replay,
    dial=Dial("limit", levels),
)
