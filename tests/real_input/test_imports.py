"""Files that people give, of every make, into the database."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest
from openpyxl import Workbook

from app.actions.import_report import Report
from app.actions.importing import import_file
from app.pipeline.files.tables import FileOptions
from app.problems import Problem
from tests.real_input.world import Site, Vigie, Watched

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ROWS = [
    ("Zephyrine est parfaite, merci", datetime(2026, 1, 5, 9, 30, tzinfo=UTC), "Ana", "5"),
    ("Zephyrine : l’été raté, 30 € perdus", datetime(2026, 1, 6, 10, 0, tzinfo=UTC), "Zoé", "1"),
    ("Je passe chez Zephyrine", datetime(2026, 1, 7, 11, 0, tzinfo=UTC), "", ""),
]
FRENCH, ENGLISH = ("Texte", "Date", "Auteur", "Note"), ("text", "published_at", "author", "rating")


def csv_of(header: tuple[str, ...], delimiter: str, date: str) -> str:
    lines = [delimiter.join(header)]
    lines += [delimiter.join([f'"{text}"', f"{at:{date}}", author, note]) for text, at, author, note in ROWS]
    return "\r\n".join(lines) + "\r\n"


def xlsx() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(FRENCH)
    for text, at, author, note in ROWS:
        sheet.append([text, at.replace(tzinfo=None), author or None, int(note) if note else None])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def json_lines() -> bytes:
    rows = [dict(zip(ENGLISH, (text, at.isoformat(), author, note), strict=True)) for text, at, author, note in ROWS]
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


FILES = {
    "francais.csv": csv_of(FRENCH, ";", "%d/%m/%Y %H:%M").encode(),
    "english.csv": csv_of(ENGLISH, ",", "%Y-%m-%d %H:%M").encode(),
    "tabs.csv": csv_of(ENGLISH, "\t", "%Y-%m-%dT%H:%M:%SZ").encode(),
    "excel-francais.csv": csv_of(FRENCH, ";", "%d/%m/%Y %H:%M").encode("cp1252"),
    "with-a-mark.csv": csv_of(FRENCH, ";", "%d/%m/%Y %H:%M").encode("utf-8-sig"),
    "utf-16.csv": csv_of(FRENCH, "\t", "%d/%m/%Y %H:%M").encode("utf-16"),
    "sheet.xlsx": xlsx(),
    "lines.jsonl": json_lines(),
    "a-name-that-lies.txt": json_lines(),
}


@pytest.fixture
def here(vigie: Vigie, site: Site) -> Watched:
    return vigie.watch(f"{site.url}/never-asked")


def given(vigie: Vigie, here: Watched, name: str, content: bytes) -> Report:
    return import_file(vigie.services, here.viewer, "Avis", name, io.BytesIO(content), NOW)


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_stored_row_by_row_and_once(vigie: Vigie, here: Watched, name: str) -> None:
    first = given(vigie, here, name, FILES[name])
    assert (first.read, first.stored, first.refused) == (3, 3, [])
    stored = {mention.text: mention for mention in vigie.mentions(here)}
    assert stored.keys() == {text for text, *_ in ROWS}
    for text, at, author, note in ROWS:
        mention = stored[text]
        assert (mention.published_at, mention.author, mention.published_guessed) == (at, author, False)
        assert (mention.rating, mention.rating_scale) == ((float(note), 5.0) if note else (None, None))
    again = given(vigie, here, name, FILES[name])
    assert (again.read, again.stored, again.updated, again.unchanged) == (3, 0, 0, 3)
    assert {mention.text: mention.id for mention in vigie.mentions(here)} == {t: m.id for t, m in stored.items()}
    vigie.read()
    stances = {match.mention_id: match for match in vigie.matches(here)}
    assert [stances[stored[text].id].stance for text, *_ in ROWS[:2]] == ["promoter", "detractor"]
    assert [stances[stored[text].id].stance_source for text, *_ in ROWS] == ["rating", "rating", "model"]


def test_the_same_reviews_in_another_kind_of_file_are_the_same(vigie: Vigie, here: Watched) -> None:
    given(vigie, here, "francais.csv", FILES["francais.csv"])
    for name, content in FILES.items():
        assert given(vigie, here, name, content).stored == 0, name


def test_bad_rows_are_named_by_line_and_the_others_are_stored(vigie: Vigie, here: Watched) -> None:
    content = (
        "texte;date;note\n"  # line 1
        "Zephyrine 2;2026-01-01;4\n"
        "Zephyrine 3;le mois dernier;4\n"
        ";2026-01-01;4\n"
        "Zephyrine 5;2026-01-01;vingt\n"
        "Zephyrine 6;2026-01-01;9\n"
        "Zephyrine 7;2026-01-01;4;de trop\n"
        '"Zephyrine 8,\nsur deux lignes";31/02/2026;4\n'
        "Zephyrine 10;;\n"
    )
    report = given(vigie, here, "mixed.csv", content.encode())
    assert (report.read, report.stored, report.refused_count) == (8, 2, 6)
    assert [line for line, _ in report.refused] == [3, 4, 5, 6, 7, 8]
    words = ["le mois dernier", "neither a text nor a title", "vingt", "between 0 and 5", "4 cells", "31/02/2026"]
    assert [word for word, (_, reason) in zip(words, report.refused, strict=True) if word not in str(reason)] == []
    assert [mention.text for mention in sorted(vigie.mentions(here), key=lambda one: one.text)] == [
        "Zephyrine 10",
        "Zephyrine 2",
    ]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("faux.csv", b"Quand;Quoi;Qui\n2026-01-01;Zephyrine;Ana\n", ("Quand, Quoi, Qui", "text or texte")),
        ("vide.csv", b"", ("empty",)),
        ("liste.json", b'[{"text": "Zephyrine"}]', ("one object per line",)),
        ("old.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 100, ("old.xls", "not CSV")),
        ("broken.xlsx", xlsx()[:2000], ("damaged",)),
        ("paper.pdf", b"%PDF-1.7", ("paper.pdf", "not CSV")),
        ("big.csv", b"texte\n" + b"Zephyrine " * 1_100_000, ("larger than 10 MB",)),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(
    vigie: Vigie, here: Watched, name: str, content: bytes, words: tuple[str, ...]
) -> None:
    given(vigie, here, "lines.jsonl", FILES["lines.jsonl"])
    with pytest.raises(Problem) as refused:
        given(vigie, here, name, content)
    assert refused.value.status == 422
    assert [word for word in words if word not in refused.value.detail] == []
    assert len(vigie.mentions(here)) == 3


def test_what_no_brand_asks_for_is_counted_and_left(vigie: Vigie, here: Watched) -> None:
    report = given(vigie, here, "other.csv", b"text,date\nZephyrine yes,2026-01-01\nanother brand,2026-01-01\n")
    assert (report.read, report.stored, report.unmatched) == (2, 1, 1)
    assert report.sentence().startswith("2 read: 1 stored")


def test_a_file_without_dates_is_stored_only_when_the_person_says_so(vigie: Vigie, here: Watched) -> None:
    content = io.BytesIO(b"text\nZephyrine yes\n")
    with pytest.raises(Problem) as refused:
        import_file(vigie.services, here.viewer, "Avis", "x.csv", content, NOW)
    assert (refused.value.code, refused.value.status) == ("undated", 422)
    content.seek(0)
    how = FileOptions(undated=True)
    assert import_file(vigie.services, here.viewer, "Avis", "x.csv", content, NOW, reading=how).stored == 1
    assert [mention.published_guessed for mention in vigie.mentions(here)] == [True]


def test_a_source_that_reads_by_itself_takes_no_file(vigie: Vigie, here: Watched) -> None:
    with pytest.raises(Problem) as refused:
        import_file(vigie.services, here.viewer, "fil", "x.csv", io.BytesIO(b"text\nZephyrine\n"), NOW)
    assert (refused.value.status, "fil" in refused.value.detail) == (409, True)
