from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentiment.base import Score, Text, best_stance
from sentiment.compact import CARD, FOLDER, LINEAR, Compact, Fast, compact, digests, fast, load
from sentiment.quantify import GROUPS

MODEL = compact()
PARTS = pytest.mark.parametrize("model", [MODEL, MODEL.fast], ids=["blend", "linear"])
ANY_TEXT = st.builds(
    Text,
    st.text(st.characters(exclude_categories=()), max_size=80),
    st.sampled_from([None, "fr", "en", "de", "zz", ""]),
)


def best(text: str, language: str) -> str:
    score = MODEL.score([Text(text, language)])[0]
    return max(("negative", "neutral", "positive"), key=lambda label: getattr(score, label))


@pytest.mark.parametrize(
    ("text", "language", "label"),
    [
        ("Je suis ravie de mon achat, service parfait, merci !", "fr", "positive"),
        ("Excellent accueil chez Brumelle, je recommande vivement", "fr", "positive"),
        ("Quelle honte, trois semaines sans réponse, je suis très déçu", "fr", "negative"),
        ("Service client nul, colis perdu, c'est inadmissible", "fr", "negative"),
        ("La ministre sera mardi à Lyon pour une réunion avec les maires http://exemple.fr", "fr", "neutral"),
        ("I love this phone, it works great, thank you so much!", "en", "positive"),
        ("Best coffee in town, the staff were wonderful", "en", "positive"),
        ("Worst support ever, still waiting and nobody answers. Terrible.", "en", "negative"),
        ("This update is broken and I hate it", "en", "negative"),
        ("Ondeo will hold its annual meeting in Lyon on Tuesday", "en", "neutral"),
    ],
)
def test_plain_opinions_are_read_right(text: str, language: str, label: str) -> None:
    assert best(text, language) == label


@PARTS
@settings(deadline=None)
@given(texts=st.lists(ANY_TEXT, max_size=6))
def test_any_text_has_probabilities_and_the_same_alone_or_in_company(model: Compact | Fast, texts: list[Text]) -> None:
    together = model.score(texts)
    assert together == [model.score([text])[0] for text in texts]
    assert together[::-1] == model.score(texts[::-1])
    for score in together:
        parts = (score.negative, score.neutral, score.positive)
        assert sum(parts) == pytest.approx(1)
        assert all(0 < part < 1 for part in parts)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \t\n",
        "bof",
        "😂😂❤️",
        "https://exemple.fr/abc",
        "\x00\x00",
        "\ud83d lone \ude00",
        "Очень 很好 جيد génial",
        "﷽" * 3_000,
        "é" * 1_000_000,
        "mot " * 250_000,
        "e\u0301" * 5_000,
        "\u202egauche",
    ],
    ids=range(13),
)
def test_odd_texts_have_a_defined_answer(text: str) -> None:
    first, again = MODEL.score([Text(text, "fr"), Text(text, "fr")])
    assert first == again
    assert first.negative + first.neutral + first.positive == pytest.approx(1)


def test_a_text_without_words_is_of_no_stance() -> None:
    assert all(best_stance(MODEL.score([Text("", language)])[0]) == "passive" for language in ("en", "fr", "de"))


def test_no_text_gives_no_score() -> None:
    assert MODEL.score([]) == []


def test_the_model_is_loaded_once() -> None:
    assert compact() is MODEL


def test_many_texts_are_scored_in_order() -> None:
    words = ["parfait", "horrible", "mardi"]
    scores = MODEL.score([Text(words[i % 3], "fr") for i in range(3_000)])
    expected = MODEL.score([Text(word, "fr") for word in words])
    assert scores == expected * 1_000
    assert all(isinstance(score, Score) for score in scores[:3])


def test_the_card_describes_the_files() -> None:
    card = json.loads((FOLDER / CARD).read_text(encoding="utf-8"))
    assert card["files"] == digests(FOLDER)
    assert (card["name"], card["version"]) == (MODEL.name, MODEL.version)
    assert card["limits"]
    assert all(source["licence"] and source["texts"] for source in card["sources"])
    assert {source["tier"] for source in card["sources"] if source["name"] != "semeval13-16"} == {"A"}
    assert {"umsab:fr", "umsab:en"} <= set(MODEL.measured)


def test_the_model_is_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 45_000_000


def test_the_figures_of_the_card_are_those_asked_for() -> None:
    assert MODEL.measured["umsab:fr"]["macro_f1"] >= 71
    assert MODEL.measured["umsab:en"]["macro_f1"] >= 71
    assert MODEL.measured["umsab"]["macro_f1"] >= 66
    assert MODEL.measured["umsab"]["calibration_error"] <= 0.04


def test_the_blend_is_better_than_its_linear_part() -> None:
    assert all(
        MODEL.measured[cut]["macro_f1"] > MODEL.fast.measured[cut]["macro_f1"] for cut in ("umsab", "umsab:fr", "sst5")
    )


def test_the_linear_part_alone_has_a_name_of_its_own_and_no_quicker_half() -> None:
    assert MODEL.fast.name != MODEL.name
    assert MODEL.fast.version == MODEL.version
    assert MODEL.fast.fast is None
    assert fast() is fast()


@PARTS
def test_the_corrections_were_fitted_over_many_kinds_and_name_the_languages_read(model: Compact | Fast) -> None:
    assert all(model.corrections.groups[group].kinds >= 15 for group in GROUPS)
    assert model.corrections.read is not None
    assert {"en", "fr"} <= model.corrections.read
    assert model.corrections.part_of("hi") == "unread"


def test_a_card_that_says_nothing_of_corrections_names_what_writes_them(copied: Path) -> None:
    card = json.loads((copied / CARD).read_text(encoding="utf-8"))
    changed(copied, blend={key: value for key, value in card["blend"].items() if key != "corrections"})
    with pytest.raises(ValueError, match=r"sentiment\.training\.doubts"):
        load(copied)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "model"))


def changed(folder: Path, **values: object) -> None:
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    (folder / CARD).write_text(json.dumps({**card, **values}), encoding="utf-8")


def test_files_that_are_not_those_of_the_card_are_refused(copied: Path) -> None:
    (copied / LINEAR).write_bytes((copied / LINEAR).read_bytes() + b"\0")
    with pytest.raises(ValueError, match="not those its card describes"):
        load(copied)


def test_weights_for_other_features_are_refused(copied: Path) -> None:
    changed(copied, features=0)
    with pytest.raises(ValueError, match="features 0"):
        load(copied)


def test_weights_of_another_shape_are_refused(copied: Path) -> None:
    np.savez(copied / LINEAR, weights=np.zeros((4, 2), np.int8), scale=np.ones((2, 2)), bias=np.zeros(2))
    changed(copied, files=digests(copied))
    with pytest.raises(ValueError, match=r"\(4, 2\)"):
        load(copied)
