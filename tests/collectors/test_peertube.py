"""PeerTube: pages that shift while they are read, and the past in slices of time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from collectors.base import Page, Window
from collectors.peertube import Search, collector
from tests.collectors.conftest import Answer, Rule

NOW = datetime.now(UTC)
PATH = "/api/v1/search/videos"


def video(number: int, minutes: int) -> dict[str, Any]:
    at = (NOW - timedelta(minutes=minutes)).isoformat()
    return {"uuid": f"v{number}", "url": f"https://t.example/w/{number}", "name": "n", "publishedAt": at}


def when(site: Any, total: int, *videos: dict[str, Any], **query: str) -> None:
    answer = Answer(json.dumps({"total": total, "data": videos}).encode())
    site.rules.append(Rule(PATH, answer, query=query))


def ids(pages: list[Page]) -> list[str]:
    return [one.external_id.removeprefix("urn:uuid:") for page in pages for one in page.mentions]


def test_a_video_pushed_to_the_next_page_is_given_once_and_the_cursor_moves_last(
    site: Any, http: httpx2.Client
) -> None:
    when(site, 3, video(3, 1), video(2, 2), start="0")
    when(site, 4, video(2, 2), video(1, 3), start="2")
    pages = list(collector.pages(Search(base_url=site.base, query="cobalt"), {}, http))
    assert ids(pages) == ["v3", "v2", "v1"]
    assert (pages[0].cursor, sorted(pages[-1].cursor)) == ({}, ["newest"])


def test_a_backfill_goes_back_by_time_and_says_how_far_it_is(site: Any, http: httpx2.Client) -> None:
    window = Window(NOW - timedelta(days=1), NOW)
    oldest = NOW - timedelta(minutes=2)
    before = datetime.fromtimestamp(int(oldest.timestamp()) + 1, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    when(site, 2, video(2, 2), video(1, 3), endDate=before)
    when(site, 3, video(3, 1), video(2, 2))
    assert collector.backfill
    pages = list(collector.backfill(Search(base_url=site.base, query="cobalt"), {}, window, http))
    assert ids(pages) == ["v3", "v2", "v1"]
    assert [page.reached for page in pages] == [oldest, window.since]
