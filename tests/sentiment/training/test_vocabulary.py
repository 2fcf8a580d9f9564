"""The pieces that the encoder keeps, and the whole words that it is given."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from bench._bert import tokenizer
from sentiment.labelled import Example
from sentiment.training.vocabulary import FREQUENT, SELDOM, SPECIAL, vocabulary

WORDS = [*SPECIAL, "good", "never", "par", "##fait", "##s", "a", "##a", "zz"]


@pytest.fixture
def pretrained(tmp_path: Path) -> Tokenizer:
    tokenizer(WORDS, tmp_path / "tokenizer.json")
    return Tokenizer.from_file(str(tmp_path / "tokenizer.json"))


def texts(text: str, language: str, number: int) -> list[Example]:
    return [Example(text, 2, language, "umsab")] * number


def test_pieces_that_no_text_uses_go_and_the_special_ones_stay(pretrained: Tokenizer) -> None:
    made = vocabulary(
        pretrained, [*texts("good", "en", SELDOM), *texts("never", "en", SELDOM - 1), *texts("a", "en", 1)]
    )
    assert set(made.tokenizer.get_vocab()) == {*SPECIAL, "good", "a"}


def test_frequent_words_of_other_languages_become_whole(pretrained: Tokenizer) -> None:
    spanish = vocabulary(pretrained, texts("parfait", "es", FREQUENT))
    assert "parfait" in spanish.tokenizer.get_vocab()
    assert "parfait" not in vocabulary(pretrained, texts("parfait", "es", FREQUENT - 1)).tokenizer.get_vocab()
    assert "parfait" not in vocabulary(pretrained, texts("parfait", "en", 10 * FREQUENT)).tokenizer.get_vocab()


def test_a_french_text_counts_as_three(pretrained: Tokenizer) -> None:
    assert "parfait" in vocabulary(pretrained, texts("parfait", "fr", -(-FREQUENT // 3))).tokenizer.get_vocab()


def test_a_word_starts_as_the_mean_of_its_pieces_and_reads_as_one(pretrained: Tokenizer) -> None:
    made = vocabulary(pretrained, texts("parfait", "fr", FREQUENT))
    table = np.arange(len(WORDS) * 2, dtype=np.float32).reshape(len(WORDS), 2)
    started = made.table(table)[made.tokenizer.token_to_id("parfait")]
    assert started == pytest.approx(table[[WORDS.index("par"), WORDS.index("##fait")]].mean(axis=0))
    assert made.table(table).shape == (len(made.tokenizer.get_vocab()), 2)
    assert made.tokenizer.encode("parfait").tokens == ["[CLS]", "parfait", "[SEP]"]
