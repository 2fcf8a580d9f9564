"""Files people take away."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from app.pipeline.files.exporting import FORMATS, csv_bytes, jsonl_bytes, safe_cell, xlsx_bytes
from app.pipeline.files.importing import read_mentions
from collectors.base import RawMention

COLUMNS = ["id", "text", "likes"]
ROWS: list[dict[str, object]] = [
    {"id": "1", "text": '=HYPERLINK("https://ex.org")', "likes": -3},
    {"id": "2", "text": 'Très "déçue"; vraiment\n😡', "likes": None, "secret": "x"},
]


@pytest.mark.parametrize(
    "text",
    [
        "=1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n1",
        "\x00=1",
        "  =1",
        "\u00a0=1",
        "＝1",
        "＋1",
        "－1",
        "＠a",
        "\ufeff=1",
    ],
)
def test_a_formula_becomes_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("l'Acmé = bien", "l'Acmé = bien"),
        ("", ""),
        (None, None),
        (-3, -3),
        (0.5, 0.5),
        (True, True),
        (float("nan"), None),
        (float("-inf"), None),
        (datetime(2026, 11, 2, tzinfo=UTC), "2026-11-02T00:00:00Z"),
        (datetime(2026, 11, 2, 1, tzinfo=timezone(timedelta(hours=2))), "2026-11-01T23:00:00Z"),
        (datetime(2026, 11, 2, 0, 0, 0, 250_000, UTC), "2026-11-02T00:00:00.250000Z"),
        (["a", "b"], "a | b"),
        (["a", None, "b"], "a |  | b"),
        (["=a"], "'=a"),
        ("\ud83d", "?"),
    ],
)
def test_other_values_stay_what_they_are(value: object, cell: object) -> None:
    assert safe_cell(value) == cell


@given(st.text())
def test_no_cell_starts_a_formula(text: str) -> None:
    cell = safe_cell(text)
    assert isinstance(cell, str)
    assert not cell.strip().startswith(("=", "+", "-", "@"))


def test_csv_quotes_all_and_reads_back() -> None:
    written = b"".join(csv_bytes(ROWS, COLUMNS))
    assert written.startswith(b'"id","text","likes"\r\n"1","\'=HYPERLINK')
    read = list(csv.DictReader(io.StringIO(written.decode(), newline="")))
    assert read[1] == {"id": "2", "text": 'Très "déçue"; vraiment\n😡', "likes": ""}
    assert b"secret" not in written


def test_json_lines_are_unaltered_and_can_be_imported_again() -> None:
    written = b"".join(jsonl_bytes(ROWS, COLUMNS))
    assert [json.loads(line)["text"] for line in written.decode().splitlines()] == [row["text"] for row in ROWS]
    again = [one for _, one in read_mentions(written, "x.jsonl")[1] if isinstance(one, RawMention)]
    assert [(one.external_id, one.text) for one in again] == [(row["id"], row["text"]) for row in ROWS]


def test_xlsx_holds_texts_not_formulas() -> None:
    odd: list[dict[str, object]] = [*ROWS, {"id": "3", "text": "a\x0b" + "b" * 40_000}]
    book = load_workbook(io.BytesIO(b"".join(xlsx_bytes(odd, COLUMNS))))
    cells = list(book.worksheets[0].iter_rows(values_only=True))
    assert cells[0] == ("id", "text", "likes")
    assert cells[1] == ("1", '\'=HYPERLINK("https://ex.org")', -3)
    assert book.worksheets[0]["B2"].data_type == "s"
    assert len(str(cells[3][1])) == 32_767


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_no_rows_make_a_file_too(name: str) -> None:
    _, writer = FORMATS[name]
    written = b"".join(writer([], COLUMNS))
    assert (written == b"") is (name == "jsonl")


def test_csv_is_written_as_rows_come() -> None:
    asked = []

    def endless() -> Iterator[dict[str, object]]:
        for number in range(1_000_000):
            asked.append(number)
            yield {"id": number, "text": "x" * 1000}

    stream = csv_bytes(endless(), COLUMNS)
    assert len(next(stream)) > 60_000
    assert len(asked) < 100
