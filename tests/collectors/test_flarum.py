"""How the lists of a Flarum forum are gone through, and what it says when it refuses."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from collectors.base import Page, SourceBusy, SourceChanged, SourceError, SourceRefused
from collectors.flarum import MOST_PAGES, FlarumForum, collector
from tests.collectors.conftest import Answer, Rule

NOW = datetime.now(UTC)


def post(number: int, age: timedelta = timedelta(), **more: Any) -> dict[str, Any]:
    related = {"discussion": {"data": {"type": "discussions", "id": "7"}}}
    said = {"number": number, "createdAt": (NOW - age).isoformat(), "contentType": "comment", "contentHtml": "<p>x</p>"}
    return {"type": "posts", "id": str(number), "attributes": said | more, "relationships": related}


def serve(
    site: Any, posts: list[dict[str, Any]], *, next_of: str = "{site}/api/posts?page%5Boffset%5D={offset}"
) -> None:
    site.rules.clear()
    for start in range(0, len(posts) + 1, 50):
        more = start + 50 < len(posts)
        links = {"next": next_of.format(site=site.base, offset=start + 50)} if more else {}
        body = json.dumps({"data": posts[start : start + 50], "links": links}).encode()
        site.rules.append(Rule("/api/posts", Answer(body), query={"page[offset]": str(start)}))


def read(site: Any, http: httpx2.Client, cursor: Any = None, **params: str) -> list[Page]:
    forum = FlarumForum(base_url=site.base, what="posts", **params)
    return list(collector.pages(forum, cursor or {}, http))


def ids(pages: list[Page]) -> list[int]:
    return [int(mention.external_id.partition("/")[2]) for page in pages for mention in page.mentions]


def test_a_first_reading_goes_back_a_week(site: Any, http: httpx2.Client) -> None:
    serve(site, [post(500 - hour, timedelta(hours=hour)) for hour in range(400)])
    found = ids(read(site, http))
    assert set(found) >= set(range(500 - 7 * 24 + 1, 501))
    assert len(found) == 200


def test_posts_that_arrive_while_pages_are_read_push_none_out(site: Any, http: httpx2.Client) -> None:
    older = [post(200 - n, timedelta(minutes=n)) for n in range(120)]
    serve(site, older)
    reading = collector.pages(FlarumForum(base_url=site.base, what="posts"), {}, http)
    begun = [next(reading)]
    serve(site, [post(203), post(202), post(201), *older])
    rest = list(reading)
    found = ids([*begun, *rest])
    assert set(found) == set(range(81, 201))
    assert len(found) == len(set(found))
    assert set(ids(read(site, http, rest[-1].cursor))) >= {201, 202, 203}


def test_an_interrupted_reading_does_not_move_on(site: Any, http: httpx2.Client) -> None:
    serve(site, [post(200 - n, timedelta(minutes=n)) for n in range(120)])
    begun = next(collector.pages(FlarumForum(base_url=site.base, what="posts"), {}, http))
    assert begun.cursor == {}


def test_of_the_address_of_the_next_page_only_the_offset_is_taken(site: Any, http: httpx2.Client) -> None:
    serve(site, [post(n) for n in range(1, 121)], next_of="http://127.0.0.1:9/x?token=t&page[offset]={offset}")
    assert len(ids(read(site, http))) == 120
    assert all(path.startswith("/api/posts?") and "token" not in path for path, _ in site.asked)


def test_an_offset_that_leads_back_ends_at_the_cap(site: Any, http: httpx2.Client) -> None:
    body = json.dumps({"data": [post(1)], "links": {"next": "/api/posts?page[offset]=0"}}).encode()
    site.rules.append(Rule("/api/posts", Answer(body), query={"page[offset]": "*"}))
    pages = read(site, http)
    assert (ids(pages), len(pages)) == ([1], MOST_PAGES)
    assert pages[-1].warning
    assert len({path for path, _ in site.asked}) == MOST_PAGES


@pytest.mark.parametrize(
    ("status", "token", "kind", "words"),
    [
        (401, "", SourceRefused, "members only"),
        (403, "t", SourceRefused, "refuses the token"),
        (404, "", SourceError, "not a Flarum forum"),
        (400, "", SourceError, "make it simpler"),
        (429, "", SourceBusy, "less often"),
        (200, "", SourceChanged, "field data is missing"),
    ],
)
def test_a_refusal_says_what_to_do(
    site: Any, http: httpx2.Client, status: int, token: str, kind: type[SourceError], words: str
) -> None:
    site.always = Answer(b'{"errors":[{"status":"x","code":"not_authenticated"}]}', status)
    with pytest.raises(kind, match=words):
        read(site, http, token=token)


def test_the_token_is_in_the_header_alone(site: Any, http: httpx2.Client) -> None:
    serve(site, [post(1)])
    pages = read(site, http, token="s3cret")
    assert site.asked[0][1]["authorization"] == "Token s3cret"
    assert "s3cret" not in repr((site.asked[0][0], pages))


def test_one_post_that_cannot_be_read_costs_itself_only(site: Any, http: httpx2.Client) -> None:
    serve(site, [post(3), post(2, contentHtml=["no", "text"]), post(1)])
    (page,) = read(site, http)
    assert (ids([page]), [item.id for item in page.broken]) == ([3, 1], ["2"])
