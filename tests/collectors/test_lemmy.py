"""Which version a Lemmy instance speaks, how its lists are gone through, and what it says when it refuses."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from pydantic import ValidationError

from collectors.base import Page, SourceBusy, SourceChanged, SourceError, SourceRefused
from collectors.lemmy import MOST_PAGES, LemmySearch, collector
from tests.collectors.conftest import Answer, Rule

NOW = datetime.now(UTC)


def view(number: int, age: timedelta = timedelta()) -> dict[str, Any]:
    return {
        "post": {
            "id": number,
            "name": f"P{number}",
            "ap_id": f"https://a.example/post/{number}",
            "published": when(age),
        }
    }


def when(age: timedelta) -> str:
    return (NOW - age).isoformat()


def say(site: Any, path: str, value: Any, status: int = 200, **query: str) -> None:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    site.rules.append(Rule(path, Answer(body, status, {"Content-Type": "application/json"}), query=query))


def lists(site: Any, posts: list[dict[str, Any]]) -> None:
    """Version 3, 50 a page."""
    site.rules.clear()
    say(site, "/api/v3/site", {"site_view": {}})
    for page in range(1, len(posts) // 50 + 3):
        say(site, "/api/v3/search", {"posts": posts[page * 50 - 50 : page * 50], "comments": []}, page=str(page))


def read(site: Any, http: httpx2.Client, cursor: Any = None, **params: str) -> list[Page]:
    return list(collector.pages(LemmySearch(base_url=site.base, **(params or {"query": "acme"})), cursor or {}, http))


def ids(pages: list[Page]) -> list[int]:
    return [int(mention.external_id.rpartition("/")[2]) for page in pages for mention in page.mentions]


def test_the_version_is_asked_for_once(site: Any, http: httpx2.Client) -> None:
    lists(site, [view(1)])
    (*_, page) = read(site, http)
    assert [path for path, _ in site.asked][:2] == ["/api/v4/site", "/api/v3/site"]
    site.asked.clear()
    read(site, http, page.cursor)
    assert all("/site" not in path for path, _ in site.asked)


def test_a_version_that_is_gone_is_looked_for_anew(site: Any, http: httpx2.Client) -> None:
    say(site, "/api/v4/site", {"site_view": {}})
    say(site, "/api/v4/search", {"search": [{"type_": "post", **view(3)}]})
    pages = read(site, http, {"api": "v3", "newest": when(timedelta(hours=1))})
    assert (ids(pages), pages[-1].cursor["api"]) == ([3], "v4")


@pytest.mark.parametrize("body", [b"<!doctype html><html></html>", b'{"name":"something else"}', b"[]"])
def test_what_is_no_lemmy_is_said_so(site: Any, http: httpx2.Client, body: bytes) -> None:
    site.always = Answer(body, 200)
    with pytest.raises(SourceError, match="not a Lemmy instance"):
        read(site, http)


def test_a_reading_goes_back_to_the_last_one_and_a_little_further(site: Any, http: httpx2.Client) -> None:
    lists(site, [view(500 - hour, timedelta(hours=hour)) for hour in range(400)])
    first = read(site, http)
    assert set(ids(first)) >= set(range(500 - 7 * 24 + 1, 501))
    assert len(ids(first)) < 300
    second = read(site, http, {**first[-1].cursor, "newest": when(timedelta(hours=20))})
    assert set(ids(second)) >= set(range(500 - 25, 501))
    assert len(second) == 1


def test_an_interrupted_reading_does_not_move_on(site: Any, http: httpx2.Client) -> None:
    lists(site, [view(500 - hour, timedelta(hours=hour)) for hour in range(400)])
    begun = next(collector.pages(LemmySearch(base_url=site.base, query="acme"), {}, http))
    assert "newest" not in begun.cursor
    assert set(ids(read(site, http, begun.cursor))) >= set(range(500 - 7 * 24 + 1, 501))


def test_a_date_in_the_future_does_not_hide_what_comes_next(site: Any, http: httpx2.Client) -> None:
    lists(site, [view(1, timedelta(days=-400))])
    (*_, page) = read(site, http)
    assert page.cursor["newest"] <= when(timedelta(hours=-1))  # type: ignore[operator]


def test_a_server_that_gives_the_same_page_for_ever_ends_the_reading(site: Any, http: httpx2.Client) -> None:
    say(site, "/api/v3/site", {"site_view": {}})
    say(site, "/api/v3/search", {"posts": [view(1)], "comments": []})
    pages = read(site, http)
    assert (ids(pages), pages[-1].warning, len(pages)) == ([1], None, 2)


def test_the_cap_is_said(site: Any, http: httpx2.Client) -> None:
    lists(site, [view(number) for number in range(MOST_PAGES * 50 + 200)])
    pages = read(site, http)
    assert (len(ids(pages)), str(pages[-1].warning)[:20]) == (MOST_PAGES * 50, "more than 1000 hits:")


@pytest.mark.parametrize(
    ("status", "body", "wait"), [(400, b'{"error":"rate_limit_error"}', 600), (429, b'{"error":"rate_limit"}', 600)]
)
def test_too_many_requests_have_two_forms(site: Any, http: httpx2.Client, status: int, body: bytes, wait: int) -> None:
    site.always = Answer(body, status)
    with pytest.raises(SourceBusy) as caught:
        read(site, http, {"api": "v3"})
    assert caught.value.wait == timedelta(seconds=wait)


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (404, b'{"error":"couldnt_find_community"}', SourceError, "does not know this community"),
        (404, b'{"error":"not_found"}', SourceError, "does not know this community"),
        (403, b"", SourceRefused, "is private"),
        (400, b'{"error":"instance_is_private"}', SourceRefused, "is private"),
        (200, b'{"posts": null}', SourceChanged, "field posts is missing"),
    ],
)
def test_a_refusal_says_what_is_wrong(
    site: Any, http: httpx2.Client, status: int, body: bytes, kind: type[SourceError], words: str
) -> None:
    site.always = Answer(body, status)
    with pytest.raises(kind, match=words):
        read(site, http, {"api": "v3"}, community="velo@a.example")


@pytest.mark.parametrize("params", [{}, {"community": "a b"}, {"community": "x/../y"}])
def test_a_source_without_search_or_with_an_odd_community_is_refused_in_the_form(params: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        LemmySearch(**params)
