"""TikTok tells errors with HTTP 200, counts comments, and gives ids that JavaScript cannot hold."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import islice
from typing import Any

import httpx2
import pytest

from collectors.base import Page, SourceBusy, SourceChanged, SourceError, SourceRefused
from collectors.tiktok import TikTokAccount, collector
from tests.collectors._platforms.graph_api import on
from tests.collectors.conftest import Answer, Rule

VIDEOS, COMMENTS = "/business/video/list/", "/business/comment/list/"


def account(site: Any, **more: Any) -> TikTokAccount:
    given = {"business_id": "acme-id", "token": "act.secret", "base_url": site.base, **more}
    return TikTokAccount.model_validate(given)


def read(site: Any, http: httpx2.Client, cursor: Any = None, **more: Any) -> list[Page]:
    return list(collector.pages(account(site, **more), cursor or {}, http))


def said(**data: Any) -> str:
    return json.dumps({"code": 0, "message": "OK", "data": data})


def video(n: int, comments: int = 1) -> dict[str, Any]:
    return {"item_id": n, "create_time": 1772700000 + n * 60, "comments": comments}


def comment(n: int, at: int = 0) -> dict[str, Any]:
    return {"comment_id": n, "text": f"c{n}", "create_time": str(1772800000 + (at or n) * 60), "username": "u"}


def ids(pages: list[Page]) -> list[str]:
    return [one.external_id for page in pages for one in page.mentions]


@pytest.mark.parametrize(
    ("code", "kind", "sentence"),
    [
        (40105, SourceRefused, "not accepted, or was withdrawn"),
        ("40105", SourceRefused, "not accepted, or was withdrawn"),
        (40102, SourceRefused, "has expired"),
        (40104, SourceRefused, "is missing"),
        (40001, SourceRefused, "does not let this app do that"),
        (40002, SourceRefused, "check the business id"),
        (50000, SourceError, "a problem of its own"),
        (61000, SourceError, "a problem of its own"),
        (40999, SourceError, "its error 40999"),
    ],
)
def test_a_code_other_than_zero_is_an_error_although_http_says_200(
    site: Any, http: httpx2.Client, code: Any, kind: type[SourceError], sentence: str
) -> None:
    on(site, VIDEOS, json.dumps({"code": code, "message": "act.secret is wrong", "data": {}}), business_id="acme-id")
    with pytest.raises(kind, match=sentence) as caught:
        read(site, http)
    assert "act.secret" not in str(caught.value)


@pytest.mark.parametrize(("headers", "wait"), [({}, 300), ({"Retry-After": "7"}, 7), ({"x-ratelimit-reset": "42"}, 42)])
def test_a_throttled_account_says_when_it_may_be_asked_again(
    site: Any, http: httpx2.Client, headers: dict[str, str], wait: int
) -> None:
    on(site, VIDEOS, json.dumps({"code": 40100, "message": "too many"}), headers=headers, business_id="acme-id")
    with pytest.raises(SourceBusy) as caught:
        read(site, http)
    assert caught.value.wait == timedelta(seconds=wait)


def test_the_token_is_sent_in_its_header_only(site: Any, http: httpx2.Client) -> None:
    on(site, VIDEOS, said(videos=[video(1)]), business_id="acme-id")
    on(site, COMMENTS, said(comments=[comment(1)]), video_id="1")
    pages = read(site, http)
    assert all("secret" not in path and headers["access-token"] == "act.secret" for path, headers in site.asked)
    assert "secret" not in json.dumps(dict(pages[-1].cursor))


def test_ids_beyond_what_javascript_holds_stay_whole(site: Any, http: httpx2.Client) -> None:
    on(site, VIDEOS, said(videos=[video(7478000000000000001)]), business_id="acme-id")
    on(site, COMMENTS, said(comments=[comment(9007199254740993, 1)]), video_id="7478000000000000001")
    (one,) = (one for page in read(site, http) for one in page.mentions)
    assert (one.external_id, one.thread_id) == ("9007199254740993", "7478000000000000001")


def test_hidden_comments_are_asked_for_unless_they_are_not_wanted(site: Any, http: httpx2.Client) -> None:
    on(site, VIDEOS, said(videos=[video(1)]), business_id="acme-id")
    for status, found in (("ALL", [comment(1), comment(2)]), ("PUBLIC", [comment(1)])):
        site.rules.append(Rule(COMMENTS, Answer(said(comments=found).encode()), query={"status": status}))
    assert ids(read(site, http)) == ["1", "2"]
    assert ids(read(site, http, hidden=False)) == ["1"]


def test_a_cursor_that_leads_in_a_circle_ends_the_reading(site: Any, http: httpx2.Client) -> None:
    on(site, VIDEOS, said(videos=[video(1)], cursor=5, has_more=True), business_id="acme-id")
    on(site, COMMENTS, said(comments=[comment(1)], cursor=30, has_more=True), video_id="1")
    assert ids(read(site, http)) == ["1"]
    assert len(site.asked) == 4


@pytest.mark.parametrize("stop", [1, 2, 3, 4])
def test_a_reading_cut_short_goes_on_without_loss(site: Any, http: httpx2.Client, stop: int) -> None:
    on(site, VIDEOS, said(videos=[video(3), video(2)], cursor=5, has_more=True), cursor="-")
    on(site, VIDEOS, said(videos=[video(1, 0)]), cursor="5")
    on(site, COMMENTS, said(comments=[comment(33)], cursor=30, has_more=True), video_id="3", cursor="-")
    on(site, COMMENTS, said(comments=[comment(32)]), video_id="3", cursor="30")
    on(site, COMMENTS, said(comments=[comment(22)]), video_id="2")
    begun = list(islice(collector.pages(account(site), {}, http), stop))
    rest = read(site, http, json.loads(json.dumps(dict(begun[-1].cursor))))
    assert set(ids(begun + rest)) == {"33", "32", "22"}


def test_old_comments_are_not_read_again(site: Any, http: httpx2.Client) -> None:
    on(site, VIDEOS, said(videos=[video(1)]), business_id="acme-id")
    on(site, COMMENTS, said(comments=[comment(20_000)]), video_id="1")
    cursor = read(site, http)[-1].cursor
    site.rules.clear()
    on(site, VIDEOS, said(videos=[video(1, 3)]), business_id="acme-id")
    on(site, COMMENTS, said(comments=[comment(20_001)], cursor=30, has_more=True), cursor="-")
    on(site, COMMENTS, said(comments=[comment(20_000), comment(1)], cursor=60, has_more=True), cursor="30")
    on(site, COMMENTS, said(comments=[comment(0, 1)]), cursor="60")
    assert ids(read(site, http, cursor)) == ["20001", "20000", "1"]


def test_a_listing_of_another_type_is_a_change(site: Any, http: httpx2.Client) -> None:
    on(site, VIDEOS, said(videos={"1": 2}), business_id="acme-id")
    with pytest.raises(SourceChanged, match="the field videos is of another type"):
        read(site, http)
