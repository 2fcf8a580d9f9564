"""Labelled texts in CSV files."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from sentiment.labelled import Example, read

ROWS = "text,label,language,source,split\nbon,positive,fr,umsab,train\nnul,negative,fr,umsab,val\n"


def test_the_examples_of_a_split_are_read_compressed_or_not(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(ROWS, encoding="utf-8")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(ROWS.encode()))
    expected = [Example("nul", 0, "fr", "umsab")]
    assert list(read(tmp_path / "a.csv", "val")) == list(read(tmp_path / "a.csv.gz", "val")) == expected
    assert expected[0].kind == "umsab:fr"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("moyen,mixed,fr,umsab,val", "line 4: label must be one of negative, neutral, positive"),
        ("moyen,neutral,fr,umsab,test", "not 'neutral' and 'test'"),
    ],
)
def test_a_bad_row_is_named_by_its_file_and_line(line: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"{ROWS}{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=f"a.csv line 4.*{reason}|a.csv {reason}"):
        list(read(tmp_path / "a.csv", "val"))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,label\nbon,positive\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.csv lacks the columns language, source, split"):
        list(read(tmp_path / "a.csv", "val"))


def test_a_file_without_a_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "umsab.csv").write_text("text,label\nbon,positive\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"umsab.csv lacks the columns language, source, split"):
        list(read(tmp_path / "umsab.csv", "train"))
