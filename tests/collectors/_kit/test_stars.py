"""The text of a review without words."""

from __future__ import annotations

import math

import pytest

from collectors._kit.stars import stars


@pytest.mark.parametrize(
    ("rating", "shown"),
    [
        (4, "★★★★☆"),
        (5, "★★★★★"),
        (0, "☆☆☆☆☆"),
        (3.4, "★★★☆☆"),
        (9, "★★★★★"),
        (-1, "☆☆☆☆☆"),
        (None, ""),
        (math.nan, ""),
        (math.inf, ""),
    ],
)
def test_a_rating_is_five_stars_of_which_some_are_full(rating: float | None, shown: str) -> None:
    assert stars(rating) == shown
