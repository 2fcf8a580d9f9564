"""What a Discourse forum does between two readings, and what it says when it does not want to be read."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import httpx2
import pytest
from pydantic import ValidationError

from collectors.base import Page, SourceBusy, SourceError, SourceRefused
from collectors.discourse import DiscourseForum, collector
from collectors.discourse.search import MOST_TEXTS
from tests.collectors.conftest import Answer, Rule

NOW = datetime.now(UTC)


def post(number: int, age: timedelta = timedelta(), **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "topic_id": 7,
        "post_number": number,
        "username": "kim",
        "created_at": (NOW - age).isoformat(),
        "cooked": f"<p>Post {number}</p>",
        **more,
    }


def say(site: Any, path: str, value: Any, status: int = 200, **query: str) -> None:
    answer = Answer(json.dumps(value).encode(), status, {"Content-Type": "application/json"})
    site.rules.append(Rule(path, answer, query=query))


def forum_of(site: Any, posts: list[dict[str, Any]], *, old: bool = False, inclusive: bool = True) -> None:
    """All pages of /posts.json, as new versions cut them, or old ones: by 50 numbers."""
    site.rules.clear()
    for before in range(1, max(one["id"] for one in posts) + 60):
        below = [one for one in posts if one["id"] < before + inclusive]
        page = [one for one in below if not old or one["id"] > before - 50]
        say(site, "/posts.json", {"latest_posts": sorted(page, key=lambda p: -p["id"])[:50]}, before=str(before))
    say(site, "/posts.json", {"latest_posts": sorted(posts, key=lambda p: -p["id"])[:50]})


def posts_of(site: Any) -> DiscourseForum:
    return DiscourseForum(base_url=site.base, mode="posts")


def search_of(site: Any) -> DiscourseForum:
    return DiscourseForum(base_url=site.base, query="acme")


def read(http: httpx2.Client, params: DiscourseForum, cursor: Any = None) -> list[Page]:
    return list(collector.pages(params, json.loads(json.dumps(dict(cursor or {}))), http))


def ids(pages: list[Page]) -> list[int]:
    return [int(mention.external_id.split("/")[1]) for page in pages for mention in page.mentions]


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("inclusive", [False, True])
def test_everything_since_the_last_reading_is_read_whatever_the_version(
    site: Any, http: httpx2.Client, old: bool, inclusive: bool
) -> None:
    there = [post(number) for number in range(1, 31)]
    forum_of(site, there, old=old, inclusive=inclusive)
    first = read(http, posts_of(site))
    later = [*there, *(post(number) for number in [*range(31, 90), *range(200, 330, 3)])]
    forum_of(site, later, old=old, inclusive=inclusive)
    second = read(http, posts_of(site), first[-1].cursor)
    assert {one["id"] for one in later} <= {*ids(first), *ids(second)}
    assert len(ids(second)) == len(set(ids(second)))
    assert second[-1].cursor == {"newest": 329}


def test_a_reading_that_is_interrupted_anywhere_is_gone_on_with_without_loss(site: Any, http: httpx2.Client) -> None:
    forum_of(site, [post(number) for number in range(1, 400)])
    whole = read(http, posts_of(site), {"newest": 20})
    assert len(whole) > 3
    for stop in range(1, len(whole)):
        begun = list(islice(collector.pages(posts_of(site), {"newest": 20}, http), stop))
        rest = read(http, posts_of(site), begun[-1].cursor)
        assert {*ids(begun), *ids(rest)} >= set(range(21, 400))


def test_a_first_reading_goes_back_a_week_and_can_be_interrupted(site: Any, http: httpx2.Client) -> None:
    forum_of(site, [post(number, timedelta(hours=400 - number)) for number in range(1, 401)])
    week = set(range(400 - 7 * 24 + 1, 401))
    whole = read(http, posts_of(site))
    assert week <= set(ids(whole))
    assert min(ids(whole)) > 100
    for stop in range(1, len(whole)):
        begun = list(islice(collector.pages(posts_of(site), {}, http), stop))
        assert {*ids(begun), *ids(read(http, posts_of(site), begun[-1].cursor))} >= week


def test_an_empty_forum_is_read_anew_until_there_is_something(site: Any, http: httpx2.Client) -> None:
    say(site, "/posts.json", {"latest_posts": []})
    (page,) = read(http, posts_of(site))
    assert (page.mentions, page.cursor) == ((), {})


@pytest.mark.parametrize(
    ("headers", "body", "wait"),
    [
        ({}, {"errors": ["Slow down"], "error_type": "rate_limit", "extras": {"wait_seconds": 17}}, 17),
        ({"Retry-After": "30"}, {"extras": {"wait_seconds": 17}}, 30),
        ({}, {"extras": {"wait_seconds": "soon"}}, None),
        ({}, {"extras": []}, None),
        ({}, ["odd"], None),
    ],
)
def test_the_pause_is_in_the_header_or_in_the_answer(
    site: Any, http: httpx2.Client, headers: dict[str, str], body: Any, wait: int | None
) -> None:
    site.always = Answer(json.dumps(body).encode(), 429, {"Content-Type": "application/json", **headers})
    with pytest.raises(SourceBusy) as caught:
        read(http, posts_of(site))
    assert caught.value.wait == (timedelta(seconds=wait) if wait is not None else None)


@pytest.mark.parametrize(
    ("key", "body", "words"),
    [
        ("", b'{"errors":["log in"],"error_type":"not_logged_in"}', "members only"),
        ("", b'{"errors":["no"],"error_type":"invalid_access"}', "to visitors"),
        ("", b"<html>Forbidden</html>", "to visitors"),
        ("k3y", b'{"errors":["no"],"error_type":"invalid_access"}', "may have been revoked"),
    ],
)
def test_a_refusal_says_whether_a_key_is_missing_or_wrong(
    site: Any, http: httpx2.Client, key: str, body: bytes, words: str
) -> None:
    site.always = Answer(body, 403)
    params = DiscourseForum(base_url=site.base, mode="posts", api_key=key, username=key and "watch")
    with pytest.raises(SourceRefused, match=words) as caught:
        read(http, params)
    assert "k3y" not in str(caught.value)


def test_a_forum_that_leads_to_its_login_page_is_for_members(site: Any, http: httpx2.Client) -> None:
    site.says("/posts.json", b"", 302, Location="/login")
    site.says("/login", b"<!DOCTYPE html><html><body>Log in</body></html>")
    with pytest.raises(SourceRefused, match="members only"):
        read(http, posts_of(site))


def test_a_search_that_the_forum_finds_too_short_is_told_as_such(site: Any, http: httpx2.Client) -> None:
    site.always = Answer(b'{"errors":["q is invalid"],"error_type":"invalid_parameters"}', 400)
    with pytest.raises(SourceError, match="make it longer"):
        read(http, search_of(site))


@pytest.mark.parametrize("query", ["", "ab", "  é "])
def test_a_search_of_two_letters_is_refused_in_the_form(query: str) -> None:
    with pytest.raises(ValidationError, match="three letters"):
        DiscourseForum(base_url="https://forum.example", query=query)


def test_a_search_of_one_ideograph_is_none_too_short() -> None:
    assert DiscourseForum(base_url="https://forum.example", query="茶").query == "茶"


@pytest.mark.parametrize(("key", "name"), [("k", ""), ("", "watch")])
def test_a_key_and_its_user_go_together(key: str, name: str) -> None:
    with pytest.raises(ValidationError, match="API key needs"):
        DiscourseForum(base_url="https://forum.example", mode="posts", api_key=key, username=name)


def hits(*posts: dict[str, Any], more: bool = False, error: str | None = None) -> dict[str, Any]:
    found = [{**one, "blurb": f"…{one['cooked']}…", "like_count": one.get("like_count", 0)} for one in posts]
    result = {"more_full_page_results": more or None, "error": error}
    return {"posts": found, "topics": [], "grouped_search_result": result}


def test_an_overloaded_forum_says_so_in_an_answer_that_looks_well(site: Any, http: httpx2.Client) -> None:
    say(site, "/search.json", hits(error="We are experiencing high load"))
    with pytest.raises(SourceBusy, match="overloaded"):
        read(http, search_of(site))


def test_only_new_and_changed_hits_are_asked_for_in_full(site: Any, http: httpx2.Client) -> None:
    for number in (1, 2, 3):
        say(site, f"/posts/{number}.json", post(number))
    say(site, "/search.json", hits(post(2), post(1)))
    first = read(http, search_of(site))
    site.rules = [rule for rule in site.rules if rule.path != "/search.json"]
    say(site, "/search.json", hits(post(3), post(2, like_count=5), post(1)))
    site.asked.clear()
    second = read(http, search_of(site), first[-1].cursor)
    assert (sorted(ids(first)), sorted(ids(second))) == ([1, 2], [2, 3])
    assert "/posts/1.json" not in [path for path, _ in site.asked]


def test_posts_beyond_the_bound_come_with_their_first_words_and_in_full_next_time(
    site: Any, http: httpx2.Client
) -> None:
    there = [post(number) for number in range(1, MOST_TEXTS + 6)]
    for one in there:
        say(site, f"/posts/{one['id']}.json", one)
    say(site, "/search.json", hits(*there[:50], more=True), page="1")
    say(site, "/search.json", hits(*there[50:100], more=True), page="2")
    say(site, "/search.json", hits(*there[100:]), page="3")
    first = read(http, search_of(site))
    assert len(ids(first)) == len(there)
    second = read(http, search_of(site), first[-1].cursor)
    assert sorted(ids(second)) == [one["id"] for one in there[MOST_TEXTS:]]
    assert next(mention.text for page in second for mention in page.mentions).startswith("<p>Post")


def test_a_forum_that_has_enough_is_left_in_peace_and_nothing_is_lost(site: Any, http: httpx2.Client) -> None:
    say(site, "/search.json", hits(post(2), post(1)))
    say(site, "/posts/2.json", {"extras": {"wait_seconds": 40}}, 429)
    (page,) = read(http, search_of(site))
    assert (sorted(ids([page])), page.asked) == ([1, 2], timedelta(seconds=40))
    assert len([path for path, _ in site.asked if path.startswith("/posts/")]) == 1
    assert set(page.cursor["seen"].values()) == {""}  # type: ignore[union-attr]


def test_ten_full_pages_are_the_end_of_a_search_and_it_is_said(site: Any, http: httpx2.Client) -> None:
    for page in range(1, 12):
        say(site, "/search.json", hits(post(page), more=True), page=str(page))
    pages = read(http, search_of(site))
    assert (len(pages), str(pages[-1].warning)[:17]) == (10, "more than 500 hit")
    assert [page.warning for page in pages[:-1]] == [None] * 9


def test_many_new_topics_are_read_over_several_readings(site: Any, http: httpx2.Client) -> None:
    ages = {number: timedelta(minutes=200 - number) for number in range(1, 91)}
    topics = [
        {"id": n, "title": f"T{n}", "slug": f"t{n}", "created_at": (NOW - age).isoformat()} for n, age in ages.items()
    ]
    say(site, "/latest.json", {"topic_list": {"topics": topics[::-1]}})
    for number, age in ages.items():
        say(site, f"/t/{number}.json", {"post_stream": {"posts": [post(1, age, id=number, topic_id=number)]}})
    params = DiscourseForum(base_url=site.base, mode="topics")
    met: set[str] = set()
    cursor: Any = {}
    for _ in range(2):
        pages = read(http, params, cursor)
        met |= {mention.external_id for page in pages for mention in page.mentions}
        cursor = pages[-1].cursor
    assert met == {f"{number}/1" for number in ages}


def listed(site: Any, *ages: float) -> None:
    """A list of topics, numbered from 1, with the hours since they were opened."""
    topics = [
        {"id": number, "title": f"T{number}", "created_at": (NOW - timedelta(hours=age)).isoformat()}
        for number, age in enumerate(ages, 1)
    ]
    say(site, "/latest.json", {"topic_list": {"topics": topics}})


def opened(site: Any, number: int, status: int = 200) -> None:
    first = {"id": number * 10, "topic_id": number, "post_number": 1, "cooked": "x", "created_at": NOW.isoformat()}
    say(site, f"/t/{number}.json", {"post_stream": {"posts": [first]}}, status)


def test_a_topic_that_a_failing_forum_keeps_back_is_read_the_next_time(site: Any, http: httpx2.Client) -> None:
    params = DiscourseForum(base_url=site.base, mode="topics")
    listed(site, 1, 30)
    opened(site, 1)
    opened(site, 2, 502)
    with pytest.raises(SourceError, match="problem of its own"):
        read(http, params)
    site.rules.clear()
    listed(site, 1, 30)
    opened(site, 1)
    opened(site, 2, 404)
    assert [one.external_id for page in read(http, params) for one in page.mentions] == ["1/1"]


def test_a_topic_dated_in_the_future_does_not_hide_those_to_come(site: Any, http: httpx2.Client) -> None:
    listed(site, -9_000)
    opened(site, 1)
    (page,) = read(http, DiscourseForum(base_url=site.base, mode="topics"))
    assert datetime.fromisoformat(str(page.cursor["newest"])) <= datetime.now(UTC)


def test_numbers_written_as_text_are_numbers(site: Any, http: httpx2.Client) -> None:
    say(site, "/posts.json", {"latest_posts": [post(3) | {"id": "3"}, post(2) | {"id": "2"}]}, before="-")
    say(site, "/posts.json", {"latest_posts": []})
    pages = read(http, posts_of(site))
    assert (ids(pages[:1]), pages[-1].cursor) == ([3, 2], {"newest": 3})


def test_of_a_quiet_forum_the_newest_topics_are_read_once(site: Any, http: httpx2.Client) -> None:
    params = DiscourseForum(base_url=site.base, mode="topics")
    listed(site, 9_000)
    opened(site, 1)
    first = read(http, params)
    assert ids(first) == [1]
    assert ids(read(http, params, first[-1].cursor)) == []
