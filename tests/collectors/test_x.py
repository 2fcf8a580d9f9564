"""X as it behaves: paid by the post, newest first, refusing in its own words."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from pydantic import ValidationError

from collectors._kit.fetch import Missing
from collectors.base import (
    Page,
    SourceBusy,
    SourceChanged,
    SourceError,
    SourceOverBudget,
    SourceRefused,
    Spend,
    Window,
)
from collectors.x import MOST, backfill, collector, pages
from collectors.x.posts import POST, USER, at_of, cost_of, id_at
from collectors.x.search import XParams

NOW = datetime.now(UTC).replace(microsecond=0)


def in_seconds(number: int) -> str:
    return str(int(datetime.now(UTC).timestamp()) + number)


@dataclass
class X:
    """Holds posts (ids, oldest first) and answers like X: newest first, between two ids, some at a time."""

    base: str = ""
    ids: list[int] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    fails_after: int = 1_000
    status: int = 429
    body: bytes = b"Rate limit exceeded"
    headers: dict[str, str] = field(default_factory=dict)
    remaining: int = 400
    always_names: bool = False
    oldest: int = 0
    given: list[dict[str, Any]] = field(default_factory=list)

    def post(self, number: int, minutes_ago: float = 60, apart: float = 1) -> None:
        """So many posts more, the last one `minutes_ago`."""
        last = NOW - timedelta(minutes=minutes_ago)
        times = [last - timedelta(seconds=apart * step) for step in range(number)]
        self.ids = sorted({*self.ids, *(id_at(time) + 1 for time in times)})

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        where = dict(parse_qsl(urlsplit(path).query))
        self.asked.append({"path": urlsplit(path).path, **where})
        if len(self.asked) > self.fails_after:
            return self.status, self.headers, self.body
        for end in ("since_id", "until_id"):
            if int(where.get(end, self.oldest)) < self.oldest:
                message = (
                    f"Invalid '{end}':'{where[end]}'. '{end}' must be a tweet id created after [2026-01-01T00:00Z]"
                )
                told = {"errors": [{"parameters": {end: [where[end]]}, "message": message}], "title": "Invalid Request"}
                return 400, {}, json.dumps(told).encode()
        token = where.get("next_token") or where.get("pagination_token")
        low, high = int(where.get("since_id", "0")), int(token or where.get("until_id", "0")) or 2**70
        found = [one for one in reversed(self.ids) if low < one < high]
        here, more = found[: int(where["max_results"])], len(found) > int(where["max_results"])
        data = [{"id": str(one), "text": f"brumelo {one}", "author_id": str(one % 7)} for one in here]
        meta = {"result_count": len(here)} | ({"next_token": str(here[-1])} if more else {})
        body: dict[str, Any] = {"data": data, "meta": meta} if data else {"meta": meta}
        if self.given:
            body = {"data": self.given, "meta": {"result_count": len(self.given)}}
        if self.always_names or "author_id" in where.get("expansions", ""):
            body["includes"] = {"users": [{"id": str(n), "name": f"N{n}", "username": f"n{n}"} for n in range(7)]}
        self.remaining -= 1
        left = {
            "x-rate-limit-remaining": str(max(self.remaining, 0)),
            "x-rate-limit-reset": in_seconds(600),
        }
        return 200, left, json.dumps(body).encode()


@pytest.fixture
def x() -> Iterator[X]:
    made = X()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = made.answer(self.path)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


class Purse(httpx2.Client):
    """Pays for each request before it is sent, as the client of production does, from so many units."""

    def __init__(self, left: int) -> None:
        super().__init__(trust_env=False)
        self.left, self.spent = left, 0

    def send(self, request: httpx2.Request, **given: Any) -> httpx2.Response:
        spend = request.extensions["spend"]
        assert isinstance(spend, Spend)
        assert spend.of is not None
        if spend.most > self.left:
            raise SourceOverBudget("used up", left=self.left, wait=timedelta(days=3))
        answer = super().send(request, **given)
        self.left -= spend.of(answer)
        self.spent += spend.of(answer)
        return answer


def reading(x: X, **more: Any) -> XParams:
    return XParams(**{"base_url": x.base, "token": "AAAAinvented", "query": "brumelo", **more})


def ids(found: list[Page]) -> list[int]:
    return [int(mention.external_id) for page in found for mention in page.mentions]


def stored(cursor: Any) -> Any:
    return json.loads(json.dumps(dict(cursor)))


def test_a_first_reading_begins_with_few_posts_and_goes_on_to_the_end(x: X, http: httpx2.Client) -> None:
    x.post(260)
    found = list(pages(reading(x), {}, http))
    assert ids(found) == sorted(x.ids, reverse=True)
    assert [one["max_results"] for one in x.asked] == ["20", "100", "100", "100"]
    assert found[-1].cursor == {"newest": str(x.ids[-1])}


def test_the_next_reading_asks_only_for_what_is_newer(x: X, http: httpx2.Client) -> None:
    x.post(5)
    cursor = list(pages(reading(x), {}, http))[-1].cursor
    x.post(3, minutes_ago=30)
    again = list(pages(reading(x), cursor, http))
    assert ids(again) == x.ids[:-4:-1]
    nothing = list(pages(reading(x), again[-1].cursor, http))
    assert [(page.unchanged, page.mentions, page.cursor) for page in nothing] == [(True, (), again[-1].cursor)]


def test_a_reading_that_is_cut_short_goes_on_and_loses_and_doubles_nothing(x: X, http: httpx2.Client) -> None:
    for stop in range(1, 4):
        x.ids.clear()
        x.post(250, minutes_ago=120)
        begun = list(islice(pages(reading(x), {}, http), stop))
        x.post(150, minutes_ago=10)  # while nobody looked
        first_rest = list(islice(pages(reading(x), stored(begun[-1].cursor), http), 1))
        rest = list(pages(reading(x), stored(first_rest[-1].cursor), http))
        assert sorted(ids([*begun, *first_rest, *rest])) == x.ids
        assert rest[-1].cursor == {"newest": str(x.ids[-1])}


def test_posts_that_come_while_pages_are_read_are_read_next_time(x: X, http: httpx2.Client) -> None:
    x.post(150, minutes_ago=60)
    first: list[Page] = []
    for page in pages(reading(x), {}, http):
        first.append(page)
        x.post(len(first), minutes_ago=30 - len(first))
    later = list(pages(reading(x), first[-1].cursor, http))
    assert sorted(ids(first + later)) == x.ids


def test_a_flood_is_cut_at_a_thousand_and_said(x: X, http: httpx2.Client) -> None:
    x.post(MOST + 300)
    cursor = {"newest": str(x.ids[0] - 1)}
    found = list(pages(reading(x), cursor, http))
    assert ids(found) == sorted(x.ids, reverse=True)[:MOST]
    assert "more than 1000 hits" in str(found[-1].warning)
    assert found[-1].cursor == {"newest": str(x.ids[-1])}


@pytest.mark.parametrize(
    ("options", "price"),
    [({}, POST), ({"names": True}, POST + USER)],
)
def test_the_last_page_is_as_long_as_can_be_paid(x: X, options: dict[str, Any], price: int) -> None:
    x.post(500)
    known = {"newest": str(x.ids[0] - 1)}
    with Purse(234 * POST) as http:
        read: list[Page] = []
        with pytest.raises(SourceOverBudget):
            read.extend(pages(reading(x, **options), known, http))
        assert http.spent <= 234 * POST
        assert http.left < 10 * price
    if not options:
        assert (http.spent, len(ids(read))) == (234 * POST, 234)
    assert read[-1].cursor.keys() == {"newest", "since", "until"}
    with Purse(10**9) as rich:
        rest = list(pages(reading(x, **options), stored(read[-1].cursor), rich))
    assert sorted(ids(read + rest)) == x.ids


def test_fewer_posts_than_x_lets_one_ask_for_are_not_asked_for(x: X) -> None:
    x.post(50)
    with Purse(9 * POST) as http, pytest.raises(SourceOverBudget) as refused:
        list(pages(reading(x), {}, http))
    assert (x.asked, refused.value.left) == ([], 9 * POST)
    with Purse(9 * POST) as http, pytest.raises(SourceOverBudget):
        list(pages(reading(x, mode="mentions", user_id="1"), {}, http))
    assert [one["max_results"] for one in x.asked] == ["9"]


def test_what_an_answer_costs_is_what_x_charges_for(x: X, http: httpx2.Client) -> None:
    x.post(3)
    url, all_of_it = f"{x.base}/2/tweets/search/recent", {"names": True}
    assert cost_of(http.get(url, params={"max_results": 20}), **all_of_it) == 3 * POST
    named = http.get(url, params={"max_results": 20, "expansions": "author_id"})
    assert cost_of(named, **all_of_it) == 3 * POST + 7 * USER
    assert cost_of(http.get(url, params={"max_results": 20, "since_id": x.ids[-1]}), **all_of_it) == 0
    x.fails_after = 0
    assert cost_of(http.get(url, params={"max_results": 20}), **all_of_it) == 0
    x.status = 200
    with pytest.raises(ValueError, match="expected"):
        cost_of(http.get(url, params={"max_results": 20}), **all_of_it)


def test_names_that_come_without_being_asked_for_are_used_and_cost_nothing(x: X) -> None:
    x.post(60)
    x.always_names = True
    with Purse(40 * POST) as purse:
        first, second = islice(pages(reading(x), {}, purse), 2)
    assert {mention.author[:1] for mention in (*first.mentions, *second.mentions)} == {"N"}
    assert purse.left == 0


def test_addresses_in_a_text_stay_what_they_are(x: X, http: httpx2.Client) -> None:
    link = {"url": "https://t.co/brumelo1", "expanded_url": "https://brumelo.example/?q=1&region=fr&section=2"}
    x.given = [
        {
            "id": "1900000000000000001",
            "text": f"A &amp; B {link['url']}",
            "author_id": "3",
            "entities": {"urls": [link]},
        }
    ]
    assert next(pages(reading(x), {}, http)).mentions[0].text == (
        "A & B https://brumelo.example/?q=1&region=fr&section=2"
    )


def test_a_repost_told_by_its_words_alone_is_no_mention(x: X, http: httpx2.Client) -> None:
    fewest = [{"id": "1900000000000000002", "text": "RT @brumelo: 400 bikes"}]
    x.given = [*fewest, {"id": "1900000000000000001", "text": "RT if you like bikes"}]
    found = next(pages(reading(x), {}, http))
    assert (ids([found]), found.cursor) == ([1900000000000000001], {"newest": "1900000000000000002"})
    x.given = [{**fewest[0], "author_id": "3"}]  # with all fields, one that repeats nothing was written by hand
    assert ids(list(pages(reading(x), {}, http))) == [1900000000000000002]


def test_when_x_has_nothing_left_to_ask_for_paging_stops_and_goes_on_after_the_reset(x: X, http: httpx2.Client) -> None:
    x.post(250)
    x.remaining = 2
    found = list(pages(reading(x), {}, http))
    assert len(x.asked) == 2
    assert found[-1].asked is not None
    assert timedelta(minutes=9) < found[-1].asked <= timedelta(minutes=10)
    x.remaining = 100
    rest = list(pages(reading(x), found[-1].cursor, http))
    assert sorted(ids(found + rest)) == x.ids


def test_too_many_requests_are_plain_text_with_a_moment_to_come_back(x: X, http: httpx2.Client) -> None:
    x.fails_after, x.headers = 0, {"Content-Type": "text/plain", "x-rate-limit-reset": in_seconds(300)}
    with pytest.raises(SourceBusy) as refused:
        list(pages(reading(x), {}, http))
    assert refused.value.wait is not None
    assert timedelta(minutes=4) < refused.value.wait <= timedelta(minutes=5)


PROBLEM = "https://api.x.com/2/problems/"


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (401, {"title": "Unauthorized", "type": "about:blank", "status": 401}, SourceRefused, "token"),
        (401, "", SourceRefused, "token"),
        (402, {"title": "CreditsDepleted", "type": PROBLEM + "credits"}, SourceRefused, "credits"),
        (403, {"title": "Client Forbidden", "reason": "client-not-enrolled"}, SourceRefused, "no access"),
        (403, {"type": PROBLEM + "unsupported-authentication"}, SourceRefused, "another kind"),
        (403, {"title": "Forbidden", "detail": "Sensitive event."}, SourceRefused, r"\(403\): Sensitive event"),
        (403, "<html>no</html>", SourceRefused, "no details"),
        (400, {"title": "Invalid Request", "errors": [{"message": "missing EQUALS"}]}, SourceRefused, "missing EQUALS"),
        (400, {"errors": "odd"}, SourceRefused, "cannot read"),
        (429, {"title": "UsageCapExceeded", "type": PROBLEM + "usage-capped"}, SourceBusy, "month"),
        (429, {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}, SourceBusy, "less often"),
        (500, {"title": "oops"}, Missing, "problem of its own"),
        (503, "", SourceBusy, "busy"),
        (200, {"errors": [{"title": "Not Found", "type": PROBLEM + "not-found"}]}, SourceError, "Not Found"),
        (200, {"data": []}, SourceChanged, "meta"),
        (200, {"data": [{"text": "a"}], "meta": {}}, SourceChanged, "the field id is missing"),
        (200, {"meta": 7}, SourceChanged, "meta"),
        (200, "<html>hello</html>", SourceError, "web page"),
        (200, '{"data": [{"id": "1', SourceError, "breaks off"),
    ],
)  # fmt: skip
def test_refusals_are_told_apart_and_say_what_to_do(
    x: X, http: httpx2.Client, status: int, body: Any, kind: type[SourceError], words: str
) -> None:
    x.fails_after, x.status = 0, status
    x.body = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    with pytest.raises(SourceError, match=words) as refused:
        list(pages(reading(x), {}, http))
    assert type(refused.value) is kind
    assert "AAAAinvented" not in str(refused.value)


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ("resource-not-found", "no account"),
        ("not-authorized-for-resource", "private"),
        ("unheard-of", "could not answer"),
    ],
)
def test_an_account_that_is_gone_or_private_is_no_silence(x: X, http: httpx2.Client, problem: str, words: str) -> None:
    x.fails_after, x.status = 0, 200
    x.body = json.dumps({"errors": [{"title": "Error", "detail": "no", "type": PROBLEM + problem}]}).encode()
    with pytest.raises(SourceError, match=words):
        list(pages(reading(x, mode="mentions", user_id="42"), {}, http))


def test_the_token_travels_in_a_header_only_and_reposts_are_not_asked_for(x: X, http: httpx2.Client) -> None:
    x.post(1)
    list(pages(reading(x), {}, http))
    list(pages(reading(x, query="brumelo is:retweet"), {}, http))
    assert [one["query"] for one in x.asked] == ["(brumelo) -is:retweet", "brumelo is:retweet"]
    assert all("AAAAinvented" not in str(one) for one in x.asked)
    assert {"start_time", "end_time"} & {name for one in x.asked for name in one} == set()


def test_a_source_that_slept_longer_than_x_remembers_says_so_and_goes_on(x: X, http: httpx2.Client) -> None:
    x.post(130)
    x.oldest = id_at(NOW - timedelta(days=7))
    old = id_at(NOW - timedelta(days=30))
    left = {"newest": str(old), "since": str(old - 10**9), "until": str(old - 10**6)}
    found = list(pages(reading(x), left, http))
    assert sorted(ids(found)) == x.ids
    assert all("last 7 days" in str(page.warning) for page in found)
    assert found[-1].cursor == {"newest": str(x.ids[-1])}
    assert [page.warning for page in pages(reading(x), found[-1].cursor, http)] == [None]


def test_what_a_run_had_left_is_read_as_far_as_x_still_goes_back(x: X, http: httpx2.Client) -> None:
    x.post(130)
    x.oldest = id_at(NOW - timedelta(days=7))
    left = {"newest": str(x.ids[-1]), "since": str(x.oldest - 10**9), "until": str(x.ids[100])}
    found = list(pages(reading(x), left, http))
    assert sorted(ids(found)) == x.ids[:100]
    assert "last 7 days" in str(found[-1].warning)


def test_ids_of_long_ago_are_read_where_they_are_taken(x: X, http: httpx2.Client) -> None:
    x.ids = [1_500_000_000_000_000_000 + number for number in range(130)]
    (begun,) = islice(pages(reading(x), {}, http), 1)
    x.ids.append(1_500_000_000_000_000_500)
    rest = list(pages(reading(x), stored(begun.cursor), http))
    assert sorted(ids([begun, *rest])) == x.ids
    assert x.asked[-1]["since_id"] == "1500000000000000129"
    assert all(page.warning is None for page in rest)


def test_mentions_of_an_account_are_read_however_old_the_last_one_is(x: X, http: httpx2.Client) -> None:
    x.post(3, minutes_ago=60 * 24 * 20)
    cursor = {"newest": str(x.ids[0])}
    found = list(pages(reading(x, mode="mentions", user_id="42"), cursor, http))
    assert sorted(ids(found)) == x.ids[1:]
    assert (x.asked[0]["path"], found[0].warning) == ("/2/users/42/mentions", None)


def test_a_backfill_reads_its_window_and_no_more_and_can_be_gone_on_with(x: X, http: httpx2.Client) -> None:
    x.post(300, minutes_ago=60, apart=60)
    window = Window(NOW - timedelta(minutes=300), NOW - timedelta(minutes=90))
    wanted = [one for one in x.ids if window.since <= at_of(str(one)) < window.until]  # type: ignore[operator]
    whole = list(backfill(reading(x), {}, window, http))
    assert ids(whole) == wanted[::-1]
    assert whole[-1].reached == window.since
    reached = [page.reached for page in whole if page.reached]
    assert reached == sorted(reached, reverse=True)
    begun = list(islice(backfill(reading(x), {}, window, http), 1))
    rest = list(backfill(reading(x), stored(begun[-1].cursor), window, http))
    assert ids(begun + rest) == ids(whole)
    assert all(page.warning is None for page in whole)


def test_a_backfill_beyond_seven_days_is_said_to_be_out_of_reach(x: X, http: httpx2.Client) -> None:
    x.post(2)
    partly = list(backfill(reading(x), {}, Window(NOW - timedelta(days=30), datetime.now(UTC)), http))
    assert (len(ids(partly)), partly[-1].reached) == (2, NOW - timedelta(days=30))
    assert "last 7 days" in str(partly[-1].warning)
    assert "until_id" not in x.asked[0]  # X refuses an end that is not yet past
    x.asked.clear()
    (beyond,) = backfill(reading(x), {}, Window(NOW - timedelta(days=30), NOW - timedelta(days=10)), http)
    assert (beyond.mentions, x.asked) == ((), [])
    assert "last 7 days" in str(beyond.warning)


def test_a_backfill_leaves_out_what_x_returns_from_outside_the_window(x: X, http: httpx2.Client) -> None:
    times = {"inside": NOW - timedelta(minutes=100), "outside": NOW - timedelta(minutes=30)}
    x.given = [{"id": str(id_at(time)), "text": name, "author_id": "3"} for name, time in times.items()]
    window = Window(NOW - timedelta(minutes=300), NOW - timedelta(minutes=90))
    (page,) = backfill(reading(x), {}, window, http)
    assert ([mention.text for mention in page.mentions], page.reached) == (["inside"], window.since)


@pytest.mark.parametrize(
    ("given", "field_"),
    [
        ({"query": ""}, "query"),
        ({"query": "a\nb"}, "query"),
        ({"query": "a" * 497}, "query"),
        ({"mode": "mentions", "user_id": "@brumelo"}, "user_id"),
        ({"mode": "mentions", "user_id": ""}, "user_id"),
        ({"mode": "everything"}, "mode"),
        ({"monthly_budget": -1}, "monthly_budget"),
        ({"token": ""}, "token"),
    ],
)
def test_what_cannot_be_read_is_told_at_its_field(given: dict[str, Any], field_: str) -> None:
    with pytest.raises(ValidationError) as refused:
        XParams.model_validate({"token": "AAAAinvented", "query": "brumelo", **given})
    assert {error["loc"] for error in refused.value.errors()} == {(field_,)}


def test_ids_tell_when_a_post_was_written() -> None:
    assert at_of("1276035977375477760") == datetime(2020, 6, 25, 6, 14, 19, 265000, tzinfo=UTC)
    assert at_of(str(id_at(NOW) + 5)) == NOW
    assert (at_of("20"), at_of(""), at_of("9" * 30)) == (None, None, None)


def test_its_terms_are_declared() -> None:
    assert (collector.may_train, collector.deletions, collector.cost) == (False, False, 0.005)
    assert any("24" in line for line in collector.blind["en"])
