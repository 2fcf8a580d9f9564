"""Which labels are a sample of what a score counts, and the strata that they make with the buckets of each source."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.queries.bucket_sums import Slant
from app.queries.own_sample import LabelledText, Origin
from app.queries.periods import Period
from app.queries.strata import counted, strata
from app.queries.sums import Sum
from sentiment.base import Score
from sentiment.mixture import CELLS

NOW = datetime(2026, 11, 29, 12, 30, tzinfo=UTC)
PERIOD = Period(NOW - timedelta(days=7), NOW)
BRAND, FEED, FORUM = UUID(int=1), UUID(int=2), UUID(int=3)
ORIGIN = Origin(BRAND, FEED, "fr", NOW - timedelta(days=1), "forum ana", "story")
TEXT = LabelledText("fr", Score(0.8, 0.1, 0.1), 0, True, ORIGIN)


@pytest.mark.parametrize(
    ("text", "slant", "number"),
    [
        (TEXT, Slant(), 1),
        (TEXT, Slant(sources=(FEED,), languages=("fr", "en")), 1),
        (TEXT, Slant(sources=(FORUM,)), 0),
        (TEXT, Slant(languages=("en",)), 0),
        (TEXT, Slant("mentions"), 0),
        (TEXT, Slant("reach"), 0),
        (replace(TEXT, by_model=False), Slant(), 0),
        (replace(TEXT, origin=replace(ORIGIN, brand_id=FORUM)), Slant(), 0),
        (replace(TEXT, origin=replace(ORIGIN, published_at=NOW)), Slant(), 0),
        (replace(TEXT, origin=replace(ORIGIN, published_at=NOW - timedelta(days=7, minutes=20))), Slant(), 1),
        (replace(TEXT, origin=replace(ORIGIN, published_at=NOW - timedelta(days=8))), Slant(), 0),
    ],
)
def test_a_label_counts_where_its_text_was_drawn_from(text: LabelledText, slant: Slant, number: int) -> None:
    assert len(counted([text], BRAND, PERIOD, slant)) == number


def test_each_source_is_a_stratum_with_its_texts_and_labels() -> None:
    feed, forum = Sum(), Sum()
    feed.groups["fr"].histogram, feed.groups["fr"].squares = (2.0, *[0.0] * (CELLS - 1)), 4.0
    forum.groups["en"].histogram, forum.groups["en"].squares = (*[0.0] * (CELLS - 1), 6.0), 6.0
    forum.groups["unread"].histogram, forum.groups["unread"].squares = (*[0.0] * (CELLS - 1), 2.0), 2.0
    one, other = strata({FEED: feed, FORUM: forum}, [(ORIGIN, TEXT), (ORIGIN, replace(TEXT, label=2))], 0.0)
    assert (one.size, one.voices, one.labels.tolist()) == (2, 1, [0, 2])
    assert one.probabilities.tolist() == [[0.8, 0.1, 0.1]] * 2
    assert (one.authors.tolist(), one.stories.tolist()) == (["forum ana"] * 2, ["story"] * 2)
    assert (other.size, other.voices, len(other.labels), other.probabilities.shape) == (8, 8, 0, (0, 3))
