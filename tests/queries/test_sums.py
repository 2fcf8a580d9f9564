"""Buckets added up: what counts in which weight, what the model decided, and the voices behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.queries.sums import Counts, Sum, Weight, effective_size, points, sums_by, total
from sentiment.correction import PARTS, Correction, Corrections, Part
from sentiment.mixture import POINTS
from sentiment.quantify import GROUPS

START = datetime(2026, 11, 1, tzinfo=UTC)
PERFECT = Corrections(dict.fromkeys(GROUPS, Correction(POINTS, 0.0, 1.0)), frozenset({"en", "fr", "de"}))
"""A model that is never wrong."""
CELLS = (3.0, *[0.0] * 3, 1.0, *[0.0] * 9, 4.0)


@dataclass(frozen=True)
class Bucket:
    """Ten stories of one hour in English: six promoters, two of them by a rating, and four detractors."""

    weight: str = "stories"
    language: str = "en"
    number: float = 10
    promoters: float = 6
    passives: float = 0
    detractors: float = 4
    fixed_promoters: float = 2
    fixed_passives: float = 0
    fixed_detractors: float = 0
    model_number: float = 8
    histogram: tuple[float, ...] = CELLS
    squares: float = 10
    start: datetime = START


def added(*rows: Bucket, weight: Weight = "stories") -> Sum:
    return sums_by(lambda row: row.start, rows, weight, PERFECT)[START]


@pytest.mark.parametrize(
    ("weight", "mentions", "stories", "promoters"),
    [("stories", 30, 10, 6), ("mentions", 30, 10, 18), ("reach", 30, 10, 600)],
)
def test_mentions_and_stories_are_counted_whatever_the_weight_of_the_stances(
    weight: Weight, mentions: int, stories: int, promoters: int
) -> None:
    rows = [Bucket(), Bucket("mentions", number=30, promoters=18), Bucket("reach", number=1_000, promoters=600)]
    found = added(*rows, weight=weight)
    assert (found.mentions, found.stories, found.shown.promoters) == (mentions, stories, promoters)


@pytest.mark.parametrize(
    ("language", "group"), [("en", "en"), ("fr", "fr"), ("de", "other"), ("", "other"), ("hi", "unread")]
)
def test_what_the_model_decided_is_kept_by_language_and_what_is_certain_apart(language: str, group: Part) -> None:
    found = added(Bucket(language=language))
    mine = found.groups[group]
    assert (mine.stances.promoters, mine.stances.passives, mine.stances.detractors) == (4, 0, 4)
    assert mine.histogram == CELLS
    assert (found.fixed.promoters, found.fixed.detractors) == (2, 0)
    assert all(found.groups[other].stances.size == 0 for other in PARTS if other != group)


def test_squares_are_shared_between_model_and_others_as_the_mentions_are() -> None:
    found = added(Bucket(squares=50))
    assert (found.groups["en"].squares, found.fixed_squares) == pytest.approx((40, 10))


@pytest.mark.parametrize(
    ("weight", "squares", "voices"),
    [(0, 0, 0), (10, 10, 10), (10, 100, 1), (10, 20, 5)],
    ids=["nothing", "ten authors once", "one author ten times", "five authors twice"],
)
def test_who_speaks_often_is_one_voice(weight: float, squares: float, voices: float) -> None:
    assert effective_size(weight, squares) == voices


def test_a_tally_rests_on_fewer_voices_where_authors_repeat_themselves() -> None:
    alone, repeated = (added(Bucket()).tally(same) for same in (0.0, 0.1))
    assert (alone.en.promoters, alone.en.detractors, alone.promoters) == (4, 4, 2)
    assert alone.en.voices == pytest.approx(8)
    assert repeated.en.voices < alone.en.voices
    assert repeated.voices < alone.voices


rows = st.builds(
    Bucket,
    model_number=st.just(5),  # halves add up without an error of rounding
    weight=st.sampled_from(["stories", "mentions", "reach"]),
    language=st.sampled_from(["en", "fr", "de"]),
    start=st.sampled_from([START, START + timedelta(days=1), START + timedelta(days=2)]),
)


@given(st.lists(rows, max_size=12), st.sampled_from(["stories", "mentions", "reach"]))
def test_the_sum_of_the_periods_is_the_sum_of_all(buckets: list[Bucket], weight: Weight) -> None:
    parts = sums_by(lambda row: row.start, buckets, weight, PERFECT)
    whole = sums_by(lambda _: START, [replace(row, start=START) for row in buckets], weight, PERFECT)[START]
    assert total(parts.values()) == whole


def test_a_period_without_mentions_has_a_point_without_a_score() -> None:
    empty, full = points([(START, Sum()), (START + timedelta(days=1), added(Bucket()))], [0.0, 0.0], PERFECT)
    assert (empty.start, empty.reputation.score, empty.mentions, empty.counts) == (START, None, 0, Counts(0, 0, 0))
    assert (full.stories, full.counts) == (10, Counts(6, 0, 4))
    assert full.reputation.raw_score == pytest.approx(20)


def test_what_is_to_check_counts_in_the_score_by_its_probabilities_and_is_told_apart() -> None:
    row = Bucket(promoters=4, detractors=1, passives=2)
    found = added(row)
    assert found.shown.to_whole() == Counts(4, 2, 1, unsure=3)
    assert found.groups["en"].stances.size == 8, "all that the model judged"
    assert total([found, added(replace(row, passives=1))]).shown.unsure == 7
    [point] = points([(START, found)], [0.0], PERFECT)
    assert point.reputation.raw_score == pytest.approx(30)
    assert point.reputation.score == pytest.approx(100 * (2 + 8 * (3 - 4) / (8 + 3)) / 10)  # with a text of each label


def test_rounding_of_wide_reach_makes_nothing_unsure() -> None:
    row = Bucket("reach", number=0.3, promoters=0.1, passives=0.1, detractors=0.1 + 1e-9)
    assert added(row, weight="reach").shown.unsure == 0
