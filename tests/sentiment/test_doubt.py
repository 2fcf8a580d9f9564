"""Bags of labelled texts, and the doubt that follows from how wrong their scores are on kinds left out."""

from __future__ import annotations

import numpy as np
import pytest

from sentiment.correction import Z
from sentiment.doubt import LEAST, NEGATIVE, ONE_KIND, REPEATS, SIZES, Errors, Kind, doubt, draw, fit, kinds_of, points
from sentiment.mixture import POINTS
from sentiment.quantify import Floats


def kind(name: str, language: str = "en", *, lean: float = 0.0, sharp: float = 1.5, seed: int = 1) -> Kind:
    """300 texts of each label, answered by a model that leans to positive by so many logits."""
    labels = np.repeat([0, 1, 2], 300)
    logits = sharp * (sharp * np.eye(3)[labels] + np.random.default_rng(seed).standard_normal((900, 3)))
    logits[:, 2] += lean
    powers = np.exp(logits)
    return Kind(name, language, powers / powers.sum(axis=1, keepdims=True), labels)


def test_bags_have_the_sizes_and_mixes_that_they_were_drawn_for() -> None:
    bags = draw(kind("posts"), 1)
    assert bags.histograms.shape == (len(SIZES) * len(NEGATIVE) * REPEATS, 15)
    assert bags.histograms.sum(axis=1) == pytest.approx(bags.sizes.astype(float))
    assert sorted(set(bags.mixes[:, 0].round(6).tolist())) == sorted(NEGATIVE)
    assert bags.mixes.sum(axis=1) == pytest.approx(np.ones(len(bags.sizes)))
    assert np.abs(bags.counted - bags.truth).mean() < 0.3


def test_a_kind_without_neutral_texts_has_bags_without_them() -> None:
    polar = kind("reviews")
    rows = polar.labels != 1
    bags = draw(Kind("reviews", "en", polar.probabilities[rows], polar.labels[rows]), 1)
    assert bags.mixes[:, 1].max() == 0


def test_kinds_that_are_too_small_are_left_out() -> None:
    labels = np.array([0] * LEAST + [2] * LEAST + [0] * LEAST + [2] * (LEAST - 1))
    names = ["enough"] * 2 * LEAST + ["few"] * (2 * LEAST - 1)
    found = kinds_of(np.full((len(labels), 3), 1 / 3), labels, names, ["en"] * len(labels))
    assert [each.name for each in found] == ["enough"]
    assert not found[0].is_readable


def test_errors_that_no_number_of_texts_makes_smaller_are_between_kinds() -> None:
    dice, sizes = np.random.default_rng(1), np.tile(SIZES, 100)

    def errors(between: float) -> list[Errors]:
        return [Errors(dice.normal(0, between) + dice.normal(size=400) / np.sqrt(sizes), sizes) for _ in range(40)]

    (some, one), (none, same) = doubt(errors(0.2)), doubt(errors(0.0))
    assert some == pytest.approx(0.04, rel=0.5)
    assert none < 0.002
    assert one == pytest.approx(1, rel=0.5)
    assert same == pytest.approx(1, rel=0.2)


def test_the_interval_of_a_kind_left_out_holds_the_truth() -> None:
    dice, sizes = np.random.default_rng(2), np.tile(SIZES, 25)
    errors = [Errors(dice.normal(0, 0.15) + dice.normal(size=100) / np.sqrt(sizes), sizes) for _ in range(60)]
    inside = []
    for number, each in enumerate(errors):
        between, within = doubt([*errors[:number], *errors[number + 1 :]])
        inside.append(float((np.abs(each.error) < Z * np.sqrt(between + within / sizes)).mean()))
    assert 0.93 <= np.mean(inside) <= 0.99


def test_with_two_kinds_the_doubt_is_assumed() -> None:
    assert doubt([]) == (ONE_KIND, 1.0)


def test_kinds_unlike_each_other_leave_more_doubt() -> None:
    names = ("posts", "reviews", "mails", "forum")
    alike = fit([kind(name, seed=seed) for seed, name in enumerate(names)]).groups["en"]
    apart = fit([kind(n, seed=s, lean=x) for s, (n, x) in enumerate(zip(names, (1, -1, 0, 1.5), strict=True))])
    assert apart.groups["en"].between > 3 * alike.between
    assert alike.kinds == 4


def test_a_language_at_the_level_of_chance_is_not_read_and_teaches_nothing() -> None:
    names = ("posts", "reviews", "mails")
    read = [kind(name, seed=seed) for seed, name in enumerate(names)]
    chance = kind("posts:hi", "hi", sharp=0.05)
    found = fit([*read, chance])
    assert found.read == {"en"}
    assert found.part_of("hi") == "unread"
    assert found.groups["en"].between == fit(read).groups["en"].between


def test_a_cell_stands_for_what_is_seen_in_it() -> None:
    dull: Floats = points([kind("posts", sharp=0.7)], 1)
    assert dull.shape == POINTS.shape
    assert dull.sum(axis=1) == pytest.approx(np.ones(15))
    assert np.abs(dull - 1 / 3).sum() < np.abs(POINTS - 1 / 3).sum()
    assert points([], 1) is POINTS
