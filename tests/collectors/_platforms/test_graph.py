"""What the Graph API's errors and limits come to, seen through the Page that it is asked for."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx2

from collectors.base import Page
from collectors.facebook import FacebookPage, collector
from tests.collectors.conftest import Answer, Rule

PAGE = "104200000000001"
FEED = f"/v26.0/{PAGE}/feed"


def params(site: Any, **more: Any) -> FacebookPage:
    return FacebookPage.model_validate(
        {"page": PAGE, "token": "EAAB-very-secret", "base_url": site.base, "tagged": False, **more}
    )


def read(site: Any, http: httpx2.Client, cursor: Any = None, **more: Any) -> list[Page]:
    return list(collector.pages(params(site, **more), cursor or {}, http))


def sheet(*posts: dict[str, Any], after: str = "") -> str:
    following = f"https://graph.facebook.com{FEED}?access_token=EAAB-very-secret&after={after}"
    return json.dumps({"data": posts, "paging": {"cursors": {"after": after}, "next": following} if after else {}})


def post(n: int, text: str = "", comments: int = 0) -> dict[str, Any]:
    at = f"2026-03-01T{n // 60 % 24:02}:{n % 60:02}:00+0000"
    return {
        "id": f"{PAGE}_{n}",
        "message": text or f"Acme {n}",
        "created_time": at,
        "updated_time": at,
        "from": {"id": "7", "name": "Léa"},
        "comments": {"summary": {"total_count": comments}},
    }


def on(site: Any, path: str, body: str, status: int = 200, headers: dict[str, str] | None = None, **query: str) -> None:
    said = Answer(body.encode(), status, {"Content-Type": "application/json", **(headers or {})})
    site.rules.append(Rule(path, said, query=query))


def test_reading_stops_before_the_limit_and_loses_nothing(site: Any, http: httpx2.Client) -> None:
    full = {"X-App-Usage": '{"call_count":97}'}
    on(site, FEED, sheet(post(9), after="a1"), headers=full, after="-")
    on(site, FEED, sheet(post(8)), after="a1")
    first = read(site, http)
    assert [one.external_id for page in first for one in page.mentions] == [f"{PAGE}_9"]
    assert first[-1].asked == timedelta(minutes=30)
    site.rules[0].answer = Answer(sheet(post(9), after="a1").encode())
    again = read(site, http, first[-1].cursor)
    assert [one.external_id for page in again for one in page.mentions] == [f"{PAGE}_9", f"{PAGE}_8"]
    assert again[-1].asked is None


def test_the_token_is_sent_in_a_header_and_stands_in_no_address_and_no_cursor(site: Any, http: httpx2.Client) -> None:
    on(site, FEED, sheet(post(9), after="a1"), after="-")
    on(site, FEED, sheet(post(8)), after="a1")
    pages = read(site, http)
    assert len(site.asked) == 2
    for path, headers in site.asked:
        assert "access_token" not in path
        assert "EAAB" not in path
        assert headers["authorization"] == "Bearer EAAB-very-secret"
    assert "EAAB" not in json.dumps([dict(page.cursor) for page in pages])


def test_a_cursor_that_leads_back_to_itself_ends_the_reading(site: Any, http: httpx2.Client) -> None:
    on(site, FEED, sheet(post(9), after="a1"), limit="100")
    assert len(read(site, http)[0].mentions) == 1
    assert len(site.asked) == 2


def test_more_than_ten_pages_are_told(site: Any, http: httpx2.Client) -> None:
    for n in range(12):
        on(site, FEED, sheet(post(700 - n), after=f"a{n + 1}"), after=f"a{n}" if n else "-")
    pages = read(site, http)
    assert len(site.asked) == 10
    assert str(pages[-1].warning).startswith("more than 10 hits")
