from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentiment.correction import ONE_TEXT, WIDE, Correction, Corrections, Z
from sentiment.indices import (
    Reputation,
    Scored,
    Tally,
    nps,
    reputation,
    reputations,
    share_of_voice,
    voices_of_parts,
    wilson,
)
from sentiment.mixture import CELLS, POINTS

SURE = Correction(POINTS, 0.0, 1.0)
UNSURE = Correction(POINTS, 0.04, 1.0)
KNOWN = Corrections({"en": SURE, "fr": UNSURE, "other": UNSURE}, frozenset({"en", "fr", "de"}))
CORNERS = np.eye(3) @ POINTS.T == 1  # (3, 15): the cell of texts that are surely negative, neutral, positive


def scored_of(mix: tuple[float, float, float], size: int) -> Scored:
    """What a model that is never wrong, and sure of it, would sum up to over `size` texts of a mix."""
    promoters, detractors = round(mix[2] * size), round(mix[0] * size)
    cells = size * np.array(mix) @ CORNERS
    return Scored(promoters, size - promoters - detractors, detractors, tuple(cells.tolist()))


few = st.integers(0, 3_000)


@st.composite
def scoreds(draw: st.DrawFn) -> Scored:
    counts = draw(st.tuples(few, few, few))
    parts = np.array(draw(st.tuples(*[st.floats(0.01, 1)] * CELLS)))
    cells = parts / parts.sum() * sum(counts)
    share = draw(st.none() | st.floats(0.01, 1))
    return Scored(*counts, tuple(cells.tolist()), None if share is None else share * sum(counts))


tallies = st.builds(Tally, scoreds(), scoreds(), scoreds(), few, few, few, unread=scoreds())


def test_no_story_has_no_score() -> None:
    assert reputation(Tally(), KNOWN) == Reputation(0)


@settings(deadline=None)
@given(tallies)
def test_the_score_stays_in_its_interval_and_the_interval_in_range(tally: Tally) -> None:
    found = reputation(tally, KNOWN)
    assert found.size == tally.size
    if tally.size:
        assert found.score is not None
        assert found.low is not None
        assert found.high is not None
        assert -100 <= found.low <= found.score <= found.high <= 100
        assert found.raw_score is not None
        assert -100 <= found.raw_score <= 100
        parts = [found.promoters, found.passives, found.detractors]
        assert sum(part or 0 for part in parts) == pytest.approx(1)
        assert min(part or 0 for part in parts) >= 0


@settings(deadline=None)
@given(st.lists(tallies, max_size=5))
def test_many_at_once_are_the_same_as_one_by_one(several: list[Tally]) -> None:
    for together, tally in zip(reputations(several, KNOWN), several, strict=True):
        alone = reputation(tally, KNOWN)
        assert together.size == alone.size
        for field in ("score", "low", "high", "raw_score", "sampling_error"):
            assert getattr(together, field) == pytest.approx(getattr(alone, field), abs=0.1)  # where EMQ stops


@pytest.mark.parametrize("mix", [(0.05, 0.15, 0.8), (0.3, 0.4, 0.3), (0.8, 0.1, 0.1), (1.0, 0.0, 0.0)])
def test_the_shares_that_the_probabilities_tell_of_are_found(mix: tuple[float, float, float]) -> None:
    found = reputation(Tally(fr=scored_of(mix, 5_000)), KNOWN)
    assert found.score == pytest.approx(100 * (mix[2] - mix[0]), abs=0.2)
    assert found.detractors == pytest.approx(mix[0], abs=2e-3)


def test_the_interval_lies_around_the_shown_score() -> None:
    found = reputation(Tally(fr=scored_of((0.3, 0.4, 0.3), 300)), KNOWN)
    assert found.score is not None
    assert found.low is not None
    assert found.high is not None
    assert found.high - found.score == pytest.approx(found.score - found.low)
    assert found.high - found.score == pytest.approx(100 * Z * np.sqrt(0.04 + 1 / 300))


def test_what_a_person_fixed_is_not_corrected() -> None:
    found = reputation(Tally(promoters=60, passives=30, detractors=10), KNOWN)
    assert found.score == found.raw_score == pytest.approx(50)


def test_fixed_and_scored_stories_weigh_the_same() -> None:
    found = reputation(Tally(en=scored_of((1.0, 0.0, 0.0), 100), promoters=100), KNOWN)
    assert found.score == pytest.approx(0, abs=2)  # two texts of a hundred are the prior's


def width(found: Reputation) -> float:
    assert found.low is not None
    assert found.high is not None
    return found.high - found.low


def test_more_stories_make_it_surer() -> None:
    widths = [width(reputation(Tally(en=scored_of((0.3, 0.4, 0.3), n)), KNOWN)) for n in (20, 200, 2_000, 20_000)]
    assert all(after < before for before, after in pairwise(widths))


def test_the_doubt_about_kinds_stays_however_many_stories_there_are() -> None:
    many = scored_of((0.3, 0.4, 0.3), 1_000_000)
    sure, unsure = (reputation(tally, KNOWN) for tally in (Tally(en=many), Tally(fr=many)))
    assert width(sure) < 1 < 10 < width(unsure)
    assert unsure.sampling_error == pytest.approx(sure.sampling_error)


def test_few_authors_make_it_less_sure() -> None:
    plain = scored_of((0.3, 0.4, 0.3), 300)
    repeated = replace(plain, effective=30)
    assert repeated.voices == 30
    assert width(reputation(Tally(en=repeated), KNOWN)) > 2 * width(reputation(Tally(en=plain), KNOWN))


def test_one_story_is_hardly_a_verdict() -> None:
    found = reputation(Tally(detractors=1), KNOWN)
    assert found.score == -100
    assert width(found) > 50


@settings(deadline=None)
@given(tallies, tallies)
def test_tallies_add_up(one: Tally, other: Tally) -> None:
    both = one + other
    assert both.size == one.size + other.size
    assert sum(both.fr.histogram) == pytest.approx(sum(one.fr.histogram) + sum(other.fr.histogram))
    assert both.unread.size == one.unread.size + other.unread.size
    assert both.en.voices == pytest.approx(one.en.voices + other.en.voices)
    assert sum([one, other], Tally()).promoters == one.promoters + other.promoters


@pytest.mark.parametrize(
    ("answers", "score"), [((70, 20, 10), 60), ((0, 0, 5), -100), ((1, 0, 0), 100), ((3, 4, 3), 0)]
)
def test_the_survey_score_is_promoters_less_detractors(answers: tuple[int, int, int], score: float) -> None:
    found = nps(*answers)
    assert found is not None
    assert found[0] == score
    assert -100 <= found[1] <= found[0] <= found[2] <= 100
    assert found[1] < found[2]


def test_the_survey_interval_is_the_adjusted_wald_one() -> None:
    # by hand: 60 / 103 ± 1.96 √(.4519 / 103)
    assert nps(70, 20, 10) == pytest.approx((60, 45.27, 71.24), abs=0.01)


def test_no_answer_has_no_survey_score() -> None:
    assert nps(0, 0, 0) is None


def test_voices_are_shared_among_those_compared() -> None:
    assert share_of_voice({"Brumelle": 30, "Ondéo": 10}) == {"Brumelle": 0.75, "Ondéo": 0.25}
    assert share_of_voice({"Brumelle": 0, "Ondéo": 0}) == {"Brumelle": 0.0, "Ondéo": 0.0}
    assert share_of_voice({}) == {}


def test_certain_promoters_are_never_used_up_to_correct_the_others() -> None:
    scored = scored_of((1.0, 0.0, 0.0), 70)
    found = reputation(Tally(en=scored, fr=scored, promoters=28, passives=17, detractors=38), KNOWN)
    assert found.promoters is not None
    assert found.promoters >= 28 / 223


def test_a_language_that_is_not_read_leaves_fifty_points_of_doubt_and_is_told() -> None:
    found = reputation(Tally(en=scored_of((0.3, 0.4, 0.3), 500), unread=scored_of((0.5, 0.0, 0.5), 500)), KNOWN)
    assert found.unread == 0.5
    alone = reputation(Tally(unread=scored_of((0.5, 0.0, 0.5), 10_000)), KNOWN)
    assert width(alone) == pytest.approx(2 * 100 * Z * np.sqrt(WIDE + ONE_TEXT / 10_000))
    assert width(alone) == pytest.approx(100, abs=0.1)


def test_doubts_about_kinds_lean_the_same_way_in_every_language() -> None:
    half = scored_of((0.3, 0.4, 0.3), 10_000_000)
    one, two = (reputation(tally, KNOWN) for tally in (Tally(fr=half), Tally(fr=half, other=half)))
    assert width(two) == pytest.approx(width(one), abs=0.1)


@pytest.mark.parametrize(
    ("score", "low", "raw", "labels", "told"),
    [
        (13.0, -18.0, -11.0, 0, False),
        (13.0, -18.0, -11.0, 20, True),
        (13.0, -18.0, 4.0, 0, True),
        (13.0, 2.0, -11.0, 0, True),
        (0.0, -18.0, -11.0, 0, True),
    ],
    ids=["other signs", "a sample says which", "the same sign", "zero is outside", "no sign"],
)
def test_a_score_whose_sign_nobody_knows_is_no_number(
    score: float, low: float, raw: float, labels: int, told: bool
) -> None:
    assert Reputation(90, score, low, 44.0, raw, labels=labels).told is told


def test_where_nothing_was_said_there_is_nothing_to_tell() -> None:
    assert Reputation(0).told is False


def test_repeated_authors_make_what_is_fixed_less_sure_too() -> None:
    counts = {"promoters": 60, "passives": 30, "detractors": 10}
    plain, repeated = (reputation(Tally(**counts, effective=n), KNOWN) for n in (None, 10.0))
    assert (plain.score, plain.voices, repeated.score, repeated.voices) == (50, 100, 50, 10)
    assert width(repeated) > 2 * width(plain)


def test_the_voices_of_the_whole_weigh_its_parts() -> None:
    found = reputation(Tally(en=scored_of((0.3, 0.4, 0.3), 100), promoters=100, effective=100.0), KNOWN)
    assert found.voices == pytest.approx(200)


@pytest.mark.parametrize(
    ("right", "number", "expected"),
    [(81, 100, (0.7222, 0.8749)), (0, 10, (0.0, 0.2775)), (10, 10, (0.7225, 1.0)), (1, 2, (0.0945, 0.9055))],
)
def test_the_interval_of_a_share_is_that_of_wilson(right: int, number: int, expected: tuple[float, float]) -> None:
    assert wilson(right, number) == pytest.approx(expected, abs=1e-4)


def test_a_share_of_nothing_has_no_interval() -> None:
    assert wilson(0, 0) is None


def test_authors_who_come_back_bound_the_voices() -> None:
    [alone] = voices_of_parts([1_000.0], [1_000.0], 0.1)
    assert alone == pytest.approx(1_000 / 101)
    assert voices_of_parts([50.0, 20.0], [50.0, 20.0], 0.0) == [50.0, 20.0]
    assert voices_of_parts([0.0], [0.0], 0.5) == [0.0]


@given(st.lists(st.floats(1, 1e4), min_size=1, max_size=4), st.floats(0, 1))
def test_parts_lose_together_what_the_whole_would_lose(sizes: list[float], same: float) -> None:
    total = sum(sizes)
    of_whole = 1 / total + same
    of_parts = sum((size / total) ** 2 / n for size, n in zip(sizes, voices_of_parts(sizes, sizes, same), strict=True))
    assert of_parts == pytest.approx(of_whole)
