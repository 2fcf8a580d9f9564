"""The share scan: how surprising the share of negative mentions is, over several trailing windows at once.

Sources: signed root of the binomial deviance (McCullagh & Nelder, *Generalized Linear Models*, 1989, §2.3),
over-dispersion as intra-class correlation by moments (Williams, *Applied Statistics* 31, 1982), both exponentially
weighted so that one pass over the buckets, oldest first, is enough and never looks ahead.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

WINDOWS = (1, 2, 4, 7, 12, 24)
"""Hours. No window under one hour: shorter ones only add false alarms."""

USUAL_SHARE, USUAL_WORTH = 0.15, 30.0
"""The share to expect before any mention is seen, and how many mentions that belief is worth."""

SPREAD, SPREAD_WORTH = 0.03, 50.0
"""The same for the over-dispersion, so that on the first day the rule neither misses everything nor fires at
everything."""

LEAST_SPREAD = 0.01
SHARE_HALF_LIFE, SPREAD_HALF_LIFE = 14 * 24.0, 14 * 24.0

MOOD_HALF_LIFE, MOOD_WORTH = 12.0, 300.0
"""The share drifts within a day: what was usual in the hours before a window counts too, against the usual share of
the fortnight, which is worth this many mentions."""

CLIP, CLIP_FINE = 2.6, 5.0
"""Standard deviations at which we cut what a bucket teaches, so that a crisis does not become the usual level.

The second number is for steps under an hour. Chosen on seeds 100 to 123 of the crisis bench (100 to 107 for steps of
five minutes), so that one threshold (3.0 by the hour, 3.25 by five minutes) keeps under one false alarm per
brand-month: decision 0034.
"""

LEAST_NEGATIVES = 5


@dataclass(frozen=True, slots=True)
class Surprise:
    """How surprising one bucket is. `level` is −log10 of the tail probability of `z`, the largest over the windows.

    `negatives` of `total` in the last `hours`, where a share of `usual_share` was usual before them. With too few
    negatives in every window, `z` and `level` are 0.
    """

    level: float
    z: float
    hours: int
    negatives: int
    total: int
    usual_share: float


@dataclass(frozen=True, slots=True)
class Scan:
    """What the past taught, as a value to continue from: the next bucket then costs the same as the first.

    `tail` holds (total, negatives) of the last 24 hours, oldest first, and `moods` the sums of `mood` before each of
    them; the sums are the exponentially weighted ones of the share and of the mood of the last hours (negatives,
    mentions) and of the spread (value × weight, weight): of an hour around the usual share, and per window.
    """

    step_hours: float = 1.0
    tail: tuple[tuple[int, int], ...] = ()
    moods: tuple[tuple[float, float], ...] = ()
    share: tuple[float, float] = (0.0, 0.0)
    share_spread: tuple[float, float] = (0.0, 0.0)
    mood: tuple[float, float] = (0.0, 0.0)
    spreads: tuple[tuple[float, float], ...] = ((0.0, 0.0),) * len(WINDOWS)


def deviance(negatives: int, total: int, share: float) -> float:
    """D = 2[Y ln(Y/Tp) + (T−Y) ln((T−Y)/(T(1−p)))], with 0 ln 0 = 0. Never negative."""
    rest = total - negatives
    seen = negatives * math.log(negatives / (total * share)) if negatives else 0.0
    unseen = rest * math.log(rest / (total * (1 - share))) if rest else 0.0
    return max(0.0, 2 * (seen + unseen))


def surprise(negatives: int, total: int, share: float, spread: float) -> float:
    """The signed z of `negatives` among `total`, where `share` is usual and `spread` is how much mentions resemble each
    other (0 to 1)."""
    z = math.sqrt(deviance(negatives, total, share) / (1 + (total - 1) * spread))
    return z if negatives > total * share else -z


def level(z: float) -> float:
    """−log10(1 − Φ(z)), exact to the last digits for any z: far out it uses the asymptotic series of the tail."""
    if z < 30:
        return -math.log10(0.5 * math.erfc(z / math.sqrt(2)))
    q = 1 / (z * z)
    return (z * z / 2 + math.log(z * math.sqrt(2 * math.pi)) - math.log1p(-q + 3 * q * q)) / math.log(10)


def advance(
    was: Scan, buckets: Iterable[tuple[int, int]], *, least: int = LEAST_NEGATIVES
) -> tuple[Scan, list[Surprise]]:
    """Compares each bucket (total, negatives) with what came before it, then learns from it.

    A window with fewer than `least` negatives does not count. Costs about 15 ms for 1,000 buckets.
    Raises ValueError for a bucket with more negatives than mentions, or with a negative number.
    """
    new = list(buckets)
    for total, negatives in new:
        if not 0 <= negatives <= total:
            raise ValueError(f"a bucket counts {negatives} negatives among {total} mentions")
    lengths = [max(1, round(hours / was.step_hours)) for hours in WINDOWS]
    known = [*was.tail, *new]
    sums = _sums(known, len(was.tail), lengths)
    learnt = _shares(was, new, sums[0])
    moods = [*was.moods, *learnt.moods]
    usual = [_usual(learnt.shares, moods, length, was.step_hours) for length in lengths]
    runs = [_window(was, i, sums[i], usual[i], least) for i in range(len(WINDOWS))]
    surprises = []
    for k in range(len(new)):
        i = max(range(len(WINDOWS)), key=lambda i: runs[i][0][k])
        z, (t, y) = runs[i][0][k], sums[i][k]
        surprises.append(Surprise(level(z) if z else 0.0, z, WINDOWS[i], y, t, usual[i][k]))
    after = Scan(
        was.step_hours,
        tuple(known[-lengths[-1] :]),
        tuple(moods[-lengths[-1] :]),
        learnt.share,
        learnt.spread,
        learnt.mood,
        tuple(run[1] for run in runs),
    )
    return after, surprises


def sums_of(known: list[int], first: int, length: int) -> list[int]:
    """The sum of the `length` values that end with each from `first` on; fewer where the beginning is nearer."""
    sums = list(accumulate(known, initial=0))
    before = [0] * length  # what the sum was before the first value known
    return [new - old for new, old in zip(sums[1:], before + sums[1:], strict=False)][first:]


def _sums(known: list[tuple[int, int]], first: int, lengths: list[int]) -> list[list[tuple[int, int]]]:
    """(total, negatives) of the `length` buckets that end with each bucket from `first` on, for each length."""
    totals = list(accumulate((t for t, _ in known), initial=0))
    negatives = list(accumulate((y for _, y in known), initial=0))
    last = len(known)
    ends = list(zip(totals[first + 1 :], negatives[first + 1 :], strict=True))
    sums = []
    for length in lengths:
        starts = range(first + 1 - length, last + 1 - length)
        sums.append(
            [(t - totals[i], y - negatives[i]) if i > 0 else (t, y) for (t, y), i in zip(ends, starts, strict=True)]
        )
    return sums


@dataclass(frozen=True, slots=True)
class _Learnt:
    """The usual share and the sums of the mood before each bucket, and what is known after the last."""

    shares: list[float]
    moods: list[tuple[float, float]]
    share: tuple[float, float]
    spread: tuple[float, float]
    mood: tuple[float, float]


def _shares(was: Scan, new: list[tuple[int, int]], hours: list[tuple[int, int]]) -> _Learnt:
    """What each bucket teaches about the usual share. Mentions that are alike count for less."""
    (up, down), (mood_up, mood_down), (spread_up, spread_down) = was.share, was.mood, was.share_spread
    clip = _clip(was)
    forget, forget_spread = _forgetting(was, SHARE_HALF_LIFE), _forgetting(was, SPREAD_HALF_LIFE)
    forget_mood = _forgetting(was, MOOD_HALF_LIFE)
    shares, moods = [], []
    for (total, negatives), (t, y) in zip(new, hours, strict=True):
        p = (up + USUAL_SHARE * USUAL_WORTH) / (down + USUAL_WORTH)
        shares.append(p)
        moods.append((mood_up, mood_down))
        up, down = up * forget, down * forget
        mood_up, mood_down = mood_up * forget_mood, mood_down * forget_mood
        if total:
            wide = 1 + (total - 1) * _spread(spread_up, spread_down)
            taught = min(negatives, total * p + clip * math.sqrt(total * p * (1 - p) * wide)) / wide
            up, down = up + taught, down + total / wide
            mood_up, mood_down = mood_up + taught, mood_down + total / wide
        spread_up, spread_down = spread_up * forget_spread, spread_down * forget_spread
        if t > 1:
            spread_up, spread_down = _learn(spread_up, spread_down, t, y - t * p, p, clip)
    return _Learnt(shares, moods, (up, down), (spread_up, spread_down), (mood_up, mood_down))


def _usual(shares: list[float], moods: list[tuple[float, float]], length: int, step_hours: float) -> list[float]:
    """The share to expect in the `length` buckets that end with each: the usual one, moved by the mood before them."""
    fade = 0.5 ** ((length - 1) * step_hours / MOOD_HALF_LIFE)
    start = len(moods) - len(shares) - (length - 1)
    unknown = min(max(0, -start), len(shares))
    lagged = [(0.0, 0.0)] * unknown + moods[max(0, start) : max(0, start + len(shares))]
    return [
        (up * fade + p * MOOD_WORTH) / (down * fade + MOOD_WORTH) for p, (up, down) in zip(shares, lagged, strict=True)
    ]


def _window(
    was: Scan, index: int, sums: list[tuple[int, int]], shares: list[float], least: int
) -> tuple[list[float], tuple[float, float]]:
    """z of one window at each bucket, 0 where nothing is over the share to expect, and its spread after the last."""
    up, down = was.spreads[index]
    clip = _clip(was)
    forget = _forgetting(was, SPREAD_HALF_LIFE)
    scores = []
    for (t, y), p in zip(sums, shares, strict=True):
        excess = y - t * p
        scores.append(surprise(y, t, p, _spread(up, down)) if y >= least and excess > 0 else 0.0)
        up, down = up * forget, down * forget
        if t > 1:
            up, down = _learn(up, down, t, excess, p, clip)
    return scores, (up, down)


def _forgetting(was: Scan, half_life: float) -> float:
    return float(0.5 ** (was.step_hours / half_life))


def _clip(was: Scan) -> float:
    return CLIP if was.step_hours >= 1 else CLIP_FINE


def _spread(up: float, down: float) -> float:
    spread = (up + SPREAD * SPREAD_WORTH) / (down + SPREAD_WORTH)
    return spread if spread > LEAST_SPREAD else LEAST_SPREAD  # max() costs a fifth of the whole scan


def _learn(up: float, down: float, total: int, excess: float, share: float, clip: float) -> tuple[float, float]:
    """The sums of one spread, with one more window of `total` mentions that had `excess` negatives too many."""
    wide = 1 + (total - 1) * _spread(up, down)
    square = excess * excess / (total * share * (1 - share))
    if excess > 0 and square > clip * clip * wide:
        square = clip * clip * wide
    weight = (total - 1) / (wide * wide)
    return up + weight * (square - 1), down + weight * (total - 1)
