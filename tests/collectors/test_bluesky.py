"""What data cannot tell of the search of Bluesky: sessions, refusals, its cap, and going on after a failure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from collectors import bluesky
from collectors.base import Page, SourceBusy, SourceError, SourceRefused
from tests.collectors.conftest import Answer, Rule, Site

LOGIN, RENEW, SEARCH = (
    "/xrpc/com.atproto.server.createSession",
    "/xrpc/com.atproto.server.refreshSession",
    "/xrpc/app.bsky.feed.searchPosts",
)


def told(value: Any, status: int = 200, **headers: str) -> Answer:
    heads = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(json.dumps(value).encode(), status, {"Content-Type": "application/json", **heads})


def session(access: str = "access-1") -> Answer:
    return told({"accessJwt": access, "refreshJwt": "refresh"})


def post(number: int, at: datetime) -> dict[str, Any]:
    uri = f"at://did:plc:a/app.bsky.feed.post/{number}"
    when = at.isoformat()
    return {
        "uri": uri,
        "author": {"did": "did:plc:a"},
        "record": {"text": f"Acme {number}", "createdAt": when},
        "indexedAt": when,
    }


@pytest.fixture
def logged(site: Site) -> Site:
    site.rules.append(Rule(LOGIN, session(), method="POST"))
    return site


def read(site: Site, http: httpx2.Client, cursor: Any = None) -> Iterator[Page]:
    params = bluesky.Bluesky.model_validate(
        {"base_url": site.base, "query": "acme", "username": "v.example", "password": "s3cret-pass"}
    )
    return bluesky.pages(params, cursor or {}, http)


def test_a_session_that_runs_out_is_renewed_and_the_search_goes_on(logged: Site, http: httpx2.Client) -> None:
    logged.rules += [
        Rule(SEARCH, told({"error": "ExpiredToken", "message": "Token has expired"}, 400), times=1),
        Rule(RENEW, session("access-2"), method="POST", needs={"Authorization": "Bearer refresh"}),
        Rule(SEARCH, told({"posts": []}), needs={"Authorization": "Bearer access-2"}),
    ]
    (page,) = read(logged, http)
    assert page.unchanged
    assert not any("s3cret" in path or "access" in path for path, _ in logged.asked)
    assert "access" not in json.dumps(dict(page.cursor))


def test_a_502_now_and_then_is_asked_again(logged: Site, http: httpx2.Client) -> None:
    logged.rules += [Rule(SEARCH, Answer(b"<html>", 502), times=2), Rule(SEARCH, told({"posts": []}))]
    assert len(list(read(logged, http))) == 1
    logged.rules[1:] = [Rule(SEARCH, Answer(b"<html>", 502))]
    with pytest.raises(SourceError, match="fails for the moment"):
        list(read(logged, http))


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (
            told({"error": "AuthenticationRequired", "message": "Invalid identifier or password"}, 401),
            SourceRefused,
            "app password",
        ),
        (told({"error": "AccountTakedown", "message": "x"}, 401), SourceRefused, "closed the account"),
        (told({"error": "AuthFactorTokenRequired", "message": "x"}, 401), SourceRefused, "code by e-mail"),
        (told({"error": "RateLimitExceeded"}, 429, RateLimit_Reset="99999999999"), SourceBusy, "less often"),
        (told({"accessJwt": ""}), SourceError, "accessJwt"),
        (Answer(b"<html>", 200, {"Content-Type": "text/html"}), SourceError, "web page"),
    ],
)
def test_a_login_that_fails_says_what_to_do(
    site: Site, http: httpx2.Client, answer: Answer, kind: type[SourceError], words: str
) -> None:
    site.rules.append(Rule(LOGIN, answer, method="POST"))
    with pytest.raises(kind, match=words) as refused:
        list(read(site, http))
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("status", [429, 503])
def test_a_pause_that_is_asked_for_in_seconds_is_kept(logged: Site, http: httpx2.Client, status: int) -> None:
    logged.rules.append(Rule(SEARCH, Answer(b"", status, {"Retry-After": "120"})))
    with pytest.raises(SourceBusy) as busy:
        list(read(logged, http))
    assert busy.value.wait == timedelta(minutes=2)


def test_words_that_the_search_does_not_take_are_said_to_be_so(logged: Site, http: httpx2.Client) -> None:
    logged.rules.append(Rule(SEARCH, told({"error": "BadQueryString", "message": "Unknown operator in q."}, 400)))
    with pytest.raises(SourceRefused, match=r"Change the words of the source: «Unknown operator in q\.»"):
        list(read(logged, http))


def test_a_session_that_cannot_be_renewed_is_begun_anew(site: Site, http: httpx2.Client) -> None:
    ended = told({"error": "ExpiredToken", "message": "Token has been revoked"}, 400)
    site.rules += [
        Rule(LOGIN, session(), method="POST", times=1),
        Rule(LOGIN, session("access-2"), method="POST"),
        Rule(RENEW, ended, method="POST"),
        Rule(SEARCH, told({"posts": []}), needs={"Authorization": "Bearer access-2"}, otherwise=ended),
    ]
    (page,) = read(site, http)
    assert page.unchanged


def test_a_search_without_rights_is_never_no_news(logged: Site, http: httpx2.Client) -> None:
    logged.rules.append(Rule(SEARCH, Answer(b"Forbidden", 403)))
    with pytest.raises(SourceRefused, match="403"):
        list(read(logged, http))


def test_it_stops_when_nothing_may_be_asked_any_more_and_goes_on_there(logged: Site, http: httpx2.Client) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    reset = str(int((now + timedelta(minutes=3)).timestamp()))
    first = told(
        {"posts": [post(n, now - timedelta(hours=n)) for n in range(20)], "cursor": "20"},
        RateLimit_Remaining="0", RateLimit_Reset=reset,
    )  # fmt: skip
    rest = told({"posts": [post(n, now - timedelta(hours=n)) for n in range(10, 30)]})
    logged.rules += [Rule(SEARCH, first, query={"until": "-"}), Rule(SEARCH, rest, query={"until": "*"})]
    (page,) = read(logged, http)
    assert page.asked is not None
    assert timedelta(minutes=2) < page.asked <= timedelta(minutes=3)
    again = list(read(logged, http, json.loads(json.dumps(dict(page.cursor)))))
    found = {one.external_id for one in (*page.mentions, *again[0].mentions)}
    assert len(found) == 30
    assert again[-1].cursor == {"newest": now.isoformat()}


def test_beyond_its_cap_it_is_asked_again_up_to_the_oldest(logged: Site, http: httpx2.Client) -> None:
    """The search gives no more than some hits in a row: 100 pages of 99 stand for them here."""
    now = datetime.now(UTC).replace(microsecond=0)
    many = [post(n, now - timedelta(seconds=n)) for n in range(9_900)]
    hits = {
        f"{n}": told({"posts": many[n : n + 99], "cursor": f"{n + 99}" if n + 99 < 9_900 else None})
        for n in range(0, 9_900, 99)
    }
    logged.rules += [Rule(SEARCH, answer, query={"cursor": mark}) for mark, answer in hits.items() if mark != "0"]
    logged.rules.append(Rule(SEARCH, hits["0"], query={"cursor": "-", "until": "-"}))
    older = [post(n, now - timedelta(seconds=n)) for n in range(9_880, 9_950)]
    logged.rules.append(Rule(SEARCH, told({"posts": older}), query={"cursor": "-", "until": "*"}))
    first = list(read(logged, http))
    assert "more than 10000 hits" in str(first[-1].warning)
    rest = list(read(logged, http, json.loads(json.dumps(dict(first[-1].cursor)))))
    ids = [one.external_id for page in (*first, *rest) for one in page.mentions]
    assert set(ids) == {f"at://did:plc:a/app.bsky.feed.post/{n}" for n in range(9_950)}
    assert rest[-1].cursor == {"newest": now.isoformat()}


def test_a_run_that_breaks_off_goes_on_where_it_was(logged: Site, http: httpx2.Client) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    pages = [[post(n, now - timedelta(hours=n)) for n in range(k, k + 20)] for k in (0, 20, 40)]
    logged.rules += [
        Rule(SEARCH, told({"posts": pages[0], "cursor": "20"}), query={"cursor": "-", "until": "-"}),
        Rule(SEARCH, Answer(b"", 500), query={"cursor": "20"}),
    ]
    run = read(logged, http)
    first = next(run)
    with pytest.raises(SourceError):
        next(run)
    logged.rules[1:] = [
        Rule(SEARCH, told({"posts": pages[0][-11:] + pages[1], "cursor": "x"}), query={"cursor": "-", "until": "*"}),
        Rule(SEARCH, told({"posts": pages[2]}), query={"cursor": "x", "until": "*"}),
    ]
    rest = list(read(logged, http, json.loads(json.dumps(dict(first.cursor)))))
    found = {one.external_id for page in (first, *rest) for one in page.mentions}
    assert len(found) == 60
