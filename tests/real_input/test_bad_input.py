"""What is wrong at a source is told to who set it up, costs nothing that was there, and is caught up with."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler

import pytest

from app.actions.brands import NewBrand
from app.actions.brands import create as create_brand
from app.actions.sources import NewSource
from app.actions.sources import create as create_source
from app.http import Gate
from app.problems import Problem
from tests.real_input.world import Answer, Site, Vigie, Watched


def feed(*numbers: int, encoding: str = "utf-8", label: str = "utf-8") -> bytes:
    items = "".join(
        f"<item><guid>urn:mix:{n}</guid><title>Zephyrine, l'été no {n}</title><link>https://blog.example.org/{n}</link>"
        f"<pubDate>{format_datetime(datetime(2026, 1, 1, n % 24, tzinfo=UTC))}</pubDate></item>"
        for n in numbers
    )
    whole = (
        f'<?xml version="1.0" encoding="{label}"?><rss version="2.0"><channel><title>f</title>{items}</channel></rss>'
    )
    return whole.encode(encoding)


def hang(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(3)


@dataclass(frozen=True, slots=True)
class Case:
    """What a site does once, the state of the source then, and the words that a person reads."""

    name: str
    answer: Answer
    state: str
    words: tuple[str, ...]
    deadline: float = 30
    more: tuple[int, ...] = field(default=())


def status(code: int, **headers: str) -> Answer:
    return Answer(b"no", code, {name.replace("_", "-"): value for name, value in headers.items()})


CUT_GZIP = gzip.compress(feed(*range(1, 40)))[:-200]
PAGE = b"<!doctype html><html><head><title>A page</title></head><body><p>Zephyrine</p></body></html>"
EMPTY_FEED = b'<rss version="2.0"><channel><title>f</title></channel></rss>'

CASES = [
    Case("a page that is no feed", Answer(PAGE), "failing", ("not a feed", "/feed, .rss or .xml")),
    Case("nothing", Answer(b""), "failing", ("an empty answer", "check the address")),
    Case("some JSON", Answer(b'{"error": "no"}'), "failing", ("JSON but not a JSON Feed",)),
    Case("401", status(401), "refused", ("a name and a password", "401")),
    Case("403", status(403), "refused", ("refuses to show this", "403")),
    Case("404", status(404), "failing", ("nothing at this address", "404")),
    Case("410", status(410), "gone", ("gone for ever", "410")),
    Case("429", status(429, Retry_After="120"), "throttled", ("less often", "429")),
    Case("500", status(500), "failing", ("problem of its own", "500", "automatic")),
    Case("502", status(502), "failing", ("problem of its own", "502")),
    Case("503", status(503), "throttled", ("busy", "503")),
    Case("time-out", Answer(b"<rss>", speak=hang), "failing", ("no complete answer within 1 seconds",), deadline=1),
    Case("truncated gzip", Answer(CUT_GZIP, 200, {"Content-Encoding": "gzip"}), "failing", ("cut short",)),
    Case("broken gzip", Answer(b"no gzip", 200, {"Content-Encoding": "gzip"}), "failing", ("uncompressed",)),
    Case("cut connection", Answer(feed(1, 9), 200, {"Content-Length": "99999"}), "failing", ("cut short",)),
    Case("empty feed", Answer(EMPTY_FEED), "ok", ()),
    Case("cut feed", Answer(feed(1, 2, 7)[:-120]), "ok", ("breaks off in the middle", "complete items were read")),
    Case("wrong charset", Answer(feed(1, 2, 7, encoding="cp1252")), "ok", (), more=(7,)),
]


def ids(vigie: Vigie, watched: Watched) -> set[int]:
    return {int(mention.external_id.rpartition(":")[2]) for mention in vigie.mentions(watched)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_goes_wrong_is_told_and_loses_nothing(vigie: Vigie, site: Site, case: Case) -> None:
    path = f"/{case.name.replace(' ', '-')}"
    watched = vigie.watch(site.says(path, feed(1, 2)))
    vigie.read(watched)
    assert ids(vigie, watched) == {1, 2}

    site.answers[path] = case.answer
    with Gate(allowed_private_hosts=["127.0.0.1"], deadline=case.deadline) as gate:
        vigie.read(watched, gate=gate)
    source, told = vigie.source(watched), vigie.told(watched)
    assert source.state == case.state, told
    assert {1, 2} <= ids(vigie, watched)
    assert ids(vigie, watched) <= {1, 2, *case.more}
    assert [word for word in case.words if word not in told] == []
    assert bool(told) == bool(case.words)
    assert source.consecutive_failures == (0 if case.state == "ok" else 1)
    assert (source.next_run_at is None) == (case.state == "gone")

    site.says(path, feed(1, 2, 3, *case.more))
    vigie.read(watched)
    assert ids(vigie, watched) == {1, 2, 3, *case.more}
    source = vigie.source(watched)
    assert (source.state, source.consecutive_failures, vigie.told(watched)) == ("ok", 0, "")
    assert all("l'été" in mention.title for mention in vigie.mentions(watched))
    assert all(match.stance for match in vigie.matches(watched))


def test_a_server_that_is_off_is_told_and_read_when_it_is_back(vigie: Vigie, site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    watched = vigie.watch(f"http://127.0.0.1:{port}/feed")
    unknown = vigie.watch("http://no-such-name.invalid/feed")
    vigie.read(watched, unknown)
    assert "refused the connection" in vigie.told(watched)
    assert vigie.told(unknown)
    assert {vigie.source(watched).state, vigie.source(unknown).state} == {"failing"}
    back = Site(port)
    back.says("/feed", feed(1, 2))
    vigie.read(watched)
    back.close()
    assert ids(vigie, watched) == {1, 2}
    assert (vigie.source(watched).state, vigie.told(watched)) == ("ok", "")


def test_a_page_that_names_its_feed_is_followed_for_good(vigie: Vigie, site: Site) -> None:
    head = '<link rel="alternate" type="application/rss+xml" href="/the-feed.xml">'
    site.says("/the-feed.xml", feed(1, 2))
    watched = vigie.watch(site.says("/blog", f"<!doctype html><html><head>{head}</head><body></body></html>"))
    vigie.read(watched)
    assert ids(vigie, watched) == {1, 2}
    assert vigie.source(watched).params["url"] == f"{site.url}/the-feed.xml"
    vigie.read(watched)
    assert site.asked["/blog"] == 1


def test_dates_in_the_future_or_missing_are_now_and_flagged(vigie: Vigie, site: Site) -> None:
    ahead = format_datetime(datetime.now(UTC) + timedelta(days=400))
    items = [f"<pubDate>{ahead}</pubDate>", "", "<pubDate>soon</pubDate>"]
    whole = "".join(f"<item><guid>urn:when:{n}</guid><title>Zephyrine</title>{at}</item>" for n, at in enumerate(items))
    watched = vigie.watch(site.says("/dates", f'<rss version="2.0"><channel>{whole}</channel></rss>'))
    vigie.read(watched)
    mentions = vigie.mentions(watched)
    assert len(mentions) == 3
    for mention in mentions:
        assert mention.published_guessed
        assert mention.published_at == mention.collected_at


def refusal(act: Callable[[], object]) -> Problem:
    with pytest.raises(Problem) as refused:
        act()
    return refused.value


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "http"),
        ("ftp://blog.example.org/feed", "http://"),
        ("http://", "correctly"),
        ("http://user:sesame@blog.example.org/", "own fields"),
        ("http://192.168.1.1/feed", "not allowed"),
        ("http://169.254.169.254/latest", "not allowed"),
        ("http://blog.example.org:22/feed", "not allowed"),
    ],
)
def test_a_wrong_address_is_refused_at_its_field(vigie: Vigie, site: Site, url: str, words: str) -> None:
    viewer = vigie.watch(f"{site.url}/404").viewer

    def act() -> None:
        new = NewSource(collector="rss", name="fil", params={"url": url})
        with vigie.db.writing() as session:
            create_source(session, viewer, new, vigie.services, datetime.now(UTC))

    problem = refusal(act)
    assert problem.status == 422
    (error,) = problem.errors
    assert error.field == "params.url"
    assert words in error.message
    assert "sesame" not in error.message


@pytest.mark.parametrize(
    ("query", "at"),
    [("zephyrine AND", 10), ("(zephyrine", 0), ("zephyrine \"l'été", 10), ("AND zephyrine", 0), ("NOT zephyrine", 0)],
)
def test_an_invalid_query_says_where_and_what_to_do(vigie: Vigie, site: Site, query: str, at: int) -> None:
    viewer = vigie.watch(f"{site.url}/404").viewer

    def act() -> None:
        with vigie.db.writing() as session:
            create_brand(session, viewer, NewBrand(name="B", query=query), vigie.services.jobs, datetime.now(UTC))

    problem = refusal(act)
    assert problem.status == 422
    (error,) = problem.errors
    assert error.field == "query"
    assert error.at == at
    assert error.message
    assert error.hint
