"""Hacker News: windows, late messages, and what Algolia says when it will not answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import httpx2
import pytest

from app.pipeline.sift.normalise import Draft, prepare
from collectors.base import Page, SourceBusy, SourceError, SourceRefused, Window
from collectors.hackernews import PAGE_SIZE, Search, backfill, mention, pages
from collectors.hackernews import Hit as Found
from tests.algolia import Algolia, Said

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def algolia() -> Iterator[Algolia]:
    search = Algolia()
    yield search
    search.close()


def params(algolia: Algolia) -> Search:
    return Search(query="brumelo", base_url=algolia.url)


def ids(found: list[Page]) -> list[str]:
    return [one.external_id for page in found for one in page.mentions]


def spread(algolia: Algolia, number: int, minutes: float, first: int = 0) -> set[str]:
    """So many messages, that many minutes apart, the first just now."""
    at = int(NOW.timestamp())
    made = [(first + n, at - int(60 * minutes * n) - 1, "Brumelo") for n in range(number)]
    algolia.messages += made
    return {str(one[0]) for one in made}


def test_two_thousand_messages_of_a_week_are_all_read_once(algolia: Algolia, http: httpx2.Client) -> None:
    known = spread(algolia, 2_000, 5)
    found = list(pages(params(algolia), {}, http))
    assert sorted(ids(found)) == sorted(known)
    assert len(algolia.asked) < 20
    assert [page.warning for page in found if page.warning] == []


def test_a_run_that_is_killed_anywhere_loses_nothing(algolia: Algolia, http: httpx2.Client) -> None:
    known = spread(algolia, 2_000, 5)
    whole = list(pages(params(algolia), {}, http))
    for stop in range(1, len(whole)):
        begun = list(islice(pages(params(algolia), {}, http), stop))
        rest = list(pages(params(algolia), begun[-1].cursor, http))
        assert set(ids(begun + rest)) == known


def test_messages_that_come_while_it_reads_are_there_at_the_next_reading(algolia: Algolia, http: httpx2.Client) -> None:
    spread(algolia, 1_000, 9)
    reading = pages(params(algolia), {}, http)
    first = next(reading)
    late = NOW - timedelta(minutes=20)
    algolia.messages.append((9_999, int(late.timestamp()), "Brumelo, late"))
    algolia.messages.pop(0)
    found = [first, *reading]
    again = list(pages(params(algolia), found[-1].cursor, http))
    assert "9999" in ids(found + again)
    assert algolia.asked[-1][0] < late.timestamp()


def test_a_crowded_second_is_told(algolia: Algolia, http: httpx2.Client) -> None:
    algolia.messages = [(n, int(NOW.timestamp()) - 60, "Brumelo") for n in range(PAGE_SIZE + 1)]
    found = list(pages(params(algolia), {}, http))
    assert [str(page.warning) for page in found if page.warning] == [
        f"more than {PAGE_SIZE} hits: narrow the query, or shorten the interval"
    ]


def test_going_back_ten_years_takes_few_questions(algolia: Algolia, http: httpx2.Client) -> None:
    known = spread(algolia, 1_500, 3 * 24 * 60)
    window = Window(NOW - timedelta(days=5_000), NOW)
    found = list(backfill(params(algolia), {}, window, http))
    assert sorted(ids(found)) == sorted(known)
    assert found[-1].reached == window.since
    assert len(algolia.asked) < 15


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        (Said(429, headers=(("Retry-After", "90"),)), SourceBusy, "less often"),
        (Said(429, headers=(("X-RateLimit-Reset", "90"),)), SourceBusy, "less often"),
        (Said(503), SourceBusy, "busy"),
        (Said(403, b"blocked"), SourceRefused, "refuses to show"),
        (Said(400, b'{"message": "hitsPerPage", "status": 400}'), SourceError, "400"),
        (Said(200, b"<html>maintenance</html>"), SourceError, "web page"),
        (Said(200, b'{"hits": ['), SourceError, "breaks off"),
        (Said(200, b""), SourceError, "an empty answer"),
        (Said(200, b'{"nbHits": 3}'), SourceError, "hits is missing"),
        (Said(200, b'{"hits": [{"title": "no id"}], "nbHits": 1}'), SourceError, "objectID is missing"),
    ],
)
def test_an_answer_that_is_none_is_told_as_what_it_is(
    algolia: Algolia, http: httpx2.Client, said: Said, kind: type[SourceError], words: str
) -> None:
    algolia.before = lambda _since, _until: said
    with pytest.raises(kind, match=words) as told:
        list(pages(params(algolia), {}, http))
    if said.headers and isinstance(told.value, SourceBusy):
        assert told.value.wait == timedelta(seconds=90)


@pytest.mark.parametrize(
    "cursor", [{"at": "yesterday"}, {"at": "soon", "width": "wide"}, {"at": None, "width": -3}, {}]
)
def test_a_cursor_that_makes_no_sense_is_the_first_run(
    algolia: Algolia, http: httpx2.Client, cursor: dict[str, Any]
) -> None:
    known = spread(algolia, 3, 60)
    assert set(ids(list(pages(params(algolia), cursor, http)))) == known


def read(**hit: Any) -> Draft:
    [draft] = prepare("hackernews", [mention(Found.model_validate({"objectID": "1", **hit}))], NOW)
    assert isinstance(draft, Draft)
    return draft


def test_texts_are_read_as_a_reader_sees_them() -> None:
    comment = read(comment_text="I&#x27;m &quot;angry&quot; &amp; sad.<p>A &lt;b&gt; tag.</p>", parent_id=2, story_id=3)
    assert (comment.title, comment.text) == ("", 'I\'m "angry" & sad.\nA <b> tag.')
    story = read(title="Ask HN: <canvas> & <script> in 2026?", story_text="Why<i>not</i>?")
    assert (story.title, story.text) == ("Ask HN: <canvas> & <script> in 2026?", "Whynot?")
    link = read(title="Brumelo", url="https://brumelo.example/?a=1&b=2")
    assert link.text == "https://brumelo.example/?a=1&b=2"


def test_a_date_ahead_of_now_is_now() -> None:
    ahead = mention(Found.model_validate({"objectID": "1", "title": "t", "created_at_i": 4_000_000_000}))
    assert ahead.published_at is not None
    assert ahead.published_at <= datetime.now(UTC)
