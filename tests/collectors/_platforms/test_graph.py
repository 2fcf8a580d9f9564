"""What the Graph API's errors and limits come to, seen through the Page that it is asked for."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx2

from tests.collectors._platforms.graph_api import FEED, PAGE, on, post, read, sheet
from tests.collectors.conftest import Answer


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
