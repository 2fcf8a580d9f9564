"""The pieces that the encoder keeps of the pretrained ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from sentiment.named import OTHER, OWN
from sentiment.training.pretrained import Pretrained
from sentiment.training.vocabulary import BEGIN, END, PADDING, SELDOM, SPECIAL, Vocabulary, save, vocabulary

PIECES = (BEGIN, PADDING, END, "<unk>", "▁", "a", "g", "o", "d", "▁good", "▁never", "▁par", "fait", "▁zz", OWN)


def pretrained() -> Pretrained:
    scores = np.array([0, 0, 0, 0, *[-float(10 - len(piece)) for piece in PIECES[4:]]], dtype=np.float32)
    return Pretrained(32, PIECES, scores, begin=0, end=2, padding=1, unknown=3, weights={})


def kept(made: Vocabulary) -> set[str]:
    return {PIECES[row] for row in made.rows} - set(SPECIAL)


def test_pieces_stay_that_two_texts_use() -> None:
    made = vocabulary(pretrained(), ["good"] * SELDOM + ["never"] * (SELDOM - 1), [])
    assert kept(made) == {"▁good"}


def test_the_pieces_of_a_common_word_stay_though_no_text_uses_them() -> None:
    assert kept(vocabulary(pretrained(), [], ["parfait"])) == {"▁par", "fait"}


def test_a_single_character_stays_where_one_text_uses_it() -> None:
    assert kept(vocabulary(pretrained(), ["ag"], [])) == {"▁", "a", "g"}


def test_padding_comes_first_and_the_marks_last() -> None:
    made = vocabulary(pretrained(), [f"good {OWN}"] * SELDOM, [])
    assert kept(made) == {"▁", "▁good"}
    assert [PIECES[row] for row in made.rows[:4]] == [PADDING, BEGIN, END, "<unk>"]
    assert made.tokenizer.token_to_id(PADDING) == 0
    assert [made.tokenizer.token_to_id(mark) for mark in (OWN, OTHER)] == [len(made.rows), len(made.rows) + 1]


def test_it_cuts_a_text_between_the_marks_of_its_beginning_and_its_end() -> None:
    made = vocabulary(pretrained(), ["good parfait"] * SELDOM, [])
    assert made.tokenizer.encode("parfait  good\n").tokens == [BEGIN, "▁par", "fait", "▁good", "▁", END]
    assert OWN in made.tokenizer.encode(f"{OWN} good").tokens


def test_a_tokenizer_is_always_written_as_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        save(vocabulary(pretrained(), ["good parfait"] * SELDOM, []).tokenizer, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
    assert Tokenizer.from_file(str(tmp_path / "one")).encode("good").tokens == [BEGIN, "▁good", END]
