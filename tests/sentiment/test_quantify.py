from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import nnls

from sentiment.indices import Scored, Tally, reputation
from sentiment.quantify import (
    Floats,
    LanguageGroup,
    Matrix,
    adapt,
    add_doubt,
    group_of,
    inverse,
    matrix_of,
    on_the_simplex,
    shares,
    straying,
)

MEANS = np.array([[0.6, 0.2, 0.1], [0.3, 0.6, 0.3], [0.1, 0.2, 0.6]])
GOOD = Matrix(MEANS, np.array([np.eye(3) * 0.03] * 3), np.eye(9) * 1e-4)

numbers = st.floats(0.01, 1)
mixtures = st.tuples(numbers, numbers, numbers).map(lambda x: np.array(x) / sum(x))


@pytest.mark.parametrize(
    ("language", "group"),
    [("en", "en"), ("en-GB", "en"), ("FR", "fr"), ("fr_CA", "fr"), ("de", "other"), (None, "other"), ("", "other")],
)
def test_a_language_has_a_group(language: str | None, group: str) -> None:
    assert group_of(language) == group


@settings(deadline=None)
@given(mixtures)
def test_the_shares_a_matrix_mixed_are_found_again(mix: Floats) -> None:
    found = shares((MEANS @ mix)[None, :], np.array([50.0]), [GOOD])
    assert found == pytest.approx(mix, abs=1e-9)


@settings(deadline=None)
@given(mixtures)
def test_corrected_shares_are_shares(q: Floats) -> None:
    found = shares(q[None, :], np.array([10.0]), [GOOD])
    assert (found >= 0).all()
    assert found.sum() == pytest.approx(1)


@settings(deadline=None)
@given(mixtures)
def test_the_closed_form_agrees_with_non_negative_least_squares(q: Floats) -> None:
    heavy = 1e5  # a row that forces the sum to 1
    expected, _ = nnls(np.vstack([MEANS, heavy * np.ones(3)]), np.append(q, heavy))
    assert shares(q[None, :], np.array([1.0]), [GOOD]) == pytest.approx(expected, abs=1e-5)


def test_groups_are_weighted_by_their_texts() -> None:
    first, second = np.array([1.0, 0, 0]), np.array([0, 0, 1.0])
    means = np.stack([MEANS @ first, MEANS @ second])
    assert shares(means, np.array([30.0, 10.0]), [GOOD, GOOD]) == pytest.approx([0.75, 0, 0.25])


def test_many_tallies_are_corrected_at_once() -> None:
    mixes = np.array([[0.2, 0.3, 0.5], [0.7, 0.2, 0.1]])
    found = shares((mixes @ MEANS.T)[:, None, :], np.array([[5.0], [9.0]]), [GOOD])
    assert found == pytest.approx(mixes)


def test_shares_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one text"):
        shares(np.ones((1, 3)) / 3, np.array([0.0]), [GOOD])


def test_a_scorer_that_tells_nothing_apart_does_not_explode() -> None:
    blind = Matrix(np.full((3, 3), 1 / 3), np.zeros((3, 3, 3)), np.zeros((9, 9)))
    assert np.abs(inverse(blind)).max() <= 2
    found = shares(np.array([[0.3, 0.4, 0.3]]), np.array([5.0]), [blind])
    assert found.sum() == pytest.approx(1)
    assert (found >= 0).all()


def test_a_point_already_on_the_simplex_stays() -> None:
    point = np.array([0.2, 0.0, 0.8])
    assert on_the_simplex(point, MEANS) == pytest.approx(point)


def test_a_matrix_is_estimated_from_labelled_texts() -> None:
    dice = np.random.default_rng(3)
    labels = np.repeat(np.arange(3), 4_000)
    rows = np.array([dice.dirichlet(20 * MEANS[:, label]) for label in labels])
    found = matrix_of(rows, labels)
    assert found.means == pytest.approx(MEANS, abs=0.01)
    assert found.means.sum(axis=0) == pytest.approx(np.ones(3))
    # the doubt is that of a mean: the spread over the number of texts, labels apart
    assert found.doubt.reshape(3, 3, 3, 3)[:, 1, :, 1] == pytest.approx(found.spread[1] / 4_000)
    assert found.doubt.reshape(3, 3, 3, 3)[:, 1, :, 2] == pytest.approx(np.zeros((3, 3)))


def test_a_matrix_needs_texts_of_every_label() -> None:
    with pytest.raises(ValueError, match="label 2 has 0 texts"):
        matrix_of(np.full((6, 3), 1 / 3), np.array([0, 0, 0, 1, 1, 1]))


def test_a_matrix_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="3 × 3"):
        Matrix(np.eye(2), np.zeros((3, 3, 3)), np.zeros((9, 9)))


OTHER = Matrix(0.9 * MEANS + 0.1 * MEANS[:, [1, 2, 0]], GOOD.spread, GOOD.doubt)


def test_a_kind_like_the_matrix_does_not_stray() -> None:
    assert straying(GOOD, [GOOD, GOOD]) == pytest.approx(np.zeros((9, 9)))


def test_a_kind_strays_by_what_its_shares_go_wrong() -> None:
    error = (inverse(GOOD) @ OTHER.means - np.eye(3)).ravel()
    assert straying(GOOD, [OTHER]) == pytest.approx(2 * np.outer(error, error))


def test_straying_adds_to_the_doubt_and_moves_another_matrix_by_as_much() -> None:
    weaker = Matrix(0.5 * MEANS + 0.5 / 3, GOOD.spread, GOOD.doubt)
    stray = straying(GOOD, [OTHER])
    for matrix in (GOOD, weaker):
        back = np.kron(inverse(matrix), np.eye(3))
        added = add_doubt(matrix, stray).doubt - matrix.doubt
        assert back @ added @ back.T == pytest.approx(stray)


AIRY = np.array([[0.45, 0.15, 0.10], [0.40, 0.60, 0.15], [0.15, 0.25, 0.75]])
"""The same scorer on another kind of texts, which it reads differently."""


def answers(means: Floats, labels: NDArray[np.int64], dice: np.random.Generator) -> Floats:
    """What a scorer with these means says of texts with these labels."""
    raw = dice.standard_gamma(6 * means[:, labels].T)
    return np.asarray(raw / raw.sum(axis=1, keepdims=True))


def test_without_labels_the_shipped_means_stay_and_nothing_is_certain() -> None:
    found = adapt(GOOD, np.zeros((0, 3)), np.zeros(0, dtype=np.int64))
    assert found.means == pytest.approx(GOOD.means)
    assert found.spread == pytest.approx(GOOD.spread)
    assert np.diag(found.doubt).min() >= GOOD.spread[0, 0, 0] * 0.99


def test_many_labels_leave_nothing_of_the_shipped_matrix() -> None:
    dice = np.random.default_rng(5)
    labels = dice.integers(0, 3, 30_000)
    found = adapt(GOOD, answers(AIRY, labels, dice), labels)
    assert found.means == pytest.approx(AIRY, abs=0.01)
    assert np.sqrt(np.diag(found.doubt)).max() < 0.003


def test_a_label_without_texts_keeps_its_shipped_column_beside_the_others() -> None:
    dice = np.random.default_rng(5)
    labels = np.repeat(np.array([0, 1]), 200)
    found = adapt(GOOD, answers(AIRY, labels, dice), labels)
    assert found.means[:, 2] == pytest.approx(GOOD.means[:, 2])
    assert found.means[:, :2] == pytest.approx(AIRY[:, :2], abs=0.05)


@pytest.mark.parametrize("number", [3, 30, 300])
def test_an_own_matrix_is_a_matrix_and_doubts_less_with_more_labels(number: int) -> None:
    dice = np.random.default_rng(number)
    labels = np.arange(number) % 3
    found = adapt(GOOD, answers(MEANS, labels, dice), labels)
    assert found.means.sum(axis=0) == pytest.approx(np.ones(3))
    assert np.linalg.eigvalsh(found.doubt).min() >= -1e-12
    more = adapt(GOOD, answers(MEANS, np.repeat(labels, 3), dice), np.repeat(labels, 3))
    assert np.trace(more.doubt) < np.trace(found.doubt)


def test_texts_that_contradict_the_shipped_matrix_make_it_less_sure() -> None:
    labels = np.zeros(4, dtype=np.int64)
    near, far = np.tile(MEANS[:, 0], (4, 1)), np.tile(MEANS[:, 2], (4, 1))
    assert np.trace(adapt(GOOD, far, labels).doubt) > np.trace(adapt(GOOD, near, labels).doubt)


@pytest.mark.parametrize("number", [100, 200, 400])
def test_an_own_matrix_covers_where_the_shipped_one_fails(number: int) -> None:
    """Bags of 5 to 80 % negative texts of a kind the shipped matrix is wrong about: wanted 90 to 98 % inside."""
    dice = np.random.default_rng(number)
    wrong: dict[LanguageGroup, Matrix] = {"en": GOOD, "fr": GOOD, "other": GOOD}
    inside: dict[str, list[bool]] = {"shipped": [], "own": []}
    for _ in range(60):
        labels = dice.choice(3, number, p=(0.5, 0.3, 0.2))
        own: dict[LanguageGroup, Matrix] = {**wrong, "en": adapt(GOOD, answers(AIRY, labels, dice), labels)}
        for negative in (0.05, 0.2, 0.4, 0.6, 0.8):
            mix = np.array([negative, *(dice.dirichlet((1, 1)) * (1 - negative))])
            size = int(dice.choice((100, 1_000)))
            texts = answers(AIRY, dice.choice(3, size, p=mix), dice)
            best = np.bincount(texts.argmax(axis=1), minlength=3)
            tally = Tally(en=Scored(int(best[2]), int(best[1]), int(best[0]), *texts.sum(axis=0).tolist()))
            truth = 100 * (mix[2] - mix[0])
            for name, matrices in (("shipped", wrong), ("own", own)):
                found = reputation(tally, matrices)
                assert found.low is not None
                assert found.high is not None
                inside[name].append(found.low <= truth <= found.high)
    assert np.mean(inside["shipped"]) < 0.6
    assert 0.9 <= np.mean(inside["own"]) <= 0.99
