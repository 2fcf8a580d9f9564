"""GDELT: sentences where data was wanted, broken JSON, full answers, and how far it remembers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from collectors.base import Page, SourceBusy, SourceError, SourceRefused, Window
from collectors.gdelt import HISTORY_DAYS, MOST, Search, backfill, collector, pages
from tests.collectors.conftest import Answer, Rule, Site

PATH = "/api/v2/doc/doc"
NOW = datetime.now(UTC)


def params(site: Site, **more: Any) -> Search:
    return Search(query="brumelo", base_url=site.base, **more)


def say(
    site: Site, body: bytes | str, status: int = 200, times: int = 1_000_000, kind: str = "application/json"
) -> None:
    data = body.encode() if isinstance(body, str) else body
    site.rules.append(Rule(PATH, Answer(data, status, {"Content-Type": kind}), times=times))


def articles(first: int, number: int) -> str:
    made = [
        {"url": f"https://daily.example/{n}", "title": f"Brumelo {n}", "seendate": "20251201T093000Z"}
        for n in range(first, first + number)
    ]
    return json.dumps({"articles": made})


def ids(found: list[Page]) -> list[str]:
    return [one.external_id.rpartition("/")[2] for page in found for one in page.mentions]


def windows(site: Site) -> list[tuple[str, str]]:
    queries = [parse_qs(urlsplit(path).query) for path, _ in site.asked]
    return [(query["startdatetime"][0], query["enddatetime"][0]) for query in queries]


@pytest.mark.parametrize("body", ["", "{}", '{"articles": []}', "\ufeff{}", "  \n"])
def test_no_match_is_no_error(site: Site, http: httpx2.Client, body: str) -> None:
    say(site, body)
    [page] = pages(params(site), {}, http)
    assert (page.mentions, page.broken, page.warning) == ((), (), None)


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (429, "Please limit requests to one every 5 seconds or contact us.", SourceBusy, "every 5 seconds"),
        (200, "Please limit requests to one every 5 seconds or contact us.", SourceBusy, "every 5 seconds"),
        (200, "Your query was too short or too long.\n", SourceRefused, "too short or too long"),
        (200, "The specified phrase is too short.", SourceRefused, "phrase is too short"),
        (200, "One or more of your keywords were too short, too long or too common.", SourceRefused, "keywords"),
        (200, "Parentheses may only be used around OR'd statements.", SourceRefused, "Parentheses"),
        (200, "Invalid/Unsupported Country.", SourceRefused, "Unsupported Country"),
        (200, "Timespan is too short.", SourceError, "Timespan"),
        (200, "Invalid query start date.", SourceError, "no articles"),
        (200, "An {unknown} error occurred", SourceError, "unknown"),
        (200, "<html><body>Bad gateway</body></html>", SourceError, "web page"),
        (200, '{"articles": [{"url": "https://a.example/", "ti', SourceError, "breaks off"),
        (200, '{"articles": "none"}', SourceError, "of another type"),
        (200, '{"articles": [{"title": "x"}]}', SourceError, "url is missing"),
        (500, "Internal error", SourceError, "500"),
        (404, "", SourceError, "404"),
    ],
)
def test_an_error_is_told_as_what_it_is(
    site: Site, http: httpx2.Client, status: int, body: str, kind: type[SourceError], words: str
) -> None:
    say(site, body, status, kind="application/json" if body.startswith("{") else "text/html; charset=utf-8")
    with pytest.raises(kind, match=words) as told:
        list(pages(params(site), {}, http))
    assert type(told.value) is kind or kind is SourceError
    if isinstance(told.value, SourceBusy):
        assert told.value.wait


@pytest.mark.parametrize(
    ("written", "title"),
    [
        (r"c\'est Brumelo", r"c\'est Brumelo"),
        (r"C:\pots \u00e9t\u00e9 \"x\" \\ \/", 'C:\\pots été "x" \\ /'),
        (r"bad \u12 escape", r"bad \u12 escape"),
        ("a\ttab and a\nbreak", "a\ttab and a\nbreak"),
        ("Brumelo &amp; Co &#39;x&#39;", "Brumelo & Co 'x'"),
        (r"lone \ud83d half", "lone \ufffd half"),
    ],
)
def test_a_title_that_is_escaped_wrongly_is_read_all_the_same(
    site: Site, http: httpx2.Client, written: str, title: str
) -> None:
    say(site, '{"articles": [{"url": "https://a.example/1", "title": "' + written + '"}]}')
    [page] = pages(params(site), {}, http)
    assert [one.title for one in page.mentions] == [title]


def test_bytes_that_are_no_text_cost_a_letter_and_no_article(site: Site, http: httpx2.Client) -> None:
    say(site, b'{"articles": [{"url": "https://a.example/1", "title": "caf\xe9 Brumelo"}]}')
    [page] = pages(params(site), {}, http)
    assert page.mentions[0].title == "caf\ufffd Brumelo"


def test_a_full_answer_is_asked_for_again_in_slices(site: Site, http: httpx2.Client) -> None:
    say(site, articles(0, MOST), times=1)
    say(site, articles(0, 150), times=1)
    say(site, articles(150, 150), times=1)
    say(site, "{}")
    found = list(pages(params(site), {}, http))
    assert sorted(map(int, ids(found))) == list(range(300))
    asked = windows(site)
    assert asked[1][0] == asked[0][0]
    assert asked[1][1] < asked[0][1]
    assert asked[2][0] == asked[1][1]


def test_an_hour_that_is_full_is_told_and_never_asked_for_in_less(site: Site, http: httpx2.Client) -> None:
    say(site, articles(0, MOST))
    cursor = {"at": (NOW - timedelta(minutes=30)).isoformat()}
    found = list(pages(params(site), cursor, http))
    assert str(found[0].warning) == "more than 250 hits: narrow the query, or shorten the interval"
    for since, until in windows(site):
        length = datetime.strptime(until, "%Y%m%d%H%M%S") - datetime.strptime(since, "%Y%m%d%H%M%S")  # noqa: DTZ007
        assert length >= timedelta(hours=1)


def test_going_back_stops_at_what_gdelt_remembers(site: Site, http: httpx2.Client) -> None:
    say(site, articles(0, 3))
    window = Window(NOW - timedelta(days=400), NOW)
    found = list(backfill(params(site), {}, window, http))
    assert found[-1].reached == window.since
    oldest = datetime.strptime(min(since for since, _ in windows(site)), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    assert timedelta(days=HISTORY_DAYS) <= datetime.now(UTC) - oldest < timedelta(days=HISTORY_DAYS, minutes=10)


def test_language_and_country_are_part_of_the_question(site: Site, http: httpx2.Client) -> None:
    say(site, "{}")
    list(pages(params(site, sourcelang="French", sourcecountry="France"), {}, http))
    assert parse_qs(urlsplit(site.asked[0][0]).query)["query"] == ["brumelo sourcelang:french sourcecountry:france"]


@pytest.mark.parametrize("value", ["french tone<-5", "fr:x", "été", "a b"])
def test_a_filter_is_a_word(value: str) -> None:
    with pytest.raises(ValueError, match="sourcelang"):
        Search(query="x", sourcelang=value)


def test_it_declares_its_pause_and_its_memory() -> None:
    assert (collector.gap, collector.history_days) == (timedelta(seconds=5), 90)
