"""What becomes of a source after it was read, case by case and without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.models import Source
from app.pipeline.gather.client import NotOurTurn
from app.pipeline.gather.history import Harvest
from app.pipeline.gather.lease import COLLECT, Lease
from app.pipeline.gather.meters import Payer
from app.pipeline.gather.outcome import (
    Outcome,
    after_broken_stream,
    after_failure,
    after_page,
    after_reading,
    after_success,
    longest,
    next_try,
    pause_for_all,
    pause_of,
    state_of,
)
from app.pipeline.gather.source import ClaimedSource
from app.pipeline.sift.batch import Origin
from collectors.base import Page, SourceBusy, SourceChanged, SourceError, SourceOverBudget, SourceRefused
from ground.notice import Notice

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WORKSPACE, SOURCE = UUID(int=1), UUID(int=2)
FEED = ClaimedSource(
    lease=Lease(COLLECT, WORKSPACE, SOURCE, 7),
    origin=Origin(WORKSPACE, SOURCE, "rss"),
    params={"url": "https://old.example/feed", "about": "x"},
    secrets=None,
    cursor={},
    host="old.example",
    limit_key="old.example#a1b2",
    payer=Payer(WORKSPACE, "rss", str(SOURCE), "old.example#a1b2"),
    interval=HOUR,
    pace=HOUR,
    failures=2,
)
WARNING = Notice("only {n} could be read", {"n": 3})
KEPT = {"text": "only {n} could be read", "args": {"n": 3}}


def middle() -> float:
    """No jitter: a pause is as long as it is computed."""
    return 0.5


def outcome(error: SourceError | None = None, stored: int = 0, **more: Any) -> Outcome:
    return Outcome(FEED, NOW, Harvest(stored=stored), error=error, **more)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (None, "ok"),
        (SourceError("no"), "failing"),
        (SourceChanged("another shape"), "changed"),
        (SourceBusy("429"), "throttled"),
        (NotOurTurn("later"), "throttled"),
        (SourceOverBudget("spent"), "budget"),
        (SourceRefused("401"), "refused"),
        (SourceRefused("410", gone=True), "gone"),
    ],
)
def test_each_failure_has_one_state_however_the_source_is_read(error: SourceError | None, state: str) -> None:
    assert state_of(error) == state
    if error:
        assert after_failure(outcome(error), error, NOW, middle)["state"] == state
        assert after_broken_stream(error, NOW)["state"] == state


@pytest.mark.parametrize(
    ("error", "own", "for_all"),
    [
        (None, None, None),
        (SourceError("no"), None, None),
        (SourceRefused("401"), None, None),
        (SourceBusy("429"), None, None),
        (SourceBusy("429", wait=HOUR), HOUR, HOUR),
        (SourceOverBudget("spent", wait=HOUR), HOUR, None),
        (NotOurTurn("later", wait=HOUR), HOUR, None),
    ],
)
def test_a_host_that_asks_for_a_pause_gets_it_from_all_and_our_own_limits_hold_up_one_source_only(
    error: SourceError | None, own: timedelta | None, for_all: timedelta | None
) -> None:
    assert pause_of(error) == own
    assert pause_for_all(error) == for_all


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [((), None), ((None, None), None), ((None, HOUR), HOUR), ((HOUR, DAY), DAY), ((timedelta(),), None)],
)
def test_the_longest_pause_counts(pauses: tuple[timedelta | None, ...], expected: timedelta | None) -> None:
    assert longest(*pauses) == expected


@pytest.mark.parametrize(
    ("error", "pause", "expected"),
    [
        (SourceError("no"), None, 8 * HOUR),
        (SourceChanged("another shape"), None, 8 * HOUR),
        (SourceBusy("429"), None, 8 * HOUR),
        (SourceBusy("429", wait=HOUR), None, 8 * HOUR),
        (SourceBusy("429", wait=20 * HOUR), None, 20 * HOUR),
        (SourceBusy("429", wait=HOUR), 21 * HOUR, 21 * HOUR),
        (SourceError("no"), 21 * HOUR, 21 * HOUR),
        (SourceRefused("401"), None, DAY),
        (SourceRefused("410", gone=True), None, None),
        (SourceOverBudget("spent"), None, 8 * HOUR),
        (SourceOverBudget("spent", wait=HOUR), None, HOUR),
        (SourceOverBudget("spent", wait=20 * DAY), None, 8 * HOUR),
        (SourceOverBudget("spent", wait=20 * DAY), 10 * HOUR, 10 * HOUR),
        (NotOurTurn("later", wait=timedelta(minutes=2)), None, timedelta(minutes=2)),
        (NotOurTurn("later"), None, HOUR),
    ],
)
def test_a_third_failure_in_a_row_has_its_next_date(
    error: SourceError, pause: timedelta | None, expected: timedelta | None
) -> None:
    found = next_try(FEED, error, pause, NOW, middle)
    assert (found and found - NOW) == expected


@pytest.mark.parametrize(("error", "failures"), [(SourceError("no"), 3), (NotOurTurn("later"), 2)])
def test_a_source_that_waited_for_its_turn_did_not_fail(error: SourceError, failures: int) -> None:
    assert after_failure(outcome(error), error, NOW, middle)["consecutive_failures"] == failures


def test_a_failure_shows_its_sentence_and_keeps_the_warning_and_the_last_success() -> None:
    columns = after_reading(outcome(SourceError("{host} is away", host="a.example")), NOW, middle)
    assert columns["last_error"] == {"text": "{host} is away", "args": {"host": "a.example"}}
    assert columns.keys() == {"state", "last_error", "consecutive_failures", "next_run_at"}


def test_what_was_stored_before_a_failure_is_news_all_the_same() -> None:
    assert after_reading(outcome(SourceError("no"), stored=1), NOW, middle)["last_new_at"] == NOW


def test_a_success_clears_what_was_wrong_and_shows_the_warning_of_this_reading() -> None:
    columns = after_reading(outcome(warning=WARNING), NOW, middle)
    assert (columns["state"], columns["last_error"], columns["consecutive_failures"]) == ("ok", None, 0)
    assert (columns["last_success_at"], columns["warning"]) == (NOW, KEPT)
    assert after_reading(outcome(), NOW, middle)["warning"] is None


@pytest.mark.parametrize(("stored", "minutes", "news"), [(5, 40, True), (0, 75, False)])
def test_the_pace_follows_what_a_source_brings(stored: int, minutes: int, news: bool) -> None:
    columns = after_success(outcome(stored=stored), NOW, middle)
    assert columns["pace_seconds"] == minutes * 60
    assert columns["next_run_at"] == NOW + timedelta(minutes=minutes)
    assert ("last_new_at" in columns) is news


def test_a_pause_that_a_page_asked_for_is_kept_after_a_success() -> None:
    assert after_success(outcome(pause=5 * HOUR), NOW, middle)["next_run_at"] == NOW + 5 * HOUR


def test_a_source_that_moved_keeps_its_other_params_and_the_fingerprint_of_its_secrets() -> None:
    columns = after_success(outcome(moved_to="https://new.example/feed"), NOW, middle)
    assert columns["params"] == {"url": "https://new.example/feed", "about": "x"}
    assert (columns["host"], columns["limit_key"]) == ("new.example", "new.example#a1b2")
    assert after_success(outcome(), NOW, middle).keys().isdisjoint({"params", "host", "limit_key"})


@pytest.mark.parametrize(
    ("params", "secrets", "address", "moves"),
    [
        ({"url": "https://old.example/feed"}, b"sealed", "https://old.example/other", True),
        ({"url": "https://old.example/feed"}, b"sealed", "https://new.example/feed", False),
        ({"url": "https://old.example/feed"}, b"sealed", "http://old.example/feed", False),
        ({"url": "https://old.example/feed"}, b"sealed", "https://old.example:8443/feed", False),
        ({"url": "https://old.example/feed?token=**********"}, b"sealed", "https://old.example/other", False),
        ({"url": "https://old.example/feed"}, None, "https://new.example/feed?token=theirs", False),
    ],
)
def test_a_source_with_a_secret_moves_to_no_other_server(
    params: dict[str, str], secrets: bytes | None, address: str, moves: bool
) -> None:
    reading = Outcome(replace(FEED, params=params, secrets=secrets), NOW, Harvest(stored=0), moved_to=address)
    assert ("params" in after_success(reading, NOW, middle)) is moves


def test_a_reading_takes_over_what_its_pages_say() -> None:
    reading = outcome()
    reading.note(Page((), {}, asked=HOUR, warning=WARNING))
    reading.note(Page((), {}, asked=timedelta(minutes=5), moved_to="https://new.example/"))
    reading.note(Page((), {}))
    assert (reading.pause, reading.warning, reading.moved_to) == (HOUR, WARNING, "https://new.example/")
    assert not reading.unchanged


@pytest.mark.parametrize(
    ("more", "quiet"),
    [
        ({"unchanged": True}, True),
        ({}, False),
        ({"unchanged": True, "pages": 1}, False),
        ({"unchanged": True, "moved_to": "https://new.example/"}, False),
        ({"unchanged": True, "error": SourceError("no")}, False),
        ({"unchanged": True, "source": replace(FEED, inbox=({"id": "1", "item": 2},))}, False),
    ],
)
def test_only_a_reading_with_nothing_to_write_but_its_next_date_is_quiet(more: dict[str, Any], quiet: bool) -> None:
    assert Outcome(**{"source": FEED, "started": NOW, **more}).is_quiet is quiet


def test_a_page_of_a_stream_moves_its_cursor_and_clears_what_was_wrong() -> None:
    columns = after_page(Page((), {"seq": 9}), 0, 3, None, NOW)
    assert (columns["cursor"], columns["state"], columns["last_error"]) == ({"seq": 9}, "ok", None)
    assert (columns["last_success_at"], columns["consecutive_failures"]) == (NOW, 0)
    assert str(columns["unmatched"]) == str(Source.unmatched + 3)
    assert "last_new_at" not in columns
    assert after_page(Page((), {}), 1, 0, None, NOW)["last_new_at"] == NOW


@pytest.mark.parametrize(
    ("warning", "warned_at", "expected"),
    [
        (WARNING, None, KEPT),
        (WARNING, NOW - 2 * DAY, KEPT),
        (None, NOW - 2 * DAY, None),
        (None, NOW - DAY, "as it was"),
        (None, None, "as it was"),
    ],
)
def test_a_stream_shows_a_warning_for_a_day(
    warning: Notice | None, warned_at: datetime | None, expected: dict[str, Any] | str | None
) -> None:
    columns = after_page(Page((), {}, warning=warning), 0, 0, warned_at, NOW)
    assert columns.get("warning", "as it was") == expected


def test_a_broken_stream_has_no_next_date_for_its_own_thread_tries_again() -> None:
    columns = after_broken_stream(SourceBusy("{host} is busy", host="a.example", wait=HOUR), NOW)
    assert (columns["state"], columns["last_attempt_at"]) == ("throttled", NOW)
    assert columns["last_error"] == {"text": "{host} is busy", "args": {"host": "a.example"}}
    assert "next_run_at" not in columns
