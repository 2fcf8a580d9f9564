"""Exports in the shape of other tools: each row with its date, author, link and words, or refused with a reason."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

from app.pipeline.files.apart import whole_answers, whole_mentions
from app.pipeline.files.limits import BadRow
from app.pipeline.files.tables import FileOptions
from collectors.base import Answer, RawMention

HOW = FileOptions(zone=ZoneInfo("Europe/Paris"))


@dataclass(frozen=True, slots=True)
class Export:
    """A file, and of each of its lines (date, author, link, words), or what is said of one that is refused."""

    content: bytes
    rows: dict[int, tuple[str, str, str | None, str] | str]
    tool: str = ""
    unused: tuple[str, ...] = field(default=())


def merged() -> bytes:
    """A title over five columns, groups of columns, and a day and a shop that are merged over two rows."""
    book, stream = Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    for row in (
        ["Retours clients Lumette, novembre", None, None, None, None],
        ["Tiré de la caisse", None, None, None, None],
        [],
        ["Retour", None, "Personne", None, None],
        ["Date", "Commentaire", "Nom", "Note", "Boutique"],
        [datetime(2026, 11, 18, 16, 40), "Lumette : attente sans fin", "Inès", 2, "Vannes"],  # noqa: DTZ001
        [None, "Lumette : puis plus personne", "Inès", 1, None],
        [46345, "Lumette comptée en jours", "Paul", 4, "Brest"],
        ["Total", None, None, 3, None],
    ):
        sheet.append(row)
    for cells in ("A1:E1", "A2:E2", "A4:B4", "C4:E4", "A6:A7", "E6:E7"):
        sheet.merge_cells(cells)
    book.save(stream)
    return stream.getvalue()


def two_sheets() -> bytes:
    book, stream = Workbook(), io.BytesIO()
    book.worksheets[0].append(["Mode d'emploi : voir l'autre feuille"])
    sheet = book.create_sheet("Avis")
    sheet.append(["Date de l'avis", "Avis", "Client"])
    sheet.append(["19/11/2026", "Lumette a bien changé", "Odile"])
    book.save(stream)
    return stream.getvalue()


EXPORTS = {
    "Brandwatch": Export(
        (
            '"Report:","Lumette, mentions"\n"Brand:","Lumette"\n"From:","Sun Nov 01 00:00:00 UTC 2026"\n'
            '"Label:","x"\n\n'
            '"Query Id","Query Name","Date","Title","Snippet","Url","Domain","Sentiment","Page Type","Author",'
            '"Full Name","Full Text","X Retweets","Star Rating"\n'
            '"7","Lumette","2026-11-18 16:40:05.0","ines_r (Inès)","…Lumette…","http://x.example/ines/1","x.example",'
            '"negative","twitter","ines_r","Inès R","Lumette ne répond plus au téléphone.","3",""\n'
        ).encode(),
        {7: ("2026-11-18T16:40:05+01:00", "ines_r", "http://x.example/ines/1", "Lumette ne répond plus au téléphone.")},
        "Brandwatch",
        ("Query Id", "Query Name", "Snippet", "Sentiment", "Full Name"),
    ),
    "Talkwalker": Export(
        (
            "indexed;published;title;content;content_snippet;url;domain_url;lang;source_type\n"
            "2026-11-19 02:00;2026-11-18 16:40;Essai;Lumette à l'essai pendant un mois;…;https://blog.example/e;"
            "blog.example;fr;BLOG\n"
        ).encode(),
        {2: ("2026-11-18T16:40:00+01:00", "", "https://blog.example/e", "Lumette à l'essai pendant un mois")},
        "Talkwalker",
        ("indexed", "content_snippet"),
    ),
    "Mention": Export(
        (
            "Title,Description,URL,Source name,Source type,Published at,Tone,Author name,Reach\n"
            "Une offre,Lumette propose une offre.,https://presse.example/o,Presse,web,2026-11-18T09:00:00.000+00:00,"
            "neutral,La rédaction,9000\n"
        ).encode(),
        {2: ("2026-11-18T09:00:00+00:00", "La rédaction", "https://presse.example/o", "Lumette propose une offre.")},
        "Mention",
        ("Tone",),
    ),
    "Brand24": Export(
        (
            b"Date,Hour,Title,Content,Source,Category,Author,URL,Influence score\n"
            b"2026-11-18,16:40,Avis,Lumette est lente,forum.example,forum,Paul,https://forum.example/t/4,5\n"
        ),
        {2: ("2026-11-18T16:40:00+01:00", "Paul", "https://forum.example/t/4", "Lumette est lente")},
        "Brand24",
        ("Influence score",),
    ),
    "Meltwater": Export(
        (
            "Date\tTime\tHeadline\tURL\tHit Sentence\tSource\tInfluencer\n"
            "18-Nov-2026\t10:31 AM\tLumette grandit\thttps://journal.example/l\tLumette ouvre trois boutiques.\t"
            "Journal\tM. Lenoir\n"
        ).encode("utf-16"),
        {2: ("2026-11-18T10:31:00+01:00", "M. Lenoir", "https://journal.example/l", "Lumette ouvre trois boutiques.")},
        "Meltwater",
    ),
    "Hootsuite": Export(
        (
            b"Date (GMT),Social network,Post ID,Post Message,Post permalink,Posted by\n"
            b"11/18/2026 4:40 PM,Facebook,55,Lumette en rose,https://f.example/55,Lumette France\n"
        ),
        {2: ("2026-11-18T16:40:00+00:00", "Lumette France", "https://f.example/55", "Lumette en rose")},
        "Hootsuite",
    ),
    "Trustpilot": Export(
        (
            "Review Id,Review Created (UTC),Review Consumer Name,Review Title,Review Content,Review Stars\n"
            "r1,2026-11-18 08:00:00,Odile,Bien,Lumette m'a remboursée.,4\n"
        ).encode(),
        {2: ("2026-11-18T08:00:00+00:00", "Odile", None, "Lumette m'a remboursée.")},
        "Trustpilot",
    ),
    "Google": Export(
        b"Reviewer name,Star rating,Comment,Create time\nPaul,FIVE,Lumette au top,2026-11-18T08:00:00.123Z\n",
        {2: ("2026-11-18T08:00:00.123000+00:00", "Paul", None, "Lumette au top")},
        "Google",
    ),
    "Excel in French": Export(
        (
            "Date de l’avis;Client;Avis;Note;Lien\n"
            "04/11/2026 09:15;Mme Guérin;Reçue cassée par Lumette, l’emballage est à revoir … 12 € de port;1,5;"
            "https://avis.example/a\n"
            "15/11/2026;M. Joël;Lumette : rien à dire;5;https://avis.example/b\n"
            "3/2/26;M. Long;Lumette moyenne;3,0;\n"
            "31/09/2026;Mme Jour;Lumette, jour impossible;4;\n"
        ).encode("cp1252"),
        {
            2: (
                "2026-11-04T09:15:00+01:00",
                "Mme Guérin",
                "https://avis.example/a",
                "Reçue cassée par Lumette, l’emballage est à revoir … 12 € de port",
            ),
            3: ("2026-11-15T00:00:00+01:00", "M. Joël", "https://avis.example/b", "Lumette : rien à dire"),
            4: ("2026-02-03T00:00:00+01:00", "M. Long", None, "Lumette moyenne"),
            5: "31/09/2026",
        },
    ),
    "twelve lines above the table": Export(
        (
            "Maison Lumette;;;\nService des clients;;;\nTiré le 28/11/2026;;;\n;;;\n"
            '"Pays : France ; Suisse";;;\nAuteur : Mme Roux;;;\n;;;\nFiltre;Tous;;\n'
            "Nombre d’avis;2;;\n;;;\nTableau 1;;;\n;;;\n"
            "Date;Auteur;Commentaire;Note\n18/11/2026;Inès;Lumette cassée;1\n19/11/2026;Paul;Lumette réparée;5\n"
        ).encode("cp1252"),
        {
            14: ("2026-11-18T00:00:00+01:00", "Inès", None, "Lumette cassée"),
            15: ("2026-11-19T00:00:00+01:00", "Paul", None, "Lumette réparée"),
        },
    ),
    "merged titles and rows": Export(
        merged(),
        {
            6: ("2026-11-18T16:40:00+01:00", "Inès", None, "Lumette : attente sans fin"),
            7: ("2026-11-18T16:40:00+01:00", "Inès", None, "Lumette : puis plus personne"),
            8: ("2026-11-19T00:00:00+01:00", "Paul", None, "Lumette comptée en jours"),
            9: "neither a text nor a title",
        },
        unused=("Boutique",),
    ),
    "the second sheet": Export(
        two_sheets(), {2: ("2026-11-19T00:00:00+01:00", "Odile", None, "Lumette a bien changé")}
    ),
    "a separator that is said": Export(
        "sep=;\r\nDate;Auteur;Texte\r\n18/11/2026;Paul;Lumette, oui, encore\r\n".encode("utf-8-sig"),
        {3: ("2026-11-18T00:00:00+01:00", "Paul", None, "Lumette, oui, encore")},
    ),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_each_row_has_its_date_author_link_and_words(name: str) -> None:
    export = EXPORTS[name]
    file = whole_mentions(export.content, "export", HOW)
    read = {line: row for part in file.parts() for line, row in part}
    assert read.keys() == export.rows.keys()
    for line, expected in export.rows.items():
        told = said(read[line])
        assert expected in told if isinstance(told, str) and isinstance(expected, str) else told == expected
    assert (file.shape.tool, file.shape.unused) == (export.tool, export.unused)


def said(row: RawMention | BadRow) -> Any:
    """What is read of a row, or why it is refused."""
    if isinstance(row, BadRow):
        return row.reason
    return (row.published_at.isoformat() if row.published_at else "", row.author, row.url, row.text)


FORMS = (
    '"Horodateur","Quelle est la probabilité que vous recommandiez Lumette à un ami ?","Pourquoi ?","Adresse e-mail"\n'
    '"2026/11/18 4:40:05 PM UTC+1","10","Simple et rapide","p@courriel.example"\n'
    '"2026/11/19 8:05:00 AM UTC+1","2","Personne au bout du fil","i@courriel.example"\n'
    '"2026/11/20 8:05:00 AM UTC+1","","",""\n'
)
TYPEFORM = (
    "#,How likely are you to recommend Lumette to a friend? (0 to 10),Why did you give that score?,"
    "Submit Date (UTC),Network ID\nabc1,9,It just works,2026-11-18 15:40:05,n1\n"
)


@pytest.mark.parametrize(
    ("content", "tool", "answers"),
    [
        (
            FORMS,
            "Google Forms",
            {
                2: (10, "2026-11-18T16:40:05+01:00", "Simple et rapide", "p@courriel.example"),
                3: (2, "2026-11-19T08:05:00+01:00", "Personne au bout du fil", "i@courriel.example"),
                4: "This row has no score.",
            },
        ),
        (TYPEFORM, "Typeform", {2: (9, "2026-11-18T15:40:05+00:00", "It just works", "")}),
    ],
)
def test_each_answer_has_its_score_date_and_words(content: str, tool: str, answers: dict[int, Any]) -> None:
    file = whole_answers(content.encode(), "form.csv", HOW)
    assert file.shape.tool == tool
    assert {line: answered(row) for part in file.parts() for line, row in part} == answers


def answered(row: Answer | BadRow) -> Any:
    """What is read of an answer, or why it is refused."""
    if isinstance(row, BadRow):
        return row.reason
    return (row.score, row.answered_at.isoformat(), row.comment, row.respondent)
