"""Reddit's token, limits and refusals; listings that shift; and what was deleted there."""

from __future__ import annotations

import base64
import json
import time
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import httpx2
import pytest
from pydantic import ValidationError

from collectors.base import Page, SourceBusy, SourceError, SourceRefused, Window
from collectors.reddit import RedditSearch, collector
from tests.collectors._platforms.graph_api import on
from tests.collectors.conftest import Answer, Rule

NOW = int(time.time())
NEW, COMMENTS, INFO = "/r/coffee/new", "/r/coffee/comments", "/api/info"


def search(site: Any, **more: Any) -> RedditSearch:
    given = {"subreddit": "coffee", "comments": False, "client_id": "me", "client_secret": "s3cret", **more}
    return RedditSearch.model_validate({**given, "base_url": site.base, "login_url": site.base})


def read(site: Any, http: httpx2.Client, cursor: Any = None, **more: Any) -> list[Page]:
    return list(collector.pages(search(site, **more), cursor or {}, http))


def token(site: Any, body: str = '{"access_token": "tok-1", "expires_in": 3600}', status: int = 200) -> None:
    said = Answer(body.encode(), status, {"Content-Type": "application/json"})
    site.rules.append(Rule("/api/v1/access_token", said, method="POST", form={"grant_type": "client_credentials"}))


def listing(*things: dict[str, Any], after: str | None = None) -> str:
    return json.dumps({"kind": "Listing", "data": {"children": things, "after": after, "before": None}})


def post(n: int, ago: int, **more: Any) -> dict[str, Any]:
    data = {"name": f"t3_{n}", "title": f"Acme {n}", "created_utc": float(NOW - ago), "subreddit": "coffee", **more}
    return {"kind": "t3", "data": data}


def ids(pages: list[Page]) -> list[str]:
    return [one.external_id for page in pages for one in page.mentions]


def gone(pages: list[Page]) -> list[str]:
    return [one.external_id for page in pages for one in page.mentions if one.deleted]


def again(cursor: Any) -> Any:
    return json.loads(json.dumps(dict(cursor)))


def test_the_token_is_asked_for_once_a_run_by_name_and_secret_and_stored_nowhere(
    site: Any, http: httpx2.Client
) -> None:
    token(site)
    on(site, NEW, listing(post(2, 60), after="t3_2"), after="-")
    on(site, NEW, listing(post(1, 120)), after="t3_2")
    pages = read(site, http)
    asked = [path.split("?")[0] for path, _ in site.asked]
    assert asked == ["/api/v1/access_token", NEW, NEW]
    basic = base64.b64encode(b"me:s3cret").decode()
    assert site.asked[0][1]["authorization"] == f"Basic {basic}"
    assert {headers["authorization"] for _, headers in site.asked[1:]} == {"Bearer tok-1"}
    kept = json.dumps([dict(page.cursor) for page in pages]) + "".join(path for path, _ in site.asked)
    assert "tok-1" not in kept
    assert "s3cret" not in kept


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ('{"message": "Unauthorized", "error": 401}', 401, "refuses the client id or the secret"),
        ('{"message": "Bad Request", "error": 400}', 400, "refuses the client id or the secret"),
        ("<html>blocked</html>", 403, "refuses the client id or the secret"),
        ('{"error": "unsupported_grant_type"}', 200, "of the type «script»"),
    ],
)
def test_an_app_that_reddit_does_not_know_is_refused(
    site: Any, http: httpx2.Client, body: str, status: int, sentence: str
) -> None:
    token(site, body, status)
    with pytest.raises(SourceRefused, match=sentence):
        read(site, http)


@pytest.mark.parametrize(
    ("status", "reason", "sentence"),
    [
        (403, "private", "r/coffee is private"),
        (403, "quarantined", "in quarantine"),
        (403, "gated", "confirmed that they want to see it"),
        (403, "something new", "does not let this app read r/coffee"),
        (403, None, "does not let this app read r/coffee"),
        (404, "banned", "has banned r/coffee"),
        (404, None, "there is no r/coffee"),
        (401, None, "no longer accepts its own token"),
    ],
)
def test_a_community_that_cannot_be_read_says_why(
    site: Any, http: httpx2.Client, status: int, reason: str | None, sentence: str
) -> None:
    token(site)
    on(site, NEW, json.dumps({"reason": reason, "message": "no", "error": status}), status, limit="100")
    with pytest.raises(SourceRefused, match=sentence):
        read(site, http)


def test_a_community_that_never_was_redirects_to_a_search_and_is_not_read_as_silence(
    site: Any, http: httpx2.Client
) -> None:
    token(site)
    moved = {"Location": "/subreddits/search?q=coffee"}
    on(site, NEW, "", 302, moved, limit="100")
    on(site, "/subreddits/search", listing({"kind": "t5", "data": {"name": "t5_2qh1i"}}), q="coffee")
    with pytest.raises(SourceRefused, match="there is no r/coffee"):
        read(site, http)


def test_a_search_that_is_not_approved_says_so(site: Any, http: httpx2.Client) -> None:
    token(site)
    on(site, "/search", "", 403, q="acme")
    with pytest.raises(SourceRefused, match="that Reddit has approved it"):
        read(site, http, query="acme", subreddit="")


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "4", "Content-Type": "text/html"}, 4),
        ({"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "311.5"}, 311.5),
        ({}, 600),
    ],
)
@pytest.mark.parametrize("at_login", [True, False])
def test_too_many_requests_are_a_pause(
    site: Any, http: httpx2.Client, headers: dict[str, str], wait: float, at_login: bool
) -> None:
    if at_login:
        said = Answer(b'{"message": "Too Many Requests", "error": 429}', 429, headers)
        site.rules.append(Rule("/api/v1/access_token", said, method="POST"))
    else:
        token(site)
        on(site, NEW, "<h1>whoa there, pardner!</h1>", 429, headers, limit="100")
    with pytest.raises(SourceBusy, match="read less often") as caught:
        read(site, http)
    assert caught.value.wait == timedelta(seconds=wait)


def test_reading_stops_when_next_to_nothing_remains_and_loses_nothing(site: Any, http: httpx2.Client) -> None:
    token(site)
    low = {"x-ratelimit-remaining": "1.0", "x-ratelimit-used": "99", "x-ratelimit-reset": "120"}
    on(site, NEW, listing(post(2, 60), after="t3_2"), headers=low, after="-")
    on(site, NEW, listing(post(1, 120)), after="t3_2")
    first = read(site, http)
    assert (ids(first), first[-1].asked) == (["t3_2"], timedelta(minutes=2))
    site.rules[1].answer = Answer(listing(post(2, 60), after="t3_2").encode())
    assert set(ids(first + read(site, http, again(first[-1].cursor)))) == {"t3_2", "t3_1"}


def test_pages_that_shift_under_the_reader_lose_and_double_nothing(site: Any, http: httpx2.Client) -> None:
    token(site)
    on(site, NEW, listing(post(4, 60), post(3, 90), after="t3_3"), after="-")
    on(site, NEW, listing(post(3, 90), post(2, 120), post(1, 150)), after="t3_3")
    assert ids(read(site, http)) == ["t3_4", "t3_3", "t3_2", "t3_1"]


def test_the_next_reading_goes_from_the_top_to_an_hour_before_the_newest(site: Any, http: httpx2.Client) -> None:
    token(site)
    on(site, NEW, listing(post(1, 40_000)), after="-")
    cursor = again(read(site, http)[-1].cursor)
    site.rules.clear()
    token(site)
    on(site, NEW, listing(post(3, 60), after="t3_3"), after="-")
    on(site, NEW, listing(post(2, 41_000), post(0, 50_000), after="t3_0"), after="t3_3")
    on(site, INFO, listing(post(1, 40_000)), id="*")
    found = read(site, http, cursor)
    assert ids(found) == ["t3_3", "t3_2", "t3_0", "t3_1"]
    assert not [path for path, _ in site.asked if "before=" in path]


@pytest.mark.parametrize("stop", [1, 2, 3])
def test_a_reading_cut_short_goes_on_without_loss(site: Any, http: httpx2.Client, stop: int) -> None:
    token(site)
    on(site, NEW, listing(post(2, 60), after="t3_2"), after="-")
    on(site, NEW, listing(post(1, 120)), after="t3_2")
    on(site, COMMENTS, listing({"kind": "t1", "data": {"name": "t1_9", "body": "c", "created_utc": NOW}}), limit="100")
    on(site, INFO, listing(), id="*")
    begun = list(islice(collector.pages(search(site, comments=True), {}, http), stop))
    rest = read(site, http, again(begun[-1].cursor), comments=True)
    assert set(ids(begun + rest)) == {"t3_2", "t3_1", "t1_9"}
    assert gone(begun + rest) == []


def followed(*names: str) -> dict[str, Any]:
    return {"posts": NOW, "followed": dict.fromkeys(names, NOW - 86400)}


def test_what_reddit_does_not_show_any_more_is_deleted_and_the_rest_is_counted_again(
    site: Any, http: httpx2.Client
) -> None:
    token(site)
    on(site, NEW, listing(), limit="100")
    removed = post(2, 90_000, removed_by_category="moderator")
    comment = {"kind": "t1", "data": {"name": "t1_8", "body": "[removed]", "author": "[deleted]"}}
    told = listing(post(1, 90_000, score=99), removed, comment)
    on(site, INFO, told, id="t3_1,t3_2,t3_3,t1_8")
    pages = read(site, http, followed("t3_1", "t3_2", "t3_3", "t1_8"))
    assert sorted(gone(pages)) == ["t1_8", "t3_2", "t3_3"]
    assert [one.engagement for page in pages for one in page.mentions if not one.deleted] == [{"likes": 99}]
    assert list(again(pages[-1].cursor)["followed"]) == ["t3_1"]


def test_an_empty_answer_about_many_is_a_failure_and_deletes_nothing(site: Any, http: httpx2.Client) -> None:
    token(site)
    on(site, NEW, listing(), limit="100")
    on(site, INFO, listing(), id="*")
    names = [f"t3_{n}" for n in range(4)]
    pages = read(site, http, followed(*names))
    assert gone(pages) == []
    assert list(again(pages[-1].cursor)["followed"]) == names


def test_at_most_500_are_followed_for_seven_days(site: Any, http: httpx2.Client) -> None:
    token(site)
    on(site, NEW, listing(*(post(1_000 + n, n) for n in range(200))), limit="100")
    on(site, INFO, listing(post(1, 90_000)), id="*")
    old = {f"t3_{n}": NOW - 86_400 * 8 for n in range(5)}
    known = {f"t3_{100 + n}": NOW - 86_400 for n in range(400)}
    pages = read(site, http, {"posts": NOW, "followed": {**old, **known}})
    asked = [path for path, _ in site.asked if path.startswith(INFO)]
    assert 3 <= len(asked) <= 4
    assert not any("t3_0%2C" in path for path in asked)
    assert len(again(pages[0].cursor)["followed"]) == 500


def test_more_than_reddit_gives_is_told(site: Any, http: httpx2.Client) -> None:
    token(site)
    for n in range(10):
        kids = [post(n * 100 + one, n * 100 + one) for one in range(100)]
        on(site, NEW, listing(*kids, after=f"t3_a{n}" if n < 9 else None), after=f"t3_a{n - 1}" if n else "-")
    on(site, INFO, listing(), id="*")
    pages = read(site, http)
    assert len(ids(pages)) == 1_000
    assert str(pages[-1].warning).startswith("more than 1000 hits")


def test_a_cursor_that_leads_in_a_circle_ends_the_reading(site: Any, http: httpx2.Client) -> None:
    token(site)
    on(site, NEW, listing(post(1, 60), after="t3_1"), limit="100")
    assert ids(read(site, http)) == ["t3_1"]
    assert len(site.asked) == 3


def test_going_back_starts_at_the_top_again_when_its_anchor_was_deleted(site: Any, http: httpx2.Client) -> None:
    token(site)
    on(site, NEW, listing(post(2, 600), post(1, 7_200)), after="-")
    on(site, NEW, listing(), after="t3_gone")
    window = Window(datetime.fromtimestamp(NOW - 86_400, UTC), datetime.fromtimestamp(NOW, UTC))
    assert collector.backfill is not None
    pages = list(collector.backfill(search(site), {"step": 0, "after": "t3_gone"}, window, http))
    assert ids(pages) == ["t3_2", "t3_1"]
    assert pages[-1].reached == window.since


def test_going_back_further_than_reddit_gives_is_told(site: Any, http: httpx2.Client) -> None:
    token(site)
    for n in range(10):
        kids = [post(n * 100 + one, n * 100 + one) for one in range(100)]
        on(site, NEW, listing(*kids, after=f"t3_a{n}"), after=f"t3_a{n - 1}" if n else "-")
    window = Window(datetime.fromtimestamp(NOW - 86_400, UTC), datetime.fromtimestamp(NOW + 1, UTC))
    assert collector.backfill is not None
    pages = list(collector.backfill(search(site), {}, window, http))
    assert [str(page.warning) for page in pages if page.warning] == [
        "Reddit gives the newest 1000 only: what is older is missing"
    ]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("coffee", "coffee"),
        ("r/coffee", "coffee"),
        ("/r/coffee/", "coffee"),
        ("https://www.reddit.com/r/coffee", "coffee"),
    ],
)
def test_a_community_may_be_named_in_several_ways(site: Any, given: str, name: str) -> None:
    assert search(site, subreddit=given).subreddit == name


@pytest.mark.parametrize("bad", [{"subreddit": ""}, {"subreddit": "a b"}, {"subreddit": "../x"}, {"client_id": ""}])
def test_a_form_that_cannot_work_is_refused(site: Any, bad: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        search(site, **bad)


def test_a_thing_that_cannot_be_read_costs_itself_only(site: Any, http: httpx2.Client) -> None:
    token(site)
    odd: list[Any] = [3, {"kind": "t3"}, {"kind": "t9", "data": {"name": "t9_x"}}, post(7, 60, score="?", title=None)]
    on(site, NEW, listing(*odd, post(8, 70, selftext=None, crosspost_parent_list=[4], edited="soon")), limit="100")
    pages = read(site, http)
    assert ids(pages) == ["t3_7", "t3_8"]
    assert sum(len(page.broken) for page in pages) == 2


def test_only_source_errors_escape_from_a_broken_login(site: Any, http: httpx2.Client) -> None:
    for body in ("", "[]", "{}", '{"access_token": ""}', "<html>", '{"access_token": 3'):
        site.rules.clear()
        token(site, body)
        with pytest.raises(SourceError):
            read(site, http)
