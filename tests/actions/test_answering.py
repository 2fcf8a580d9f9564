"""Answers to a survey from a file: what each line counts as."""

from __future__ import annotations

import pytest

from app.actions.answering import _count
from app.actions.import_report import Report
from app.actions.surveys import ResponseResult, Status
from app.problems import FieldError

WRONG = (FieldError("score", "Input should be at most 10."), FieldError("channel", "Write it on one line."))


@pytest.mark.parametrize("status", ["stored", "updated", "unchanged"])
def test_an_answer_counts_as_what_was_done_with_it(status: Status) -> None:
    report = Report()
    _count(report, 7, ResponseResult(0, "a", status))
    assert (getattr(report, status), report.read, report.refused_count) == (1, 1, 0)


def test_a_refused_answer_keeps_its_line_and_every_reason() -> None:
    report = Report()
    _count(report, 7, ResponseResult(0, "a", "refused", errors=WRONG))
    [(line, why)] = report.refused
    assert (line, str(why)) == (7, "score: Input should be at most 10. channel: Write it on one line.")
    assert (report.read, report.kept_count) == (1, 0)
