"""Explains an incident by the mentions at hand: what they say, who began, how far it reaches. Uses neither chance
nor a model."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from .base import Explanation, HourCounts, OneText, Sample, Verdict
from .phrases import Phrase, phrases_of, telling_phrases
from .wording import sentences
from .words import Telling, telling_words, words

__all__ = ["RiskFactors", "customers_at_risk", "explain", "most_telling", "sentences"]

WORDS, SAMPLES = 5, 3
QUOTE = (20, 160)
"""The fewest and the most code points of a sentence that is quoted."""
DEVIATIONS = 2
"""How many standard deviations the usual range of an hour spans above what is expected."""

_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_UNSAFE = re.compile(r"(?i)^(?:re|fwd?|tr) ?:|https?:|www\.|@|\d{6}|(?:\d{2}[ .-]){3}")


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
    hours: Sequence[HourCounts] = (),
    one_text: OneText | None = None,
    factors: RiskFactors = RiskFactors(),
) -> Explanation:
    """The facts of a verdict, and what sets the `recent` mentions, which it counted, apart from the `usual` ones.

    `usual` are earlier texts about the same brand, of any stance. The words of `brand`, its names, never count as news.
    `hours` are those of the window. What is expected follows from the usual share where one is known.
    Customers at risk are estimated for detractors only, as a range.
    """
    texts, usual = [s.text for s in recent], list(usual)
    telling, phrases = telling_words(texts, usual, brand), telling_phrases(texts, usual, brand)
    return Explanation(
        observed=verdict.observed,
        expected=expected_of(verdict),
        total=verdict.total,
        share=verdict.share,
        usual_share=verdict.usual_share,
        window_hours=verdict.window_hours,
        since=verdict.since,
        words=tuple(p.words for p in phrases[:WORDS]),
        first_mention=min(recent, key=_age, default=None),
        top_source=_top_source(recent),
        samples=most_telling(recent, telling),
        reach=_reach(recent),
        customers_at_risk=customers_at_risk(recent, factors) if verdict.counted == "detractors" else None,
        counted=verdict.counted,
        unsure=verdict.unsure,
        beginning=beginning(verdict, hours),
        quote=quote(recent, phrases[:WORDS]),
        one_text=one_text,
    )


def expected_of(verdict: Verdict) -> float | None:
    """How many would be usual: the usual share of the stories of the window, so that number and share agree; a level
    where no share is known."""
    if verdict.usual_share is not None and verdict.total:
        return verdict.usual_share * verdict.total
    return verdict.expected


def beginning(verdict: Verdict, hours: Sequence[HourCounts]) -> datetime | None:
    """The first hour of the window that is above its usual range; without any, the first in which something was
    counted. None where nothing was."""
    counts = [(hour.start, _counted(verdict, hour), _ceiling(verdict, hour)) for hour in hours]
    above = (start for start, number, ceiling in counts if number and ceiling is not None and number > ceiling)
    return next(above, None) or next((start for start, number, _ in counts if number), None)


def quote(recent: Sequence[Sample], phrases: Sequence[Phrase]) -> str | None:
    """The sentence with most of what the phrases weigh, the shortest of equals; never one with a link, an address, an
    account's name or a telephone number."""
    weights = {phrase.keys: phrase.z for phrase in phrases}
    sentences = {one.strip() for sample in recent for one in _SENTENCE.split(sample.text)}
    fit = [s for s in sentences if QUOTE[0] <= len(s) <= QUOTE[1] and not _UNSAFE.search(s)]
    valued = [(sum(weights.get(keys, 0.0) for keys in phrases_of(s)), s) for s in fit]
    return min(((-value, len(s), s) for value, s in valued if value), default=(0, 0, None))[2]


def _counted(verdict: Verdict, hour: HourCounts) -> int:
    match verdict.counted:
        case "detractors":
            return hour.detractors
        case "promoters":
            return hour.promoters
        case "mentions":
            return hour.mentions


def _ceiling(verdict: Verdict, hour: HourCounts) -> float | None:
    """The upper end of what an hour usually brings: of a binomial where a share is known, else of a Poisson level."""
    if verdict.usual_share is not None:
        level, spread = hour.stories * verdict.usual_share, 1 - verdict.usual_share
    elif verdict.expected is not None:
        level, spread = verdict.expected / max(1, verdict.window_hours), 1.0
    else:
        return None
    return level + DEVIATIONS * math.sqrt(level * spread)


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
