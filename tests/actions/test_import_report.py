"""What is reported of an import."""

from __future__ import annotations

from app.actions.import_report import REASONS_MAX, Report
from ground.notice import Notice

BAD = Notice("There is no date")


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
