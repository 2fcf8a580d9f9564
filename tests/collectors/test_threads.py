"""What a search on Threads costs, what it needs, and how it goes on."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from pydantic import ValidationError

from collectors.base import Page, SourceBusy, SourceRefused, Spend
from collectors.threads import ThreadsSearch, collector
from tests.collectors._platforms.graph_api import error, on

FOUND = "/v1.0/keyword_search"


def read(site: Any, http: httpx2.Client, cursor: Any = None, **more: Any) -> list[Page]:
    given = {"query": "acme", "token": "THAA-secret", "base_url": f"{site.base}/v1.0", "mentions": False, **more}
    return list(collector.pages(ThreadsSearch.model_validate(given), cursor or {}, http))


def data(*posts: dict[str, Any], after: str = "") -> str:
    return json.dumps({"data": posts, "paging": {"cursors": {"after": after}}})


def post(n: int, hour: int = 9) -> dict[str, Any]:
    return {"id": str(n), "text": f"Acme {n}", "timestamp": f"2026-03-05T{hour:02}:00:00+0000", "username": "lea"}


def texts(pages: list[Page]) -> list[str]:
    return [one.text for page in pages for one in page.mentions]


def test_a_search_counts_once_found_and_not_when_it_finds_nothing(site: Any) -> None:
    spent: list[int] = []

    def counted(answer: httpx2.Response) -> None:
        answer.read()
        spend = answer.request.extensions["spend"]
        assert isinstance(spend, Spend)
        assert (spend.meter, spend.most) == ("searches", 1)
        spent.append(spend.of(answer) if spend.of else spend.most)

    on(site, FOUND, data(post(1), after="a1"), after="-")
    on(site, FOUND, data(), after="a1")
    with httpx2.Client(trust_env=False, event_hooks={"response": [counted]}) as http:
        assert texts(read(site, http)) == ["Acme 1"]
    assert spent == [1, 0]
    assert collector.meters["searches"].limit == 2_200


def test_mentions_of_the_account_use_up_no_search(site: Any) -> None:
    on(site, "/v1.0/me/mentions", data(post(1)), limit="100")
    asked: list[httpx2.Request] = []
    with httpx2.Client(trust_env=False, event_hooks={"request": [asked.append]}) as http:
        assert texts(read(site, http, query="", mentions=True)) == ["Acme 1"]
    assert ["spend" in request.extensions for request in asked] == [False]


def test_the_next_reading_goes_down_to_an_hour_before_the_newest(site: Any, http: httpx2.Client) -> None:
    on(site, FOUND, data(post(1, 9)), after="-")
    cursor = read(site, http)[-1].cursor
    site.rules.clear()
    on(site, FOUND, data(post(3, 12), after="a1"), after="-")
    on(site, FOUND, data(post(1, 9), post(0, 7), after="a2"), after="a1")
    assert texts(read(site, http, cursor)) == ["Acme 3", "Acme 1", "Acme 0"]


def test_a_reading_cut_short_starts_at_the_top_again(site: Any, http: httpx2.Client) -> None:
    on(site, FOUND, data(post(3), after="a1"), after="-")
    on(site, FOUND, data(post(2)), after="a1")
    given = {"query": "acme", "token": "t", "base_url": f"{site.base}/v1.0", "mentions": False}
    first = next(iter(collector.pages(ThreadsSearch.model_validate(given), {}, http)))
    assert texts([first]) == ["Acme 3"]
    assert texts(read(site, http, first.cursor)) == ["Acme 3", "Acme 2"]


@pytest.mark.parametrize(
    ("told", "kind", "sentence"),
    [
        (error(190, 463), SourceRefused, "has expired"),
        (error(10, 0, "requires the threads_keyword_search permission"), SourceRefused, "«threads_keyword_search»"),
        (error(4), SourceBusy, "asks for a pause"),
    ],
)
def test_a_refusal_says_what_to_do(
    site: Any, http: httpx2.Client, told: str, kind: type[Exception], sentence: str
) -> None:
    on(site, FOUND, told, 400, q="acme")
    with pytest.raises(kind, match=sentence):
        read(site, http)


def test_a_repost_is_somebody_elses(site: Any, http: httpx2.Client) -> None:
    on(site, FOUND, data({**post(2), "media_type": "REPOST_FACADE"}, post(1)), q="acme")
    assert texts(read(site, http)) == ["Acme 1"]


def test_a_source_that_asks_for_nothing_is_refused_by_the_form() -> None:
    with pytest.raises(ValidationError, match="give words"):
        ThreadsSearch.model_validate({"token": "t", "mentions": False})
