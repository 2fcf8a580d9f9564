"""What labelled texts tell of a larger model, and how it is kept beside it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.base import ModelError
from sentiment.compact import compact
from sentiment.indices import Scored, Tally, reputation
from sentiment.labelled import Example
from sentiment.measure import Labels
from sentiment.measured import FILE, measure, read, write
from sentiment.quantify import (
    GROUPS,
    Floats,
    matrix_as_json,
    matrix_from_json,
    unmeasured_matrix,
)
from sentiment.sureness import CAUTIOUS
from sentiment.temperature import AS_IT_IS


def answers(labels: Labels, *, lean: float, seed: int = 1) -> Floats:
    """Probabilities that know the label, but lean to neutral by `lean` logits."""
    logits = np.random.default_rng(seed).standard_normal((len(labels), 3)) + 1.5 * np.eye(3)[labels]
    logits[:, 1] += lean
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


def examples(labels: Labels, language: str, source: str = "own") -> list[Example]:
    return [Example("x", int(label), language, source) for label in labels]


LABELS = np.repeat([0, 1, 2], [300, 900, 300])


def test_a_leaning_of_the_training_texts_is_taken_out() -> None:
    found = measure("of", answers(LABELS, lean=2), examples(LABELS, "fr"), "own.csv")
    french = found.calibration[GROUPS.index("fr")]
    assert french[1] == pytest.approx(2 * french[0], abs=0.4), "negative gains what neutral had too much"
    assert french[2] == pytest.approx(2 * french[0], abs=0.4)
    diagonal = np.diag(found.matrices["fr"].means)
    assert diagonal.min() > 0.45
    assert found.figures["all"]["calibration_error"] < 0.3
    assert found.figures["all"] == found.figures["all:fr"]
    assert found.figures["on"] == "own.csv"


def test_a_group_without_texts_is_unmeasured_and_takes_the_calibration_of_all() -> None:
    found = measure("of", answers(LABELS, lean=2), examples(LABELS, "fr"), "own.csv")
    assert matrix_as_json(found.matrices["en"]) == matrix_as_json(unmeasured_matrix())
    assert found.calibration[GROUPS.index("en")] == pytest.approx(found.calibration[GROUPS.index("fr")])


def test_kinds_of_text_that_are_answered_otherwise_make_it_doubt() -> None:
    straight, odd = answers(LABELS, lean=0), answers(LABELS, lean=3, seed=2)
    mixed = [*examples(LABELS, "en", "posts"), *examples(LABELS, "en", "reviews")]
    alike = measure("of", np.vstack([straight, answers(LABELS, lean=0, seed=2)]), mixed, "x")
    apart = measure("of", np.vstack([straight, odd]), mixed, "x")
    assert np.trace(apart.matrices["en"].doubt) > 3 * np.trace(alike.matrices["en"].doubt)


def test_too_few_texts_measure_nothing() -> None:
    few = np.repeat([0, 1, 2], [60, 60, 49])
    with pytest.raises(ValueError, match="at least 50 texts of each label"):
        measure("of", answers(few, lean=0), examples(few, "fr"), "x")


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    found = measure("of", answers(LABELS, lean=1), examples(LABELS, "fr"), "own.csv")
    write(tmp_path / FILE, "tiny", "1", found)
    again = read(tmp_path, "of")
    assert again.calibration == pytest.approx(found.calibration, abs=1e-6)
    assert {group: matrix_as_json(again.matrices[group]) for group in GROUPS} == {
        group: matrix_as_json(found.matrices[group]) for group in GROUPS
    }
    assert again.figures == found.figures
    assert again.sureness == found.sureness
    assert set(found.sureness) == {"fr", "other"}


def test_a_file_of_before_limits_were_chosen_gives_cautious_ones(tmp_path: Path) -> None:
    found = measure("of", answers(LABELS, lean=1), examples(LABELS, "fr"), "own.csv")
    write(tmp_path / FILE, "tiny", "1", found)
    stored = json.loads((tmp_path / FILE).read_text(encoding="utf-8"))
    del stored["sureness"]
    (tmp_path / FILE).write_text(json.dumps(stored), encoding="utf-8")
    assert read(tmp_path, "of").sureness == CAUTIOUS
    (tmp_path / FILE).write_text(json.dumps(stored | {"sureness": {"fr": 1}}), encoding="utf-8")
    with pytest.raises(ModelError, match="incomplete"):
        read(tmp_path, "of")


def test_nothing_beside_a_model_is_nothing_measured(tmp_path: Path) -> None:
    found = read(tmp_path, "of")
    assert (found.calibration == AS_IT_IS).all()
    assert found.figures == {}


def test_a_matrix_is_restored_as_it_was() -> None:
    matrix = compact().matrices["fr"]
    again = matrix_from_json(matrix_as_json(matrix))
    assert again.means == pytest.approx(matrix.means, abs=1e-6)
    assert again.doubt == pytest.approx(matrix.doubt, abs=1e-8)


@given(st.floats(0, 1), st.floats(0, 1))
def test_without_a_measure_nothing_is_corrected_and_the_interval_holds_the_truth(first: float, second: float) -> None:
    """Of a scorer that is no worse than the compact one in English, whatever the mix."""
    low, high = sorted((first, second))
    mix = np.array([low, high - low, 1 - high])
    mean = compact().matrices["en"].means @ mix
    scored = Scored(0, 1000, 0, *(1000 * mean).tolist())
    found = reputation(Tally(en=scored), dict.fromkeys(GROUPS, unmeasured_matrix()))
    assert found.score == pytest.approx(100 * (mean[2] - mean[0]))
    assert found.low is not None
    assert found.high is not None
    assert found.low <= 100 * (mix[2] - mix[0]) <= found.high
