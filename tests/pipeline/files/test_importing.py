"""Files people give."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from app.pipeline.files.importing import read_mentions
from app.pipeline.files.limits import BadRow, UnreadableFile
from app.pipeline.files.tables import FileOptions
from collectors.base import RawMention


def _read(content: bytes | str, **options: object) -> list[RawMention | BadRow]:
    encoded = content.encode() if isinstance(content, str) else content
    how = FileOptions(**options)  # type: ignore[arg-type]  # options of many types
    return [row for _, row in read_mentions(encoded, "avis.csv", how)[1]]


def _one(content: bytes | str, **options: object) -> RawMention:
    (found,) = _read(content, **options)
    assert isinstance(found, RawMention), found
    return found


FRENCH = (
    "Texte;Titre;Date;Auteur;Lien;Note\n«Très déçue; vraiment»;Bof;22/11/2026 14:05;Zoé;https://ex.org/1;4\n".replace(
        "«", '"'
    ).replace("»", '"')
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_french_file_is_read_in_any_usual_encoding(encoding: str) -> None:
    found = _one(FRENCH.encode(encoding), zone=ZoneInfo("Europe/Paris"))
    assert (found.text, found.title, found.author) == ("Très déçue; vraiment", "Bof", "Zoé")
    assert found.published_at == datetime(2026, 11, 22, 13, 5, tzinfo=UTC)
    assert (found.rating, found.rating_scale, found.url) == (4.0, 5.0, "https://ex.org/1")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found_and_texts_may_hold_it_and_line_breaks(separator: str) -> None:
    found = _one(f'id{separator}text\r\n7{separator}"one{separator}\r\n""two"""\r\n')
    assert (found.external_id, found.text) == ("7", f'one{separator}\r\n"two"')


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-02", datetime(2026, 11, 2, tzinfo=UTC)),
        ("2026-11-02T10:00:00+02:00", datetime(2026, 11, 2, 8, tzinfo=UTC)),
        ("2026-11-02T10:00:00Z", datetime(2026, 11, 2, 10, tzinfo=UTC)),
        ("02/11/2026", datetime(2026, 11, 2, tzinfo=UTC)),
        ("2.11.2026 9h05", datetime(2026, 11, 2, 9, 5, tzinfo=UTC)),
        ("02-11-2026 09:05:30", datetime(2026, 11, 2, 9, 5, 30, tzinfo=UTC)),
        ("1793610300", datetime(2026, 11, 2, 9, 5, tzinfo=UTC)),
        ("1793610300000", datetime(2026, 11, 2, 9, 5, tzinfo=UTC)),
        ("", None),
    ],
)
def test_dates_are_read_day_first(written: str, expected: datetime | None) -> None:
    assert _one(f"text;date\nx;{written}\n").published_at == expected


@pytest.mark.parametrize(
    ("column", "days"),
    [
        (["11/12/2026", "11/24/2026"], ["12 Nov", "24 Nov"]),
        (["11/12/2026 3:05 PM", "11/24/2026 3:05 PM"], ["12 Nov", "24 Nov"]),
        (["11/10/2026", "24/11/2026"], ["11 Oct", "24 Nov"]),
        (["11/10/2026", "9/11/2026"], ["11 Oct", "09 Nov"]),
        (["11/10/2026 3:05 PM", "9/11/2026 3:05 PM"], ["?", "?"]),
        (["24/11/2026", "11/24/2026", "11/10/2026"], ["24 Nov", "24 Nov", "?"]),
        (
            ["24 novembre 2026 à 14h05", "2026/11/20 2:03:11 PM UTC+1", "26-Nov-2026 10:31AM"],
            ["24 Nov", "20 Nov", "26 Nov"],
        ),
    ],
)
def test_the_whole_column_decides_which_number_is_the_day(column: list[str], days: list[str]) -> None:
    found = _read("text,date\n" + "".join(f"row {n},{date}\n" for n, date in enumerate(column)))
    assert [f"{one.published_at:%d %b}" if isinstance(one, RawMention) else "?" for one in found] == days


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("x;32/13/2026;;", "32/13/2026"),
        ("x;22/11/2026 25h;;", "day first"),
        ("x;hier;;", "hier"),
        ("x;;beaucoup;", "not a number"),
        ("x;;;8", "not between 0 and 5"),
        ("x;;;9/0", "not between"),
        (";;;", None),
        (" ;2026-11-02;;", "neither a text nor a title"),
        ("x;;;;;surplus", "6 cells for 4 columns"),
        ('x;;"3"4;', "could not be read"),
    ],
)
def test_a_bad_row_says_why_and_the_next_is_read(row: str, said: str | None) -> None:
    found = _read(f"text;date;likes;note\nfirst;;;\n{row}\nlast;;;8/10\n")
    mentions = [one.text for one in found if isinstance(one, RawMention)]
    bad = [one for one in found if isinstance(one, BadRow)]
    assert mentions == ["first", "last"]
    assert [one.line for one in bad] == ([3] if said else [])
    assert said is None or said in bad[0].reason


def test_a_quotation_mark_left_open_is_told() -> None:
    found = _read('text\nfirst\n"second\nthird\n')
    assert isinstance(found[1], BadRow)
    assert "quotation mark" in found[1].reason


def test_missing_columns_are_named() -> None:
    with pytest.raises(UnreadableFile, match=r"Columns found: nom, prix\. One named text or texte"):
        _read("nom;prix\na;1\n")


def test_columns_can_be_mapped() -> None:
    assert _one("Avis client;N\nbien;8\n", mapping={"avis  CLIENT": "text", "N": "id"}).external_id == "8"
    with pytest.raises(UnreadableFile, match="colour"):
        _read("a\nb\n", mapping={"a": "colour"})


def test_an_id_made_up_with_a_date_names_the_one_without() -> None:
    undated, dated = "texte\nbien\nbien\n", "texte;date\nbien;2026-11-02\nbien;2026-11-03\n"
    known = [one for one in _read(undated) if isinstance(one, RawMention)]
    one, two = (one for one in _read(dated) if isinstance(one, RawMention))
    assert {row.external_id for row in known} == {row.undated_id for row in (*known, one, two)}
    assert len({known[0].external_id, one.external_id, two.external_id}) == 3
    assert _one("texte;id\nbien;7\n").undated_id == ""


def test_importing_again_gives_the_same_ids() -> None:
    table = "texte;lien;auteur\na;https://ex.org/1;z\nb;https://ex.org/1;z\nc;;z\nd;;z\n"
    ids = [one.external_id for one in _read(table) if isinstance(one, RawMention)]
    assert ids == [one.external_id for one in _read(table) if isinstance(one, RawMention)]
    assert len(set(ids)) == 4
    assert _one("texte;lien\na changed;https://ex.org/1\n").external_id == ids[0]


def test_json_lines_are_read_and_bad_ones_told() -> None:
    lines = ['{"text": "a", "likes": 3, "date": 1793610300}', "", "[1]", "{", '{"text": {"a": 1}}', '{"n": 1}']
    lines += ['{"text": "b", "likes": NaN}', '{"text": "\\ud83d", "id": 12}', '{"a":' * 50_000]
    found = _read("\n".join(lines))
    assert [one.line for one in found if isinstance(one, BadRow)] == [3, 4, 5, 6, 7, 9]
    first, last = (one for one in found if isinstance(one, RawMention))
    assert (first.engagement, first.published_at) == ({"likes": 3}, datetime(2026, 11, 2, 9, 5, tzinfo=UTC))
    assert last.external_id == "12"


def _xlsx(*rows: list[object]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def test_a_spreadsheet_is_read_and_its_formulas_are_text() -> None:
    when = datetime(2026, 11, 2, 9, 5)  # noqa: DTZ001  spreadsheets have no zones
    content = _xlsx(["Texte", "Date", "Note", "id"], ["=1+1", when, 4.5, 12], [], ["b", None, None, None])
    first, second = _read(content, zone=timezone(timedelta(hours=1)))
    assert isinstance(first, RawMention)
    assert (first.text, first.rating, first.external_id) == ("=1+1", 4.5, "12")
    assert first.published_at == datetime(2026, 11, 2, 8, 5, tzinfo=UTC)
    assert isinstance(second, RawMention)


def test_a_zip_bomb_is_refused_before_it_unpacks() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        for name in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"):
            book.writestr(name, b"0" * 5_000_000)
    with pytest.raises(UnreadableFile, match="unpacks"):
        _read(file.getvalue())


def test_an_entity_bomb_in_a_spreadsheet_is_refused() -> None:
    source, target = io.BytesIO(_xlsx(["text"], ["a"])), io.BytesIO()
    laughs = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'
    with zipfile.ZipFile(source) as book, zipfile.ZipFile(target, "w") as bomb:
        for name in book.namelist():
            bomb.writestr(name, laughs if name.endswith("sheet1.xml") else book.read(name))
    with pytest.raises(UnreadableFile, match="damaged"):
        _read(target.getvalue())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"[{}]", "one object per line"),
        (b"%PDF-1.7", "not CSV"),
        (b"\xd0\xcf\x11\xe0", "not CSV"),
        (b"PK\x03\x04nonsense", "damaged"),
        (b"text" + b";c" * 1000 + b"\na\n", "columns"),
        (b"text\n" + b"a\n" * 200_001, "rows"),
        (b"text" + b";a" * 150 + b"\n" + (b"a" + b";a" * 150 + b"\n") * 33_200, "cells"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, said: str) -> None:
    with pytest.raises(UnreadableFile, match=said):
        _read(content)


def test_nul_is_dropped() -> None:
    assert _one(b"text\na\x00b\n").text == "ab"


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.binary(max_size=100).map(b'text;date;note\n"'.__add__))
def test_no_bytes_raise_anything_but_unreadable_file(content: bytes) -> None:
    try:
        found = _read(content)
    except UnreadableFile:
        return
    assert all(isinstance(one, RawMention | BadRow) for one in found)
