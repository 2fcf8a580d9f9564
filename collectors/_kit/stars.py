"""The text of a review without words: its stars."""

from __future__ import annotations

import math

SCALE = 5


def stars(rating: float | None) -> str:
    """`★★★★☆` for 4 of 5; empty without a rating. It stands in for the text of a review that has none."""
    if rating is None or not math.isfinite(rating):
        return ""
    full = max(0, min(SCALE, round(rating)))
    return "★" * full + "☆" * (SCALE - full)
