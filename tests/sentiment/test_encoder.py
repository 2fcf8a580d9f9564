"""What the encoder reads of a text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from sentiment.compact import FOLDER, PIECES, WORDS
from sentiment.encoder import HEAD, LENGTH, OPENING, TAIL, Table, inputs, load_table, pad, pieces, plain, save_table


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Voir https://ex.org/a?b=c ou www.ex.org", "Voir http ou http"),
        ("merci @ana_b !", "merci @user !"),
        ("suuuuuper !!!!!!", "suuuper !!!"),
        ("nul 😡", "nul  pouting face "),
        ("bien 👍🏽", "bien  thumbs up sign "),
        ("ﬁn\x00de\ud800", "fin de"),
        ("", ""),
    ],
)
def test_a_text_is_read_so(text: str, read: str) -> None:
    assert plain(text) == read


def test_of_a_long_text_both_ends_are_read() -> None:
    text = "a" + "b c " * 400 + "z"
    assert len(plain(text)) == HEAD + 1 + TAIL
    assert (plain(text)[0], plain(text)[-1]) == ("a", "z")
    words = Tokenizer.from_file(str(FOLDER / WORDS))
    (long,) = pieces(words, [" ".join(f"mot{number}" for number in range(200))])
    (opening,) = pieces(words, ["mot0 mot1"])
    assert len(long) == LENGTH
    assert long[: min(OPENING, len(opening) - 1)] == opening[: min(OPENING, len(opening) - 1)]
    assert long[-1] == opening[-1]


def test_rows_are_padded_with_zeros_and_seen_where_there_is_a_piece() -> None:
    assert pad([[1, 2, 3], [4], []]).tolist() == [[1, 2, 3], [4, 0, 0], [0, 0, 0]]
    table = load_table(FOLDER / PIECES)
    arrays = inputs(table, [[1, 2, 3], [4]], own=2)
    assert arrays["seen"].tolist() == [[1, 1, 1], [1, 0, 0]]
    assert arrays["asked"].tolist() == [[0, 1, 0], [1, 0, 0]], "the mark alone, or all where there is none"
    assert inputs(table, [[1, 2, 3], [4]], own=None)["asked"].tolist() == [[1, 1, 1], [1, 0, 0]]
    assert arrays["embedded"].shape == (2, 3, table.places.shape[1])


def test_a_table_is_rounded_to_255_levels_and_comes_back_from_its_file(tmp_path: Path) -> None:
    dice = np.random.default_rng(1)
    whole = dice.standard_normal((5, 8)).astype(np.float32)
    places = dice.standard_normal((LENGTH, 8)).astype(np.float32)
    table = Table.quantise(whole, places)
    assert table.values.dtype == np.int8
    assert np.abs(table.values * table.scale - whole).max() <= np.abs(whole).max() / 254
    save_table(tmp_path / "pieces.npz", table)
    again = load_table(tmp_path / "pieces.npz")
    assert (again.values == table.values).all()
    assert (again.scale == table.scale).all()
    assert (again.places == places).all()
