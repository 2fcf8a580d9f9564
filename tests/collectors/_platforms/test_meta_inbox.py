"""What Meta only named is looked up, and what fails is looked up again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from collectors._kit.watched import Watchlist
from collectors._platforms.graph import Graph
from collectors._platforms.graph_refusals import TokenRefused
from collectors._platforms.meta_inbox import AT_ONCE, TRIES, look_up
from collectors.base import Broken, Page, RawMention, SourceBusy, SourceError, SourceRefused

Look = Callable[[dict[str, str]], RawMention | None]


def found(item: dict[str, str]) -> RawMention | None:
    return RawMention(item["post"], text="Acme")


def failing(error: Exception) -> Look:
    def look(_item: dict[str, str]) -> RawMention | None:
        raise error

    return look


def run(inbox: Any, look: Look = found, again: Any = None, pause: timedelta | None = None) -> tuple[list[Page], Any]:
    """The pages, and what is to be looked up again."""
    watchlist = Watchlist.of({"again": again} if again is not None else {}, "again")
    with httpx2.Client() as http:
        graph = Graph(http, "https://graph.example", "t")
        graph.pause = pause
        pages = list(look_up(watchlist, graph, inbox, look))
    return pages, watchlist.state.get("again")


def ids(pages: list[Page]) -> list[str]:
    return [mention.external_id for page in pages for mention in page.mentions]


def entry(post: str, tried: int = 0) -> dict[str, Any]:
    return {"item": {"post": post}, "tried": tried}


def test_each_thing_is_looked_up_once_those_of_earlier_readings_first() -> None:
    pages, again = run([{"post": "2"}, {"post": "1"}, {"post": "2"}], again=[entry("1", 2), "x", {"item": 7}])
    assert (ids(pages), again) == (["1", "2"], None)


def test_many_things_are_looked_up_in_several_pages() -> None:
    pages, again = run([{"post": str(n)} for n in range(AT_ONCE + 1)])
    assert [len(page.mentions) for page in pages] == [AT_ONCE, 1]
    assert len(pages[0].cursor["again"]) == 1  # type: ignore[arg-type]  # a list
    assert again is None


def test_what_fails_is_looked_up_again_until_it_has_been_tried_often_enough() -> None:
    pages, again = run([], failing(SourceError("no answer")), [entry("1", 0), entry("2", TRIES - 1)])
    assert again == [entry("1", 1)]
    assert [page.broken for page in pages] == [(Broken("2", "no answer"),)]


def test_what_the_token_may_not_see_is_given_up_at_once() -> None:
    pages, again = run([{"comment": "c", "post": "p"}], failing(SourceRefused("hidden")))
    assert ([page.broken for page in pages], again) == ([(Broken("c", "hidden"),)], None)


def test_what_is_no_mention_is_done() -> None:
    assert run([{"post": "1"}], lambda _item: None)[1] is None


@pytest.mark.parametrize("error", [SourceBusy("later"), TokenRefused("expired")])
def test_a_pause_or_a_refused_token_stops_the_whole(error: SourceError) -> None:
    with pytest.raises(type(error)):
        run([{"post": "1"}], failing(error))


def test_near_the_limit_nothing_is_asked_and_nothing_counts_as_tried() -> None:
    pages, again = run([{"post": "1"}], pause=timedelta(minutes=30))
    assert (ids(pages), again) == ([], [entry("1", 0)])


@pytest.mark.parametrize("inbox", [None, {}, "x", [1, None]])
def test_an_inbox_of_another_shape_is_empty(inbox: Any) -> None:
    assert run(inbox) == ([], None)
