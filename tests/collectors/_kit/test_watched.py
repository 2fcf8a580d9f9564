"""Which posts are watched for comments, and what is remembered of them from one reading to the next."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors._kit.watched import FIRST, MOST_MARKS, OVERLAP, WATCHED, Watchlist
from collectors.base import RawMention

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def kept(watchlist: Watchlist) -> Any:
    """The cursor as it comes back from the database."""
    return json.loads(json.dumps(dict(watchlist.page(()).cursor)))


def test_the_first_reading_goes_back_a_week_from_the_newest_post() -> None:
    watchlist = Watchlist.of({})
    assert not watchlist.ends_with([NOON, NOON - FIRST])
    assert watchlist.ends_with([NOON - FIRST - timedelta(seconds=1)])
    assert Watchlist.of(kept(watchlist)).since == NOON - FIRST


def test_posts_are_watched_for_a_month_but_none_from_before_the_first_reading() -> None:
    for since, floor in (
        (NOON - timedelta(days=90), NOON - WATCHED),
        (NOON - timedelta(days=9), NOON - timedelta(days=9)),
    ):
        watchlist = Watchlist(since)
        watchlist.ends_with([NOON])
        assert watchlist.floor == floor


def test_an_account_without_posts_has_no_end() -> None:
    assert not Watchlist.of({}).ends_with([])
    assert not Watchlist.of({}).ends_with([None])


def test_a_post_is_changed_until_its_comments_were_read_under_the_same_mark() -> None:
    watchlist = Watchlist(NOON)
    assert watchlist.has_changed("a", "3")
    watchlist.mark("a", "3", NOON)
    again = Watchlist.of(kept(watchlist))
    assert not again.has_changed("a", "3")
    assert again.has_changed("a", "4")


def test_comments_are_read_back_to_an_hour_before_the_newest_known() -> None:
    watchlist = Watchlist(NOON - timedelta(days=3))
    assert watchlist.back_to("a") == watchlist.floor
    watchlist.mark("a", "3", NOON)
    watchlist.mark("a", "4", NOON - timedelta(days=1))
    assert watchlist.back_to("a") == NOON - OVERLAP
    watchlist.mark("b", "0", None)
    assert watchlist.back_to("b") == watchlist.floor


def test_the_posts_marked_longest_ago_are_forgotten() -> None:
    watchlist = Watchlist()
    for number in range(MOST_MARKS + 2):
        watchlist.mark(str(number), "1", None)
    assert (len(watchlist.marks), "0" in watchlist.marks, "2" in watchlist.marks) == (MOST_MARKS, False, True)


def test_a_page_gives_each_mention_once_and_carries_the_state_that_is_kept() -> None:
    watchlist = Watchlist.of({"posts": {"a": ["1", None], "bad": "x"}, "again": [1], "other": 2}, "again")
    mention = RawMention(external_id="1")
    assert (watchlist.page([mention, mention]).mentions, watchlist.page([mention]).mentions) == ((mention,), ())
    assert kept(watchlist) == {"posts": {"a": ["1", None]}, "again": [1]}


@pytest.mark.parametrize("cursor", [{"posts": []}, {"posts": "x", "since": "y"}, {"posts": {"a": [1]}}])
def test_a_cursor_that_makes_no_sense_is_a_first_reading(cursor: dict[str, Any]) -> None:
    assert kept(Watchlist.of(cursor)) == {"posts": {}}
