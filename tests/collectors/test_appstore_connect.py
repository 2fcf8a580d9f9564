"""App Store Connect: tokens that live short, calls that are counted by the hour, refusals that are told apart."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from collectors.appstore_connect import App, collector
from collectors.base import Page, SourceBusy, SourceRefused
from tests.collectors.conftest import Answer, Rule

PATH = "/v1/apps/1404000001/customerReviews"
NOW = datetime.now(UTC)
KEY = ec.generate_private_key(ec.SECP256R1())


def pem(key: Any) -> str:
    no = serialization.NoEncryption()
    found: bytes = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, no)
    return found.decode()


P8 = pem(KEY)


def review(number: int, hours: int) -> dict[str, Any]:
    at = (NOW - timedelta(hours=hours)).isoformat()
    return {"id": str(number), "attributes": {"rating": 4, "title": "t", "body": "b", "createdDate": at}}


def listing(*reviews: Any, next: str = "", **headers: str) -> Answer:  # noqa: A002
    body = {"data": reviews, "links": {"self": "x", **({"next": next} if next else {})}}
    return Answer(json.dumps(body).encode(), 200, headers)


def refusal(status: int, code: str, **headers: str) -> Answer:
    return Answer(json.dumps({"errors": [{"status": str(status), "code": code}]}).encode(), status, headers)


def run(site: Any, http: httpx2.Client, cursor: Any = None, **more: Any) -> list[Page]:
    given = {
        "base_url": site.base,
        "app_id": "1404000001",
        "key_id": "K1",
        "issuer_id": "I1",
        "private_key": P8,
        **more,
    }
    return list(collector.pages(App.model_validate(given), cursor or {}, http))


def ids(pages: list[Page]) -> list[str]:
    return [one.external_id for page in pages for one in page.mentions]


def sent(site: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    token = site.asked[-1][1]["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, KEY.public_key(), algorithms=["ES256"], audience="appstoreconnect-v1")
    return claims, jwt.get_unverified_header(token)


@pytest.mark.parametrize("written", [P8, P8.replace("\n", " "), P8.replace("\n", "\\n")])
def test_the_token_is_signed_and_lives_less_than_twenty_minutes(site: Any, http: httpx2.Client, written: str) -> None:
    site.rules.append(Rule(PATH, listing()))
    run(site, http, private_key=written)
    claims, header = sent(site)
    assert (claims["iss"], header["kid"], header["alg"]) == ("I1", "K1", "ES256")
    assert claims["exp"] - claims["iat"] < 20 * 60


def test_an_individual_key_has_a_subject_and_no_issuer(site: Any, http: httpx2.Client) -> None:
    site.rules.append(Rule(PATH, listing()))
    run(site, http, issuer_id="")
    claims, _ = sent(site)
    assert ("iss" not in claims, claims["sub"]) == (True, "user")


@pytest.mark.parametrize("wrong", ["", "MIGTAgEAMBMG", pem(rsa.generate_private_key(65537, 2048)), P8[:60]])
def test_what_is_no_such_key_is_told_before_anything_is_asked(site: Any, http: httpx2.Client, wrong: str) -> None:
    with pytest.raises(SourceRefused, match=r"\.p8"):
        run(site, http, private_key=wrong)
    assert site.asked == []


def test_of_the_next_link_only_its_cursor_is_followed(site: Any, http: httpx2.Client) -> None:
    site.rules.append(
        Rule(PATH, listing(review(2, 1), next="http://evil.example/x?cursor=AgA.1"), query={"cursor": "-"})
    )
    site.rules.append(Rule(PATH, listing(review(1, 2)), query={"cursor": "AgA.1"}))
    pages = run(site, http)
    assert ids(pages) == ["2", "1"]
    assert "cursor" not in pages[-1].cursor


def test_when_the_hour_is_used_up_paging_stops_and_nothing_is_lost(site: Any, http: httpx2.Client) -> None:
    left = {"X-Rate-Limit": "user-hour-lim:3600;user-hour-rem:3;"}
    more = listing(review(2, 1), next="http://x/?cursor=p2", **left)
    site.rules.append(Rule(PATH, more, query={"cursor": "-"}, times=1))
    (page,) = run(site, http)
    assert (page.asked, page.cursor) == (timedelta(hours=1), {})
    site.rules.append(Rule(PATH, listing(review(2, 1), next="http://x/?cursor=p2"), query={"cursor": "-"}))
    site.rules.append(Rule(PATH, listing(review(1, 2)), query={"cursor": "p2"}))
    assert ids(run(site, http, dict(page.cursor))) == ["2", "1"]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (refusal(401, "NOT_AUTHORIZED"), "which belong together"),
        (refusal(403, "FORBIDDEN_ERROR"), "give it the role"),
        (refusal(403, "FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED"), "accept an agreement"),
        (refusal(404, "NOT_FOUND"), "finds no app"),
        (Answer(b"<html>no</html>", 403), "give it the role"),
    ],
)
def test_refusals_are_told_apart(site: Any, http: httpx2.Client, answer: Answer, sentence: str) -> None:
    site.rules.append(Rule(PATH, answer))
    with pytest.raises(SourceRefused, match=sentence):
        run(site, http)


@pytest.mark.parametrize(("headers", "minutes"), [({}, 60), ({"Retry-After": "300"}, 5)])
def test_a_429_says_how_long_to_wait(site: Any, http: httpx2.Client, headers: dict[str, str], minutes: int) -> None:
    site.rules.append(Rule(PATH, refusal(429, "RATE_LIMIT_EXCEEDED", **headers)))
    with pytest.raises(SourceBusy) as busy:
        run(site, http)
    assert busy.value.wait == timedelta(minutes=minutes)


def test_a_link_that_repeats_itself_ends_the_reading(site: Any, http: httpx2.Client) -> None:
    site.rules.append(Rule(PATH, listing(review(1, 1), next="http://x/?cursor=p2")))
    assert ids(run(site, http)) == ["1"]
    assert len(site.asked) == 2
