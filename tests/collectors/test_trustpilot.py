"""Trustpilot: an allowance that is spared, pages that shift, and events that nobody signs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from pydantic import ValidationError

from collectors.base import Inbound, Page, Received, SourceBusy, SourceChanged, SourceRefused, Unsigned, Window
from collectors.trustpilot import Business, Review, collector, mention
from tests.collectors.conftest import Answer, Rule

NOW = datetime.now(UTC)
FIND, REVIEWS = "/business-units/find", "/business-units/u1/reviews"


def review(number: int, hours: float) -> dict[str, Any]:
    at = (NOW - timedelta(hours=hours)).isoformat()
    return {"id": f"r{number}", "stars": 4, "title": "t", "text": "said", "createdAt": at, "consumer": {"id": "c"}}


def listing(*reviews: Any, **headers: str) -> Answer:
    return Answer(json.dumps({"reviews": reviews}).encode(), 200, headers)


def known(site: Any) -> None:
    site.rules.append(Rule(FIND, Answer(b'{"id": "u1"}'), query={"name": "cobalt.example"}))


def params(site: Any, **more: Any) -> Business:
    return Business.model_validate({"base_url": site.base, "api_key": "k3y", "domain": "cobalt.example", **more})


def run(site: Any, http: httpx2.Client, cursor: Any = None) -> list[Page]:
    return list(collector.pages(params(site), cursor or {}, http))


def ids(pages: list[Page]) -> list[str]:
    return [one.external_id for page in pages for one in page.mentions]


def sent(body: bytes, secret: str = "s3cret", query: dict[str, str] | None = None) -> Received:
    """What comes of a request to a source that has this secret."""
    assert collector.receive
    given = {"api_key": "k", "domain": "cobalt.example", "webhook_secret": secret}
    asked = Inbound("POST", {}, {"secret": "s3cret"} if query is None else query, body, NOW)
    return collector.receive(Business.model_validate(given), asked)


def test_the_business_is_looked_up_once_and_again_when_another_is_chosen(site: Any, http: httpx2.Client) -> None:
    known(site)
    site.rules.append(Rule(FIND, Answer(b'{"id": "u1"}'), query={"name": "other.example"}))
    site.rules.append(Rule(REVIEWS, listing()))
    first = run(site, http)
    run(site, http, dict(first[-1].cursor))
    assert len([path for path, _ in site.asked if "/find" in path]) == 1
    list(collector.pages(params(site, domain="other.example"), dict(first[-1].cursor), http))
    assert len([path for path, _ in site.asked if "/find" in path]) == 2
    assert {heard["apikey"] for _, heard in site.asked} == {"k3y"}


def test_one_call_is_enough_when_nothing_is_new(site: Any, http: httpx2.Client) -> None:
    site.rules.append(Rule(REVIEWS, listing(review(1, 2), review(0, 30))))
    cursor = {"unit": "u1", "domain": "cobalt.example", "newest": (NOW - timedelta(hours=2)).isoformat()}
    run(site, http, cursor)
    assert len(site.asked) == 1


def test_a_review_pushed_to_the_next_page_is_given_once(site: Any, http: httpx2.Client) -> None:
    known(site)
    site.rules.append(Rule(REVIEWS, listing(review(3, 1), review(2, 2)), query={"page": "1"}))
    site.rules.append(Rule(REVIEWS, listing(review(2, 2), review(1, 3)), query={"page": "2"}))
    site.rules.append(Rule(REVIEWS, listing(), query={"page": "3"}))
    assert ids(run(site, http)) == ["r3", "r2", "r1"]


def test_a_backfill_goes_on_with_the_page_read_last_so_that_a_deletion_hides_nothing(
    site: Any, http: httpx2.Client
) -> None:
    known(site)
    site.rules.append(Rule(REVIEWS, listing(review(4, 1), review(3, 2)), query={"page": "1"}, times=1))
    assert collector.backfill
    window = Window(NOW - timedelta(days=9), NOW)
    begun = next(iter(collector.backfill(params(site), {}, window, http)))
    site.rules.append(Rule(REVIEWS, listing(review(3, 2), review(2, 3)), query={"page": "1"}))  # r4 was deleted
    site.rules.append(Rule(REVIEWS, listing(review(1, 4)), query={"page": "2"}))
    site.rules.append(Rule(REVIEWS, listing(), query={"page": "3"}))
    rest = list(collector.backfill(params(site), dict(begun.cursor), window, http))
    assert ids([begun, *rest]) == ["r4", "r3", "r3", "r2", "r1"]
    assert rest[-1].reached == window.since


def test_calls_that_are_used_up_end_the_reading_without_a_hole(site: Any, http: httpx2.Client) -> None:
    known(site)
    used = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "600"}
    site.rules.append(Rule(REVIEWS, listing(review(1, 1), **used)))
    (page,) = run(site, http)
    assert (page.asked, "newest" in page.cursor) == (timedelta(minutes=10), False)


@pytest.mark.parametrize(
    ("status", "headers", "kind", "sentence"),
    [
        (401, {}, SourceRefused, "does not accept this API key"),
        (403, {}, SourceRefused, "needs the API module"),
        (404, {}, SourceRefused, "no business named cobalt.example"),
        (429, {"Retry-After": "60"}, SourceBusy, "less often"),
    ],
)
def test_refusals_are_told_apart(
    site: Any, http: httpx2.Client, status: int, headers: dict[str, str], kind: type[Exception], sentence: str
) -> None:
    site.rules.append(Rule(FIND, Answer(b"{}", status, headers)))
    with pytest.raises(kind, match=sentence) as refused:
        run(site, http)
    assert "k3y" not in str(refused.value)


@pytest.mark.parametrize(
    ("secret", "query"),
    [("s3cret", {}), ("s3cret", {"secret": ""}), ("s3cret", {"secret": "wrong"}), ("s3cret", {"secret": "é"}),
     ("", {"secret": ""}), ("", {})],
)  # fmt: skip
def test_an_event_without_the_secret_is_refused(secret: str, query: dict[str, str]) -> None:
    with pytest.raises(Unsigned):
        sent(b'{"events": []}', secret, query)


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"events": 5}', b"[" * 10_000])
def test_what_is_no_event_is_said_so(body: bytes) -> None:
    with pytest.raises(SourceChanged):
        sent(body)


def test_the_last_word_on_a_review_in_one_request_counts() -> None:
    events = [
        {"eventName": "service-review-created", "eventData": review(1, 2)},
        {"eventName": "service-review-updated", "eventData": {**review(1, 2), "text": "changed"}},
    ]
    got = sent(json.dumps({"events": events}).encode())
    assert [(one.external_id, one.text) for one in got.mentions] == [("r1", "changed")]


@pytest.mark.parametrize("domain", ["cobalt", "https://cobalt.example", "cobalt.example/x", ""])
def test_a_business_is_named_by_its_address_alone(site: Any, domain: str) -> None:
    with pytest.raises(ValidationError):
        params(site, domain=domain)


def test_a_review_of_nobody_is_read() -> None:
    told = {"id": "r1", "stars": 2, "text": "Slow", "consumer": None, "language": None, "createdAt": NOW.isoformat()}
    one = mention(Review.model_validate(told))
    assert (one.text, one.author, one.language) == ("Slow", "", None)
