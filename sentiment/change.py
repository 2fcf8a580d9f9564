"""Whether a score moved from one period to the next, in one word."""

from __future__ import annotations

import math
from typing import Literal

from .correction import Z
from .indices import Reputation

Verdict = Literal["up", "down", "steady", "unknown"]
"""`unknown`: the difference is neither larger than both intervals allow, nor surely small."""
SMALL = 15.0
"""Points. A difference that surely lies below is called steady: nobody would act on it."""


def verdict(now: Reputation, before: Reputation) -> Verdict:
    """What became of the score since the period before.

    It went up or down where the interval of the difference excludes zero, built from the two intervals as they are
    shown: Zou and Donner, "Construction of confidence limits about effect measures", Statistics in Medicine 27(10),
    2008. It is steady where the sampling error leaves less than SMALL points either way: what the model errs by is in
    both scores, and no change. A score that cannot be told has no change that can be.
    """
    if not (now.told and before.told):
        return "unknown"
    low, high = difference(now, before)
    if low > 0:
        return "up"
    if high < 0:
        return "down"
    moved = abs((now.score or 0.0) - (before.score or 0.0))
    noise = Z * math.hypot(now.sampling_error or 0.0, before.sampling_error or 0.0)
    return "steady" if moved + noise <= SMALL else "unknown"


def difference(now: Reputation, before: Reputation) -> tuple[float, float]:
    """The 95 % interval of the score less the one before. Both are told."""
    (low, score, high), (low_before, score_before, high_before) = _bounds(now), _bounds(before)
    moved = score - score_before
    return (
        moved - math.hypot(score - low, high_before - score_before),
        moved + math.hypot(high - score, score_before - low_before),
    )


def _bounds(one: Reputation) -> tuple[float, float, float]:
    if one.low is None or one.score is None or one.high is None:
        raise ValueError("there is no score where nothing was said")
    return one.low, one.score, one.high
