"""A source as the API answers it: sentences of notices, and how far back it has read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from app.api.sources_out import backfill_out, join_notices, sentence
from ground.notice import Notice

STORED = {"text": "The site answered {code}", "args": {"code": 500}}


@pytest.mark.parametrize(
    ("notice", "text"),
    [
        (None, None),
        ({}, None),
        (STORED, "The site answered 500"),
        ({"text": "Nothing came"}, "Nothing came"),
        (Notice("{n} were dropped", {"n": 3}), "3 were dropped"),
    ],
)
def test_a_notice_is_a_sentence_whether_it_is_stored_or_new(notice: Any, text: str | None) -> None:
    assert sentence(notice) == text


def test_several_notices_are_one_text() -> None:
    assert join_notices([STORED, Notice("Nothing came")]) == "The site answered 500. Nothing came"
    assert join_notices([]) is None


def test_a_backfill_says_how_far_it_has_come() -> None:
    kept = {
        "days": 10, "since": "2026-11-01T00:00:00Z", "until": "2026-11-11T00:00:00Z",
        "reached": "2026-11-06T00:00:00Z", "state": "running", "read": 7, "stored": 3, "error": STORED, "warning": None,
    }  # fmt: skip
    answer = backfill_out(kept)
    assert answer.progress == pytest.approx(0.5)
    assert (answer.since, answer.error) == (datetime(2026, 11, 1, tzinfo=UTC), "The site answered 500")
