from __future__ import annotations

import numpy as np

from bench.sureness import cuts_of
from sentiment.labelled import Example
from sentiment.sureness import sureness_of
from tests.fakes import FixedScorer

TEXTS = ("quelle honte", "le magasin ouvre", "merci")


def test_the_limits_of_a_model_that_is_always_right_are_what_it_answers() -> None:
    labels = np.arange(300) % 3
    examples = [Example(TEXTS[label], int(label), "fr", "own") for label in labels]
    assert sureness_of(cuts_of(FixedScorer(), examples))["fr"] == (0.9, 0.8, 0.9)
