"""Answers to a survey from a file: what a score may be written as, and which answers are one."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.pipeline.files.answering import read_answers
from app.pipeline.files.limits import BadRow, UnreadableFile
from app.pipeline.files.tables import FileOptions
from collectors.base import Answer

ALL = "score,date,comment,id,respondent,channel\n"


def read(text: str, zone: str = "UTC") -> list[tuple[int, Answer | BadRow]]:
    return list(read_answers(text.encode(), "nps.csv", FileOptions(zone=ZoneInfo(zone)))[1])


def reasons(text: str) -> list[tuple[int, str]]:
    return [(line, str(row.notice)) for line, row in read(text) if isinstance(row, BadRow)]


def answers(text: str) -> list[Answer]:
    return [row for _, row in read(text) if isinstance(row, Answer)]


def test_an_answer_has_what_its_columns_say() -> None:
    ((line, answer),) = read(f"{ALL}9,2026-11-20T10:00:00Z,Très bien,a1,c7,e-mail\n")
    at = datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert line == 2
    assert answer == Answer("a1", 9, at, comment="Très bien", channel="e-mail", respondent="c7")


@pytest.mark.parametrize("columns", ["Note NPS,Répondu le", "nps,submitted_at", " RATING ,Timestamp"])
def test_columns_are_known_by_their_names_in_both_languages(columns: str) -> None:
    assert [answer.score for answer in answers(f"{columns}\n7,2026-11-20\n")] == [7]


@pytest.mark.parametrize(
    ("written", "score"),
    [("9", 9), ("9.0", 9), ('"9,0"', 9), ("9/10", 9), ("9 sur 10", 9), ("10 out of 10", 10), ("0", 0)],
)
def test_a_score_may_be_written_in_several_ways(written: str, score: int) -> None:
    assert [answer.score for answer in answers(f"score,date\n{written},2026-11-20\n")] == [score]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("11,2026-11-20", "The score 11 is not a whole number from 0 to 10."),
        ("8.5,2026-11-20", "The score 8.5 is not a whole number from 0 to 10."),
        ("-1,2026-11-20", "The score -1 is not a whole number from 0 to 10."),
        (",2026-11-20", "This row has no score."),
        ("9,", "This row has no date."),
    ],
)
def test_a_row_that_is_no_answer_is_told_with_its_line_and_the_others_are_read(row: str, reason: str) -> None:
    text = f"score,date\n9,2026-11-20\n{row}\n8,2026-11-21\n"
    assert reasons(text) == [(3, reason)]
    assert [answer.score for answer in answers(text)] == [9, 8]


def test_a_date_without_a_zone_is_in_the_zone_of_the_survey() -> None:
    ((_, answer),) = read("score,date\n9,2026-11-20 10:00\n", "Europe/Paris")
    assert isinstance(answer, Answer)
    assert answer.answered_at == datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_equal_rows_are_several_answers_and_the_same_ones_at_every_import() -> None:
    text = f"{ALL}9,2026-11-20,Bien,,,\n9,2026-11-20,Bien,,,\n9,2026-11-20,Mal,,,\n"
    names = [answer.external_id for answer in answers(text)]
    assert len(set(names)) == 3
    assert [answer.external_id for answer in answers(text)] == names


@pytest.mark.parametrize(
    ("columns", "missing"),
    [("comment,date", "No column holds the score"), ("score,comment", "No column holds the date")],
)
def test_a_file_without_a_score_or_a_date_is_refused_with_the_columns_that_it_has(columns: str, missing: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read(f"{columns}\n1,2\n")
    assert str(caught.value).startswith(missing)
    assert columns.partition(",")[0] in str(caught.value)
