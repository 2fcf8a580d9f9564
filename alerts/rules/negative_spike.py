"""Negative buzz: the share of detractors exceeds what is usual for the brand, by more than chance explains."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from functools import partial

from pydantic import BaseModel, ConfigDict, Field

from alerts.base import BrandHours, Dial, HourCounts, Moment, Rule, Severity, Verdict
from alerts.detector import LEAST_NEGATIVES, Scan, Surprise, advance
from alerts.rescan import Rescan
from ground.notice import Notice

FORTNIGHT = timedelta(days=14)
YOUNG = 0.5
"""Added to the threshold in the first fortnight of a brand, while nobody knows what is usual."""

UNFINISHED = 0.25
"""Added to the threshold for an hour that still runs, because it is looked at many times."""

LEVELS = (2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0)
"""Thresholds that a back-test compares."""

MINOR, MAJOR = 10, 20
"""A spike with fewer extra detractors than the first is only worth a look; from the second on it may be critical."""


class NegativeSpike(BaseModel):
    """`threshold` is −log10 of a chance: 3 is about one in a thousand per hour and window."""

    model_config = ConfigDict(extra="forbid")

    threshold: float = Field(3.0, ge=2, le=12, title="Threshold", description="higher means fewer and surer alerts")
    min_negatives: int = Field(
        LEAST_NEGATIVES,
        ge=2,
        le=10_000,
        title="Minimum detractors",
        description="with fewer, the rule never fires, whatever their share",
    )
    critical_excess: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        title="Critical from",
        description="extra detractors; when empty, as many as the brand has on a usual day, and at least 20",
    )


def evaluate(params: NegativeSpike, hours: BrandHours) -> Verdict:
    """The verdict on the last finished hour, or on the running one if that is more certain."""
    if not hours.counts:
        return Verdict(False, 0.0, params.threshold)
    _, surprises = _scan(params, Scan(), hours.counts)
    at, threshold = _surest(params, hours, surprises)
    return _verdict(params, hours.counts[: at + 1], surprises[at], threshold)


def replay(params: NegativeSpike, moments: Iterable[Moment]) -> Iterator[Verdict]:
    """The verdict at each moment. What is settled is scanned once; what comes late, from where it changes something."""
    scan = Rescan(Scan(), partial(_scan, params))
    for moment in moments:
        surprises = scan.update(moment.counts, moment.changed)
        at, threshold = _surest(params, moment, surprises)
        if surprises[at].level >= threshold:
            yield _verdict(params, moment.counts[: at + 1], surprises[at], threshold)
        else:
            yield Verdict(False, surprises[at].level, threshold)


def _scan(params: NegativeSpike, was: Scan, counts: Sequence[HourCounts]) -> tuple[Scan, list[Surprise]]:
    return advance(was, [(hour.stories, hour.detractors) for hour in counts], least=params.min_negatives)


def _surest(params: NegativeSpike, hours: BrandHours | Moment, surprises: Sequence[Surprise]) -> tuple[int, float]:
    """Which hour to judge by, the last finished one or the running one, and the threshold that holds for it."""
    young = YOUNG if hours.now - hours.born < FORTNIGHT else 0.0
    last = len(surprises) - 1
    running = hours.now < hours.counts[-1].start + timedelta(hours=1)
    margins = [(surprises[last].level - UNFINISHED * running, last)]
    if running and last:
        margins.append((surprises[last - 1].level, last - 1))
    _, at = max(margins)
    return at, params.threshold + young + (UNFINISHED if running and at == last else 0.0)


def _verdict(params: NegativeSpike, counts: Sequence[HourCounts], surprise: Surprise, threshold: float) -> Verdict:
    expected = surprise.total * surprise.usual_share
    return Verdict(
        firing=surprise.level >= threshold,
        level=surprise.level,
        threshold=threshold,
        severity=_severity(params, surprise.negatives - expected, _usual_day(counts, surprise.hours)),
        observed=surprise.negatives,
        expected=expected,
        total=surprise.total,
        share=surprise.negatives / surprise.total if surprise.total else None,
        usual_share=surprise.usual_share,
        window_hours=surprise.hours,
        since=counts[-1].start - timedelta(hours=surprise.hours - 1),
        unsure=sum(b.unsure for b in counts[-surprise.hours :]),
    )


def _severity(params: NegativeSpike, excess: float, usual_day: float) -> Severity:
    if excess >= (params.critical_excess or max(MAJOR, usual_day)):
        return "critical"
    return "warning" if excess >= MINOR else "info"


def _usual_day(counts: Sequence[HourCounts], hours: int) -> float:
    """Detractors per day over the fortnight before the last `hours`; 0 without any past."""
    past = counts[:-hours][-14 * 24 :]
    return sum(b.detractors for b in past) * 24 / len(past) if past else 0.0


def sentence(params: NegativeSpike, brand: str) -> Notice:
    return Notice(
        "Fires when {brand} gets more detractors than usual, and at least {least}.",
        {"brand": brand, "least": params.min_negatives},
    )


def levels(params: NegativeSpike) -> Sequence[float]:
    return sorted({*LEVELS, params.threshold})


rule = Rule(
    kind="negative_spike",
    title={"en": "Negative buzz", "fr": "Bad buzz"},
    params=NegativeSpike,
    evaluate=evaluate,
    sentence=sentence,
    help={
        "en": "Fires when detractors take a larger share of the stories than usual, over 1 to 24 hours. A burst of "
        "mentions alone does not fire it. Stricter during the first fortnight of a brand.",
        "fr": "Se déclenche quand la part des détracteurs parmi les messages, sans les reprises, dépasse le niveau "
        "habituel, sur 1 à 24 heures. Un simple afflux de mentions ne la déclenche pas. Plus exigeante pendant les "
        "deux premières semaines d’une marque.",
    },
    replay=replay,
    dial=Dial("threshold", levels),
)
