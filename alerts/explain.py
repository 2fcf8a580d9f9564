"""Explains an incident by the mentions at hand: what they say, who began, how far it reaches. Uses neither chance
nor a model."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from .base import Explanation, Sample, Verdict
from .wording import sentences
from .words import Telling, telling_words, words

__all__ = ["RiskFactors", "customers_at_risk", "explain", "most_telling", "sentences"]

WORDS, SAMPLES = 6, 3


@dataclass(frozen=True, slots=True)
class RiskFactors:
    """What one unhappy customer may cost, as far as anybody knows.

    `audience` is how many people hear of it when the reach is unknown; `would_avoid` is the smallest and the largest
    share of them that may stay away. 45 and two thirds come from a British survey of 2009 about dissatisfied customers
    and are the upper end; the lower end is a tenth of that.
    """

    audience: int = 45
    would_avoid: tuple[float, float] = (1 / 15, 2 / 3)


def explain(
    verdict: Verdict,
    recent: Sequence[Sample],
    usual: Iterable[str],
    *,
    brand: Sequence[str] = (),
    factors: RiskFactors = RiskFactors(),
) -> Explanation:
    """The facts of a verdict, and what sets the `recent` mentions, which it counted, apart from the `usual` ones.

    `usual` are earlier texts about the same brand, of any stance. The words of `brand`, its names, never count as news.
    Customers at risk are estimated for detractors only, as a range.
    """
    telling = telling_words([s.text for s in recent], usual, brand)
    return Explanation(
        observed=verdict.observed,
        expected=verdict.expected,
        total=verdict.total,
        share=verdict.share,
        usual_share=verdict.usual_share,
        window_hours=verdict.window_hours,
        since=verdict.since,
        words=tuple(t.word for t in telling[:WORDS]),
        first_mention=min(recent, key=_age, default=None),
        top_source=_top_source(recent),
        samples=most_telling(recent, telling),
        reach=_reach(recent),
        customers_at_risk=customers_at_risk(recent, factors) if verdict.counted == "detractors" else None,
        counted=verdict.counted,
        unsure=verdict.unsure,
    )


def most_telling(recent: Sequence[Sample], telling: Sequence[Telling], most: int = SAMPLES) -> tuple[Sample, ...]:
    """The mentions with most of the `telling` words, preferably by different people and in different words.

    Reach counts too, by its logarithm. The order of `recent` does not matter.
    """
    weights = {t.key: t.z for t in telling[: 2 * WORDS]}
    left = {s: words(s.text).keys() for s in recent}
    chosen: list[Sample] = []
    heard: set[str] = set()
    while left and len(chosen) < most:
        best = min(left, key=lambda s: (-_value(s, left[s], weights, heard, chosen), _age(s)))
        heard |= left.pop(best)
        chosen.append(best)
        left = {s: w for s, w in left.items() if s.text != best.text}
    return tuple(chosen)


def customers_at_risk(recent: Sequence[Sample], factors: RiskFactors) -> tuple[int, int] | None:
    """The fewest and the most customers that may stay away, rounded to two digits, because more would feign
    precision."""
    if not recent:
        return None
    audience = sum(factors.audience if s.reach is None else s.reach for s in recent)
    low, high = (_two_digits(audience * share) for share in factors.would_avoid)
    return (low, high)


def _value(
    sample: Sample, keys: Iterable[str], weights: dict[str, float], heard: set[str], chosen: Sequence[Sample]
) -> float:
    new = sum(weights.get(key, 0.0) * (0.3 if key in heard else 1.0) for key in keys)
    same_voice = any(sample.author and sample.author == c.author for c in chosen)
    return (new + 0.3 * math.log1p(max(0, sample.reach or 0))) * (0.5 if same_voice else 1.0)


def _age(sample: Sample) -> tuple[datetime, str, str, str]:
    return (sample.published_at, sample.url or "", sample.author, sample.text)


def _top_source(recent: Sequence[Sample]) -> str | None:
    """The outlet with the most mentions; on a tie, that of the earliest mention."""
    outlets = Counter(s.outlet for s in sorted(recent, key=_age) if s.outlet)
    return outlets.most_common(1)[0][0] if outlets else None


def _reach(recent: Sequence[Sample]) -> int | None:
    known = [s.reach for s in recent if s.reach is not None]
    return sum(known) if known else None


def _two_digits(number: float) -> int:
    return round(number) if number < 100 else int(round(number, 1 - math.floor(math.log10(number))))
