from __future__ import annotations

import numpy as np
import pytest

from sentiment.base import Score, best_stance, stance_of_score
from sentiment.compact import compact, facts
from sentiment.sureness import (
    CAUTIOUS,
    NEVER,
    PROMISED,
    choose,
    cuts_as_json,
    limits_in,
    sureness_from_json,
    sureness_of,
)


def posts(
    number: int, sharp: float, seed: int = 1, language: str = "fr"
) -> tuple[np.ndarray, np.ndarray, list[str | None]]:
    """Calibrated probabilities, and labels drawn from them: the sharper, the surer."""
    dice = np.random.default_rng(seed)
    logits = dice.normal(0, sharp, (number, 3))
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = np.array([dice.choice(3, p=row) for row in probabilities])
    return probabilities, labels, [language] * number


def test_what_is_shown_is_right_as_often_as_promised_also_on_texts_it_was_not_chosen_on() -> None:
    probabilities, labels, languages = posts(3_000, 2.0)
    limits = sureness_of(choose(probabilities, labels, languages))["fr"]
    other, truth, _ = posts(20_000, 2.0, seed=2)
    for label in (0, 2):
        shown = (other.argmax(axis=1) == label) & (other[:, label] >= limits[label])
        assert (truth[shown] == label).mean() >= PROMISED - 0.01
        assert shown.sum() > 1_000


def test_a_dull_model_is_sure_of_less() -> None:
    sharp = choose(*posts(3_000, 3.0))["fr"]
    dull = choose(*posts(3_000, 1.0))["fr"]
    assert dull[0].shown < sharp[0].shown / 2


def test_a_language_that_is_not_read_is_never_sure() -> None:
    probabilities, labels, languages = posts(600, 2.0)
    deaf, _, unread = posts(600, 2.0, seed=3, language="hi")
    chance = np.random.default_rng(4).integers(0, 3, 600)
    cuts = choose(np.concatenate([probabilities, deaf]), np.concatenate([labels, chance]), [*languages, *unread])
    assert sureness_of(cuts)["hi"] == (NEVER, NEVER, NEVER)
    assert cuts["hi"][0].right is None
    assert sureness_of(cuts)["other"] == sureness_of(cuts)["fr"], (
        "without other texts, all that are read stand for them"
    )


def test_too_few_texts_make_no_limits_of_their_own() -> None:
    cuts = choose(*posts(90, 2.0))
    assert set(cuts) == {"other"}


def test_limits_come_back_from_a_card() -> None:
    cuts = choose(*posts(600, 2.0))
    assert sureness_from_json(cuts_as_json(cuts)) == sureness_of(cuts)
    with pytest.raises(KeyError):
        sureness_from_json({"fr": cuts_as_json(cuts)["fr"]})


@pytest.mark.parametrize("language", ["fr", "fr-CA", "FR"])
def test_a_region_has_the_limits_of_its_language(language: str) -> None:
    assert limits_in(compact().sureness, language) == compact().sureness["fr"]


def test_an_unknown_language_has_those_of_the_others() -> None:
    assert limits_in(CAUTIOUS, None) == limits_in(CAUTIOUS, "zz") == CAUTIOUS["other"]


def test_the_shipped_model_has_limits_in_both_its_parts() -> None:
    model = compact()
    assert facts().sureness == {
        f"{model.name} {model.version}": model.sureness,
        f"{model.fast.name} {model.fast.version}": model.fast.sureness,
    }
    assert all(0.5 < model.sureness[code][0] < 1 for code in ("en", "fr", "other"))


def test_the_best_label_has_to_reach_its_own_limit() -> None:
    limits = (0.8, 0.45, 0.7)
    assert stance_of_score(Score(0.8, 0.15, 0.05), limits) == "detractor"
    assert stance_of_score(Score(0.79, 0.16, 0.05), limits) == "unsure"
    assert stance_of_score(Score(0.3, 0.46, 0.24), limits) == "passive"
    assert stance_of_score(Score(0.32, 0.44, 0.24), limits) == "unsure"
    assert stance_of_score(Score(0.1, 0.15, 0.75), limits) == "promoter"
    assert best_stance(Score(0.32, 0.44, 0.24)) == "passive"
