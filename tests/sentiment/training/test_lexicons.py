"""The values of words, in the buckets that scoring looks into."""

from __future__ import annotations

import numpy as np
import pytest

from sentiment.features import BUCKETS, word_buckets
from sentiment.training.lexicons import NEGATED, PACKAGES, column, read


def test_a_word_has_its_value_in_its_bucket_and_a_part_of_its_opposite_after_a_negation() -> None:
    values = column({"bon": 0.5, "nul": -1.0})
    assert values.shape == (BUCKETS,)
    assert values[word_buckets(["bon", "nul"])] == pytest.approx([0.5, -1.0])
    assert values[word_buckets(["bon", "nul"], negated=True)] == pytest.approx([0.5 * NEGATED, -NEGATED])
    assert np.count_nonzero(values) == 4


def test_words_are_written_as_texts_are_and_those_of_several_tokens_are_left_out() -> None:
    assert (column({"BON": 0.5}) == column({"bon": 0.5})).all()
    assert np.count_nonzero(column({"pas mal": 0.5, "": 1.0})) == 0


def test_a_lexicon_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PACKAGES, "missing", ("no_such_package_at_all", "words.txt", "\t"))
    with pytest.raises(FileNotFoundError, match="the lexicon missing is missing: install the extra «training»"):
        list(read("missing"))
