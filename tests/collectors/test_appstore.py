"""The App Store's feed, which is empty or fails at times, and whose XML is not trusted."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from pydantic import ValidationError

from collectors.appstore import App, collector
from collectors.base import Page, SourceBusy, SourceChanged, SourceError, SourceRefused, Window
from tests.collectors.conftest import Answer, Rule

NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=400)
ATOM = '<feed xmlns:im="http://itunes.apple.com/rss" xmlns="http://www.w3.org/2005/Atom">{}</feed>'


def review(number: int, hours: int, text: str = "said", **more: Any) -> dict[str, Any]:
    at = (NOW - timedelta(hours=hours)).astimezone().isoformat()
    told = {"id": str(number), "title": "t", "content": text, "updated": at, "im:rating": "4"}
    return {name: {"label": value} for name, value in {**told, **more}.items()}


def feed(*entries: Any) -> Answer:
    return Answer(json.dumps({"feed": {"entry": list(entries)}}).encode())


def when(site: Any, country: str, answer: Answer, page: int = 1, form: str = "json") -> None:
    path = f"/{country}/rss/customerreviews/page={page}/id=12345/sortBy=mostRecent/{form}"
    site.rules.insert(0, Rule(path, answer))


def run(site: Any, http: httpx2.Client, cursor: Any = None, countries: tuple[str, ...] = ("fr",)) -> list[Page]:
    return list(collector.pages(App(base_url=site.base, app_id="12345", countries=countries), cursor or {}, http))


def ids(pages: list[Page]) -> list[str]:
    return [one.external_id for page in pages for one in page.mentions]


def warnings(pages: list[Page]) -> list[str]:
    return [str(page.warning) for page in pages if page.warning]


def test_an_empty_feed_where_there_were_reviews_is_a_warning_and_no_news_otherwise(
    site: Any, http: httpx2.Client
) -> None:
    when(site, "fr", feed(review(1, 5)))
    when(site, "fr", feed(), 2)
    first = run(site, http)
    assert (ids(first), warnings(first)) == (["1"], [])
    when(site, "fr", feed())
    second = run(site, http, dict(first[-1].cursor))
    assert "gave no review for fr" in warnings(second)[0]
    assert second[-1].cursor == first[-1].cursor
    assert warnings(run(site, http)) == []


def test_one_country_that_fails_does_not_keep_the_others_from_being_read(site: Any, http: httpx2.Client) -> None:
    when(site, "us", Answer(b"Bad Gateway", 502))
    when(site, "fr", feed(review(1, 5)))
    when(site, "fr", feed(), 2)
    pages = run(site, http, countries=("us", "fr"))
    assert ids(pages) == ["1"]
    assert "did not answer for us" in warnings(pages)[0]
    assert list(pages[-1].cursor["newest"]) == ["fr"]  # type: ignore[call-overload, arg-type]


def test_when_all_countries_fail_it_is_an_error(site: Any, http: httpx2.Client) -> None:
    when(site, "fr", Answer(b"Bad Gateway", 502))
    with pytest.raises(SourceError, match="502"):
        run(site, http)


@pytest.mark.parametrize(("status", "kind"), [(429, SourceBusy), (503, SourceBusy), (403, SourceRefused)])
def test_when_apple_asks_for_a_pause_no_other_country_is_asked(
    site: Any, http: httpx2.Client, status: int, kind: type[Exception]
) -> None:
    when(site, "us", Answer(b"", status, {"Retry-After": "60"} if status != 403 else {}))
    with pytest.raises(kind):
        run(site, http, countries=("us", "fr"))
    assert len(site.asked) == 1


def test_the_same_review_changed_later_comes_again_under_its_id(site: Any, http: httpx2.Client) -> None:
    when(site, "fr", feed(review(2, 5), review(1, 6)))
    when(site, "fr", feed(), 2)
    first = run(site, http)
    when(site, "fr", feed(review(1, 1, "changed"), review(2, 5)))
    second = run(site, http, dict(first[-1].cursor))
    assert [(one.external_id, one.text) for page in second for one in page.mentions] == [
        ("1", "changed"),
        ("2", "said"),
    ]


def test_a_review_pushed_to_the_next_page_is_given_once(site: Any, http: httpx2.Client) -> None:
    when(site, "fr", feed(review(3, 1), review(2, 2)))
    when(site, "fr", feed(review(2, 2), review(1, 3)), 2)
    when(site, "fr", feed(), 3)
    assert ids(run(site, http)) == ["3", "2", "1"]


def test_beyond_ten_pages_a_warning_says_so(site: Any, http: httpx2.Client) -> None:
    for page in range(1, 12):
        when(site, "fr", feed(review(page, page)), page)
    pages = run(site, http)
    assert len(ids(pages)) == 10
    assert warnings(pages)
    assert not [path for path, _ in site.asked if "page=11/" in path]


@pytest.mark.parametrize(
    "xml",
    [
        '<!DOCTYPE feed [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + ATOM.format("<entry><id>&b;</id></entry>"),
        '<!DOCTYPE feed [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + ATOM.format("<title>&x;</title>"),
        ATOM.format("<entry><id>1</id>"),
        "<rss/>",
        "",
    ],
)
def test_xml_that_is_hostile_or_none_is_not_read(site: Any, http: httpx2.Client, xml: str) -> None:
    when(site, "fr", Answer(b"Bad Gateway", 502))
    when(site, "fr", Answer(xml.encode()), form="xml")
    with pytest.raises(SourceError, match="502"):
        run(site, http)


def test_an_entry_that_is_no_review_is_passed_over_and_a_broken_one_costs_itself_only(
    site: Any, http: httpx2.Client
) -> None:
    app = {"im:name": {"label": "Cobalt Ride"}, "id": {"label": "https://apps.apple.com/app"}}
    when(site, "fr", feed(app, review(1, 1), {"id": {"label": None}, "im:rating": {"label": "x"}}, "what"))
    when(site, "fr", feed(), 2)
    pages = run(site, http)
    assert (ids(pages), len(pages[0].broken)) == (["1"], 2)


def test_stars_without_words_are_the_text(site: Any, http: httpx2.Client) -> None:
    when(site, "fr", feed(review(1, 1, "", title="")))
    when(site, "fr", feed(), 2)
    assert [one.text for page in run(site, http) for one in page.mentions] == ["★★★★☆"]


def test_another_shape_is_said_so(site: Any, http: httpx2.Client) -> None:
    when(site, "fr", Answer(b'{"reviews": []}'))
    with pytest.raises(SourceChanged, match="feed"):
        run(site, http)


@pytest.mark.parametrize("given", [{"app_id": "cobalt"}, {"countries": []}, {"countries": ["france"]}])
def test_what_is_typed_is_checked(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        App.model_validate({"app_id": "12345", **given})


def back(site: Any, http: httpx2.Client, cursor: Any = None) -> list[Page]:
    params, window = App(base_url=site.base, app_id="12345", countries=("fr", "us")), Window(LONG_AGO, NOW)
    assert collector.backfill is not None
    return list(collector.backfill(params, cursor or {}, window, http))


def test_a_backfill_that_was_stopped_goes_on_with_its_country_and_its_page(site: Any, http: httpx2.Client) -> None:
    when(site, "fr", feed(review(1, 1)))
    when(site, "fr", feed(), 2)
    when(site, "us", feed(review(2, 2)))
    when(site, "us", feed(review(3, 3)), 2)
    when(site, "us", feed(), 3)
    whole = back(site, http)
    assert ids(whole) == ["1", "2", "3"]
    assert [page.reached == LONG_AGO for page in whole] == [False] * (len(whole) - 1) + [True]
    after_two = next(page for page in whole if ids([page]) == ["2"])
    site.asked.clear()
    assert ids(back(site, http, dict(after_two.cursor))) == ["3"]
    assert not [path for path, _ in site.asked if path.startswith("/fr/") or "page=1/" in path]
