"""Mentions from a file: its name, its batches, and what is reported of it."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from app.actions import importing
from app.actions.importing import BATCH, REASONS_MAX, Report, batches, batches_of, checked_name, glance_at
from app.pipeline.files.tables import BadRow
from app.problems import Problem
from ground.notice import Notice

BAD = Notice("There is no date")


@pytest.mark.parametrize(("name", "read"), [("  My file ", "My file"), ("a" * 100, "a" * 100), ("a\nb", "a b")])
def test_the_name_of_an_import_is_one_line(name: str, read: str) -> None:
    assert checked_name(name) == read


@pytest.mark.parametrize("name", ["", " \n ", "a" * 101])
def test_an_import_has_a_name(name: str) -> None:
    with pytest.raises(Problem) as refused:
        checked_name(name)
    assert refused.value.errors[0].field == "source"


def test_rows_come_in_batches_and_bad_ones_go_to_the_report() -> None:
    def lines() -> Iterator[tuple[int, str | BadRow]]:
        for line in range(2, BATCH + 5):
            yield line, BadRow(line, BAD) if line in (3, BATCH + 3) else f"row {line}"

    report = Report()
    found = list(batches_of(lines(), report))
    assert [len(batch) for batch in found] == [BATCH - 1, 2]
    assert found[0][0] == (2, "row 2")
    assert [(line, str(why)) for line, why in report.refused] == [(3, str(BAD)), (BATCH + 3, str(BAD))]


def test_a_report_counts_all_refusals_and_keeps_the_first_reasons() -> None:
    report = Report(stored=1, updated=2, unchanged=3, unmatched=4)
    for line in range(REASONS_MAX + 5):
        report.refuse(line, BAD)
    assert (report.kept_count, report.read, report.refused_count) == (6, 10 + REASONS_MAX + 5, REASONS_MAX + 5)
    assert len(report.refused) == REASONS_MAX
    told = report.as_json()
    assert (told["read"], told["refused"], told["dry_run"]) == (report.read, report.refused_count, False)
    assert told["refused_lines"][0] == {"line": 0, "reason": "There is no date"}


def test_a_report_is_a_sentence() -> None:
    told = "3 read: 2 stored, 0 updated, 0 known already, 1 about none of your brands, 0 refused"
    assert Report(stored=2, unmatched=1).sentence() == told
    tried = "2 read: 2 stored, 0 updated, 0 known already, 0 refused (a trial: nothing was stored)"
    assert Report(stored=2, dry=True).sentence(unmatched=False) == tried


def test_an_empty_file_is_refused_as_a_whole() -> None:
    with pytest.raises(Problem) as glanced:
        glance_at(io.BytesIO(b""), "a.csv")
    with pytest.raises(Problem) as read:
        list(batches(io.BytesIO(b""), "a.csv", Report()))
    assert (glanced.value.code, read.value.code) == ("unreadable-file", "unreadable-file")


def test_a_file_is_read_as_its_columns_are_taken_for() -> None:
    report = Report()
    data = io.BytesIO(b"what,when\nacme is great,2026-11-20\n,2026-11-20\n")
    reading = importing.FileOptions({"what": "text", "when": "date"})
    [[(line, mention)]] = list(batches(data, "a.csv", report, reading))
    assert (line, mention.text) == (2, "acme is great")
    assert [line for line, _ in report.refused] == [3]
