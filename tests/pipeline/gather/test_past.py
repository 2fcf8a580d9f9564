"""How far a backfill has come: pure steps over what is kept in `source.backfill`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.pipeline.gather.past import advance, begin, cap_days, date_undated, resume, share
from app.pipeline.sift.batch import Batch, Placed, Stored
from app.pipeline.sift.normalise import Draft, prepare
from collectors import all_collectors
from collectors.base import Broken, Page, RawMention
from ground.notice import Notice

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WARNING = Notice("only {n} days", {"n": 3})


def after(days: float) -> dict[str, Any]:
    """A backfill of ten days that has read so many."""
    return {**begin(10, NOW), "reached": (NOW - days * DAY).isoformat()}


def test_a_backfill_begins_now_and_has_read_nothing() -> None:
    progress = begin(30, NOW, WARNING)
    assert (progress["since"], progress["until"]) == ((NOW - 30 * DAY).isoformat(), NOW.isoformat())
    assert (progress["reached"], progress["cursor"], progress["read"], progress["stored"]) == (
        NOW.isoformat(),
        {},
        0,
        0,
    )
    assert (progress["state"], progress["failures"], progress["error"]) == ("running", 0, None)
    assert progress["warning"] == {"text": "only {n} days", "args": {"n": 3}}


def test_one_that_is_resumed_keeps_how_far_it_had_come() -> None:
    failed = {**after(4), "state": "failed", "failures": 10, "error": {"text": "no"}, "cursor": {"page": 7}, "read": 5}
    assert resume(failed) == {**failed, "state": "running", "failures": 0, "error": None}


def test_a_page_moves_it_on_and_clears_what_was_wrong() -> None:
    page = Page((RawMention("1"), RawMention("2")), {"page": 2}, broken=(Broken("3", "no text"),))
    troubled = {**after(1), "read": 10, "stored": 4, "failures": 2, "error": {"text": "no"}, "warning": {"text": "w"}}
    moved = advance(troubled, page, NOW - 2 * DAY, Stored(stored=1, updated=5))
    assert (moved["cursor"], moved["reached"]) == ({"page": 2}, (NOW - 2 * DAY).isoformat())
    assert (moved["read"], moved["stored"], moved["failures"], moved["error"]) == (13, 5, 0, None)
    assert moved["warning"] == {"text": "w"}
    warned = advance(troubled, Page((), {}, warning=WARNING), NOW, Stored())
    assert warned["warning"] == {"text": "only {n} days", "args": {"n": 3}}


@pytest.mark.parametrize(("days", "part"), [(0, 0), (2.5, 0.25), (10, 1), (12, 1), (-1, 0)])
def test_the_share_that_is_read_lies_between_0_and_1(days: float, part: float) -> None:
    assert share(after(days)) == part


def test_a_window_without_length_is_read() -> None:
    assert share(begin(0, NOW)) == 1


def placed(published_at: datetime | None) -> Placed:
    (draft,) = prepare("rss", [RawMention("1", text="Acme", published_at=published_at)], NOW)
    assert isinstance(draft, Draft)
    return Placed(draft, ())


def test_a_mention_without_a_date_gets_the_one_where_its_page_begins() -> None:
    dated, undated = placed(NOW - 5 * DAY), placed(None)
    kept = date_undated(Batch((dated, undated), (), 0), NOW - 6 * DAY)
    assert [mention.draft.published_at for mention in kept] == [NOW - 5 * DAY, NOW - 6 * DAY]
    assert kept[0] is dated
    assert kept[1].draft.published_guessed


@pytest.mark.parametrize(("days", "allowed"), [(10, 7), (7, 7), (1, 1)])
def test_a_kind_goes_back_no_further_than_its_platform_and_says_so(days: int, allowed: int) -> None:
    x = all_collectors()["x"]
    assert x.history_days == 7
    capped, notice = cap_days(x, days)
    assert (capped, notice is not None) == (allowed, days > allowed)


def test_a_kind_without_a_bound_goes_back_as_far_as_it_is_asked_to() -> None:
    unbound = next(kind for kind in all_collectors().values() if kind.history_days is None)
    assert cap_days(unbound, 3650) == (3650, None)


def test_the_days_of_a_backfill_are_those_that_were_asked_for() -> None:
    assert begin(30, NOW)["days"] == 30
