"""The card beside the weights: its version follows the files, its figures the validation texts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sentiment.compact import LINEAR, NETWORK, PIECES, WORDS, compact
from sentiment.correction import corrections_as_json
from sentiment.labelled import Example
from sentiment.sureness import Cut
from sentiment.training.card import Part, card, measure, save
from sentiment.training.sources import KNOWN

SETTINGS = {"other": np.array([1.0, 0.0, 0.0])}
CUT = Cut(0.7, 40, 20, 0.9, 0.85)
PART = Part(SETTINGS, compact().corrections, {"other": (CUT, CUT, CUT)})


@pytest.fixture
def model(tmp_path: Path) -> Path:
    for name in (LINEAR, NETWORK, PIECES, WORDS):
        (tmp_path / name).write_text(name, encoding="utf-8")
    return tmp_path


def written(model: Path, part: Part = PART) -> dict[str, object]:
    plain = part.as_json({})
    return card(model, {"umsab": (KNOWN["umsab"], 12)}, {"seed": 1}, plain, plain)


def test_the_version_changes_with_any_file_and_with_the_settings(model: Path) -> None:
    first = written(model)["version"]
    assert written(model)["version"] == first
    assert written(model, replace(PART, settings={"other": np.array([1.0, 0.0, 0.5])}))["version"] != first
    (model / WORDS).write_text("others", encoding="utf-8")
    assert written(model)["version"] != first


def test_a_card_names_its_sources_with_their_licence_and_is_plain_json(model: Path) -> None:
    made = written(model)
    save(model / "card.json", made)
    kept = json.loads((model / "card.json").read_text(encoding="utf-8"))
    assert kept == made
    (source,) = kept["sources"]
    assert (source["name"], source["licence"], source["texts"]) == ("umsab", "Apache-2.0", 12)


def test_a_part_is_plain_data_with_its_figures() -> None:
    plain = PART.as_json({"umsab": {"macro_f1": 60}})
    assert plain["settings"] == {"other": [1.0, 0.0, 0.0]}
    assert plain["corrections"] == corrections_as_json(PART.corrections)
    assert plain["figures"] == {"umsab": {"macro_f1": 60}}


def examples(source: str, language: str, *labels: int) -> list[Example]:
    return [Example("text", label, language, source) for label in labels]


def logits_for(texts: list[Example]) -> np.ndarray:
    """Of a part that is always right: (n, 2), negative and positive against neutral."""
    return np.array([[9.0, -9.0] if text.label == 0 else [-9.0, 9.0 if text.label == 2 else -9.0] for text in texts])


def test_umsab_is_measured_by_language_and_group_too() -> None:
    texts = examples("umsab", "fr", 0, 1, 2) + examples("umsab", "de", 0, 1, 2) + examples("sst5", "en", 0, 1, 2)
    figures = measure(PART, [logits_for(texts)], texts)
    assert sorted(figures) == ["sst5", "umsab", "umsab group fr", "umsab group other", "umsab:de", "umsab:fr"]
    assert {name: value["texts"] for name, value in figures.items()} == {
        "sst5": 3, "umsab": 6, "umsab group fr": 3, "umsab group other": 3, "umsab:de": 3, "umsab:fr": 3,
    }  # fmt: skip
    assert figures["umsab"]["macro_f1"] == pytest.approx(100)


def test_a_source_without_neutral_texts_is_measured_on_the_choice_of_two() -> None:
    texts = examples("allocine", "fr", 0, 0, 2, 2)
    unsure = np.array([[0.5, 0.0], [0.5, 0.0], [0.0, 0.5], [0.0, 0.5]])
    figures = measure(PART, [unsure], texts)["allocine"]
    assert "score_error" not in figures
    assert figures["confusion"] == [[1, 0, 0], None, [0, 0, 1]]
