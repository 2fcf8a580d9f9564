"""Dailymotion: how far a search reads, and what its errors say."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from collectors.base import Page, SourceBusy, SourceError, SourceRefused, Window
from collectors.dailymotion import Search, Video, collector, mention
from tests.collectors.conftest import Answer, Rule

NOW = datetime.now(UTC)


def video(number: int, minutes: int) -> dict[str, Any]:
    return {"id": f"x{number}", "title": f"video {number}", "created_time": int(NOW.timestamp()) - 60 * minutes}


def listing(*videos: dict[str, Any], more: bool = False) -> Answer:
    return Answer(json.dumps({"list": videos, "has_more": more}).encode())


def when(site: Any, answer: Answer, **query: str) -> None:
    site.rules.append(Rule("/videos", answer, query=query))


def run(site: Any, http: httpx2.Client, cursor: Any = None) -> list[Page]:
    return list(collector.pages(Search(base_url=site.base, query="cobalt"), cursor or {}, http))


def ids(pages: list[Page]) -> list[str]:
    return [one.external_id for page in pages for one in page.mentions]


def refusal(status: int, kind: str, message: str) -> Answer:
    return Answer(json.dumps({"error": {"code": status, "type": kind, "message": message}}).encode(), status)


def test_a_first_run_reads_a_week_and_later_ones_a_day_again(site: Any, http: httpx2.Client) -> None:
    when(site, listing(video(1, 5)))
    first = run(site, http)
    run(site, http, dict(first[-1].cursor))
    asked = [parse_qs(urlsplit(path).query) for path, _ in site.asked]
    ages = [NOW.timestamp() - int(one["created_after"][0]) for one in asked]
    assert [round(age / 3600) for age in ages] == [168, 24]
    assert asked[0]["family_filter"] == ["false"]


def test_a_video_pushed_to_the_next_page_is_given_once(site: Any, http: httpx2.Client) -> None:
    when(site, listing(video(3, 1), video(2, 2), more=True), page="1")
    when(site, listing(video(2, 2), video(1, 3)), page="2")
    assert ids(run(site, http)) == ["x3", "x2", "x1"]


def test_a_run_cut_short_reads_from_the_top_again(site: Any, http: httpx2.Client) -> None:
    when(site, listing(video(3, 1), more=True), page="1")
    when(site, listing(video(1, 3)), page="2")
    begun = next(collector.pages(Search(base_url=site.base, query="cobalt"), {}, http))
    assert ids(run(site, http, dict(begun.cursor))) == ["x3", "x1"]


def test_beyond_a_thousand_videos_a_warning_says_so(site: Any, http: httpx2.Client) -> None:
    for number in range(1, 12):
        when(site, listing(video(number, number), more=True), page=str(number))
    pages = run(site, http)
    assert len(pages) == 10
    assert pages[-1].warning
    assert "newest" in pages[-1].cursor


@pytest.mark.parametrize(
    ("answer", "kind", "sentence"),
    [
        (refusal(400, "invalid_parameter", "bad search"), SourceRefused, "bad search"),
        (refusal(403, "quota_exceeded", "…"), SourceBusy, "less often"),
        (refusal(403, "access_forbidden", "API rate limit exceeded"), SourceBusy, "less often"),
        (refusal(403, "access_forbidden", "no"), SourceRefused, "403"),
        (Answer(b"[]", 500), SourceError, "problem of its own"),
        (Answer(b"<html>", 200), SourceError, "web page"),
        (Answer(b'{"list": 5}', 200), SourceError, "field list"),
    ],
)
def test_errors_are_told_apart(
    site: Any, http: httpx2.Client, answer: Answer, kind: type[Exception], sentence: str
) -> None:
    when(site, answer)
    with pytest.raises(kind, match=sentence):
        run(site, http)


def test_a_backfill_goes_past_what_one_search_gives(site: Any, http: httpx2.Client) -> None:
    window = Window(NOW - timedelta(days=30), NOW)
    when(site, listing(video(2, 60), video(1, 120), more=True), created_before=str(int(NOW.timestamp())))
    when(site, listing(video(0, 180)), created_before=str(int(NOW.timestamp()) - 7200 + 1))
    assert collector.backfill
    pages = list(collector.backfill(Search(base_url=site.base, query="cobalt"), {}, window, http))
    assert ids(pages) == ["x2", "x1", "x0"]
    assert pages[-1].reached == window.since


def test_the_links_that_the_platform_makes_of_addresses_are_words_again() -> None:
    told = 'Un <3 pour <a href="https://cobalt.example" rel="nofollow" target="_blank">cobalt.example</a><br />Merci'
    assert mention(Video(id="x", description=told)).text == "Un <3 pour cobalt.example\nMerci"
