"""Scores that a random sample of labels makes: by hand where it can be, and by how often they are right."""

from __future__ import annotations

import numpy as np
import pytest

from sentiment.indices import Reputation, Scored, Tally
from sentiment.mixture import histogram
from sentiment.quantify import Floats
from sentiment.sampled import ENOUGH, Stratum, by_sample, clustered, estimate, join, stratified, trust

MODEL = Reputation(1_000, 40.0, 5.0, 75.0, 42.0)


def answers(labels: np.ndarray, dice: np.random.Generator, sharp: float = 1.2, lean: float = 0.0) -> Floats:
    logits = sharp * (sharp * np.eye(3)[labels] + dice.standard_normal((len(labels), 3)))
    logits[:, 2] += lean
    return np.asarray(np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True))


def population(mix: Floats, size: int, labelled: int, dice: np.random.Generator, lean: float = 1.0) -> Stratum:
    """Texts of a mix, answered by a model that leans to positive, of which some are drawn at random."""
    labels = dice.choice(3, size, p=mix)
    rows = answers(labels, dice, lean=lean)
    chosen = dice.permutation(size)[:labelled]
    names = np.arange(labelled).astype(str)
    return Stratum(histogram(rows), size, rows[chosen], labels[chosen], names, names)


def test_lambda_is_that_of_the_paper() -> None:
    truth, said = np.array([-1.0, 0.0, 1.0, 1.0]), np.array([-0.5, 0.1, 0.2, 0.6])
    by_hand = np.cov(truth, said)[0, 1] / ((1 + 4 / 40) * np.var(said, ddof=1))
    assert trust(truth, said, 40) == pytest.approx(min(1, by_hand))
    assert trust(truth, -said, 40) == 0, "answers that lie are left out"
    assert trust(truth, np.zeros(4), 40) == 0


def test_the_estimate_is_that_of_the_paper() -> None:
    part = population(np.array([0.3, 0.3, 0.4]), 2_000, 150, np.random.default_rng(3))
    truth, said = part.labels - 1.0, part.probabilities[:, 2] - part.probabilities[:, 0]
    weight = trust(truth, said, 2_000)
    shares = estimate(part).shares
    points = histogram(part.probabilities)  # only to say that the mean of all is kept exactly
    assert points.sum() == pytest.approx(150)
    mean = part.histogram @ _net() / part.size
    assert shares[2] - shares[0] == pytest.approx(weight * mean + (truth - weight * said).mean())
    rest = (truth - weight * said).var(ddof=1)
    assert estimate(part).variance == pytest.approx(rest / 150, rel=0.15)


def _net() -> Floats:
    from sentiment.mixture import POINTS

    return np.asarray(POINTS[:, 2] - POINTS[:, 0])


def test_the_interval_holds_the_truth_and_is_narrower_than_that_of_labels_alone() -> None:
    dice, hits, narrower = np.random.default_rng(4), 0, 0
    for _ in range(300):
        mix = dice.dirichlet((2, 2, 2))
        found = estimate(population(mix, 2_000, 120, dice))
        score = found.shares[2] - found.shares[0]
        hits += abs(score - (mix[2] - mix[0])) < 1.96 * found.variance**0.5
        narrower += found.variance < (mix[0] + mix[2] - (mix[2] - mix[0]) ** 2) / 120
    assert 0.92 <= hits / 300 <= 0.98
    assert narrower > 270


def test_strata_weigh_as_their_texts_and_small_ones_are_joined() -> None:
    dice = np.random.default_rng(5)
    glad = population(np.array([0.05, 0.05, 0.9]), 3_000, 100, dice)
    sad = population(np.array([0.9, 0.05, 0.05]), 1_000, 60, dice)
    few = [population(np.array([0.3, 0.4, 0.3]), 100, n, dice) for n in (0, 3, 5)]
    assert [len(each.labels) for each in join([glad, sad, *few])] == [68, 100]
    found = stratified([glad, sad])
    assert found.shares[2] - found.shares[0] == pytest.approx(0.75 * 0.85 - 0.25 * 0.85, abs=0.12)
    assert sum(found.shares) == pytest.approx(1)
    with pytest.raises(ValueError, match="at least two"):
        stratified([few[0]])


def test_texts_of_one_author_or_of_one_story_are_less_sure() -> None:
    values, alone = np.tile([1.0, -1.0], 50), np.arange(100).astype(str)
    ten = np.repeat(np.arange(10), 10).astype(str)
    leaning = np.where(np.arange(100) < 50, 1.0, -1.0)
    plain = clustered(leaning, alone, alone)
    assert plain == pytest.approx(leaning.var(ddof=1) / 100)
    assert clustered(leaning, ten, alone) > 5 * plain
    assert clustered(leaning, alone, ten) == pytest.approx(clustered(leaning, ten, alone))
    assert clustered(leaning, ten, ten) == pytest.approx(clustered(leaning, ten, alone))
    assert clustered(values, alone, alone) > 0


def test_from_a_hundred_labels_on_they_make_the_score() -> None:
    dice, mix = np.random.default_rng(6), np.array([0.6, 0.2, 0.2])
    tally = Tally(en=Scored(400, 200, 400))
    assert by_sample(MODEL, tally, [population(mix, 1_000, ENOUGH - 1, dice)]) is MODEL
    found = by_sample(MODEL, tally, [population(mix, 1_000, ENOUGH, dice)])
    assert found.labels == ENOUGH
    assert found.score == pytest.approx(-40, abs=20)
    assert found.low is not None
    assert found.high is not None
    assert found.high - found.low < 35
    assert found.told
    assert found.raw_score == MODEL.raw_score


def test_what_is_certain_stays_certain_beside_a_sample() -> None:
    dice, mix = np.random.default_rng(7), np.array([0.0, 0.0, 1.0])
    tally = Tally(en=Scored(500, 0, 0), detractors=500)
    found = by_sample(MODEL, tally, [population(mix, 500, 200, dice)])
    assert found.score == pytest.approx(0, abs=3)
    assert by_sample(MODEL, Tally(detractors=5), [population(mix, 500, 200, dice)]) is MODEL
