"""What labelled texts tell of a larger model, and how it is kept beside it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sentiment.base import ModelError
from sentiment.correction import NOTHING_KNOWN, corrections_as_json, unmeasured
from sentiment.doubt import ONE_KIND
from sentiment.labelled import Example
from sentiment.measure import Labels
from sentiment.measured import FILE, measure, read, write
from sentiment.quantify import GROUPS, Floats
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
    assert found.figures["all"]["calibration_error"] < 0.3
    assert abs(found.figures["all"]["score_error"]) < 5
    assert found.figures["all"] == found.figures["all:fr"]
    assert found.figures["on"] == "own.csv"


def test_a_group_without_texts_is_unmeasured_and_takes_the_calibration_of_all() -> None:
    found = measure("of", answers(LABELS, lean=2), examples(LABELS, "fr"), "own.csv")
    assert found.corrections.groups["en"] is NOTHING_KNOWN
    assert found.corrections.part_of("en") == "unread", "nobody showed that it reads English"
    assert found.calibration[GROUPS.index("en")] == pytest.approx(found.calibration[GROUPS.index("fr")])


def test_one_kind_of_text_says_nothing_of_others() -> None:
    found = measure("of", answers(LABELS, lean=0), examples(LABELS, "fr"), "x")
    assert (found.corrections.groups["fr"].between, found.corrections.groups["fr"].kinds) == (ONE_KIND, 1)


def test_kinds_of_text_that_are_answered_otherwise_make_it_doubt() -> None:
    names = ("posts", "reviews", "mails", "comments")
    mixed = [each for name in names for each in examples(LABELS, "en", name)]
    even = [answers(LABELS, lean=0, seed=seed) for seed in range(4)]
    odd = [answers(LABELS, lean=lean, seed=seed) for seed, lean in enumerate((0, 1, -1, 0.5))]
    alike, apart = (measure("of", np.vstack(rows), mixed, "x").corrections.groups["en"] for rows in (even, odd))
    assert alike.kinds == apart.kinds == 4
    assert apart.between > 2 * alike.between


def test_too_few_texts_measure_nothing() -> None:
    few = np.repeat([0, 1, 2], [60, 60, 49])
    with pytest.raises(ValueError, match="at least 50 texts of each label"):
        measure("of", answers(few, lean=0), examples(few, "fr"), "x")


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    found = measure("of", answers(LABELS, lean=1), examples(LABELS, "fr"), "own.csv")
    write(tmp_path / FILE, "tiny", "1", found)
    again = read(tmp_path, "of")
    assert again.calibration == pytest.approx(found.calibration, abs=1e-6)
    assert corrections_as_json(again.corrections) == corrections_as_json(found.corrections)
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
    assert corrections_as_json(found.corrections) == corrections_as_json(unmeasured())
