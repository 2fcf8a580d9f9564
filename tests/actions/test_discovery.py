"""Sources found by an address or a name: what is there is read from real servers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import select

from app.actions import brands
from app.actions.discovery import Candidate, add_picked, candidates_at, discover, look, name_of, parsed, place_of
from app.models import Source
from app.problems import Problem
from app.services import Services, build
from app.settings import Settings
from app.viewer import Viewer
from collectors import all_collectors
from ground.place import Place

NOW = datetime.now(UTC)
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Le Courrier d’Orvélie</title>
<item><guid>1</guid><title>Orvélia ouvre une boutique</title><link>https://c.example/1</link></item>
<item><guid>2</guid><title>Rien à voir</title><link>https://c.example/2</link></item></channel></rss>"""
HOME = (
    '<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body>Bonjour</body></html>'
)
Sites = Callable[[dict[str, tuple[str, str]]], str]


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    built = build(settings)
    yield built
    built.close()


@pytest.fixture
def site() -> Iterator[Sites]:
    """Serves pages, each a content type and a text, by their paths. Returns host and port."""
    opened: list[ThreadingHTTPServer] = []

    def serve(pages: dict[str, tuple[str, str]]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, text = pages.get(self.path.partition("?")[0], ("text/html", ""))
                self.send_response(200 if text else 404)
                self.send_header("content-type", kind)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        opened.append(server)
        return f"127.0.0.1:{server.server_port}"

    yield serve
    for server in opened:
        server.shutdown()
        server.server_close()


@pytest.fixture
def orvelia(services: Services, viewer: Viewer) -> None:
    with services.db.writing() as session:
        new = brands.NewBrand(name="Orvélia", query="orvelia")
        brands.create(session, viewer, new, services.jobs, NOW)


@pytest.mark.parametrize(
    ("typed", "url", "words"),
    [
        ("forum.example", "https://forum.example", "Acme"),
        ("forum.example/viewtopic.php?t=1", "https://forum.example/viewtopic.php?t=1", "Acme"),
        ("http://forum.example", "http://forum.example", "Acme"),
        ("127.0.0.1:8000/x", "https://127.0.0.1:8000/x", "Acme"),
        ("@ana@social.example", "https://social.example/@ana", "Acme"),
        ("r/france", "https://www.reddit.com/r/france/", "Acme"),
        ("Orvélia Mobile", "", "Orvélia Mobile"),
        ("@orvelia", "", "orvelia"),
        ("  «Orvélia» ", "", "Orvélia"),
        ("javascript:alert(1)", "", "javascript:alert(1)"),
    ],
)
def test_what_is_typed_is_an_address_or_words(typed: str, url: str, words: str) -> None:
    place = place_of(typed, "Acme", "fr")
    assert (place.url, place.words) == (url, words)


def test_a_site_is_read_by_the_feed_that_it_names_and_called_by_its_title(
    services: Services, viewer: Viewer, orvelia: None, site: Sites
) -> None:
    host = site({"/": ("text/html", HOME), "/feed.xml": ("application/rss+xml", FEED)})
    sight = look(services, viewer, f"http://{host}/")
    [found] = discover(services, viewer, sight, NOW)
    assert (found.candidate.kind.kind, found.state, found.name) == ("rss", "works", "Le Courrier d’Orvélie")
    assert found.trial
    assert [[brand.name for brand in one.brands] for one in found.trial.mentions] == [["Orvélia"], []]


def test_an_address_without_https_is_asked_for_over_http_too(services: Services, viewer: Viewer, site: Sites) -> None:
    host = site({"/feed.xml": ("application/rss+xml", FEED)})
    sight = look(services, viewer, f"{host}/feed.xml")
    assert sight.problem is None
    assert [(one.kind.kind, one.params) for one in sight.candidates] == [("rss", {"url": f"http://{host}/feed.xml"})]


def test_a_board_is_recognised_by_its_page_and_each_failure_is_told(
    services: Services, viewer: Viewer, orvelia: None, site: Sites
) -> None:
    host = site({"/board/": ("text/html", '<html><body id="phpbb">')})
    sight = look(services, viewer, f"http://{host}/board/")
    found = discover(services, viewer, sight, NOW)
    assert ("phpbb", "failed") in [(one.candidate.kind.kind, one.state) for one in found]
    assert all(one.problem and one.problem.detail for one in found)


def test_a_private_address_is_refused_in_words(db: Any, settings: Settings, viewer: Viewer) -> None:
    services = build(settings.model_copy(update={"allowed_private_hosts": ()}))
    try:
        sight = look(services, viewer, "http://127.0.0.1:9/")
    finally:
        services.close()
    assert sight.candidates == ()
    assert sight.problem
    assert "not allowed" in str(sight.problem.detail)


def test_what_is_read_already_is_not_tried_again(services: Services, viewer: Viewer, site: Sites) -> None:
    host = site({"/feed.xml": ("application/rss+xml", FEED)})
    picked = f'{{"collector": "rss", "params": {{"url": "http://{host}/feed.xml"}}, "name": "Courrier"}}'
    [added] = add_picked(services, viewer, [picked], NOW)
    [again] = add_picked(services, viewer, [picked], NOW)
    assert (added.name, again.name) == ("Courrier", "Courrier (2)")
    [found] = discover(services, viewer, look(services, viewer, f"http://{host}/feed.xml"), NOW)
    assert found.state == "known"


@pytest.mark.parametrize(
    "picked", ["", "[]", '{"collector": "nothing", "params": {}, "name": "x"}', "{", '{"params": 1}']
)
def test_nonsense_adds_nothing(services: Services, viewer: Viewer, picked: str) -> None:
    with pytest.raises(Problem):
        add_picked(services, viewer, [picked], NOW)
    with services.db.reading() as session:
        assert session.scalars(select(Source)).all() == []


def test_a_kind_that_needs_a_key_is_named_and_not_tried(services: Services, viewer: Viewer) -> None:
    sight = look(services, viewer, "https://www.trustpilot.com/review/orvelia.example")
    assert [(one.kind.kind, one.needs_key) for one in sight.candidates] == [("trustpilot", True)]
    [found] = discover(services, viewer, sight, NOW)
    assert found.state == "needs_key"


def test_a_name_is_searched_for_in_many_places_those_without_a_key_first() -> None:
    found = candidates_at(Place(words="Orvélia", language="fr"))
    needs = [one.needs_key for one in found]
    assert needs == sorted(needs)
    assert {"google_news", "reddit_feed", "hackernews"} <= {one.kind.kind for one in found}


@pytest.mark.parametrize(
    ("kind", "params", "name"),
    [
        ("reddit_feed", {"subreddit": "france"}, "· france"),
        ("google_news", {"query": "Orvélia"}, "· Orvélia"),
        ("phpbb", {"base_url": "https://forum.example/b"}, "· forum.example"),
    ],
)
def test_a_source_is_called_by_its_kind_and_what_is_read(kind: str, params: dict[str, Any], name: str) -> None:
    place = Place("" if kind == "google_news" else "https://forum.example", "Orvélia", "fr")
    assert name_of(Candidate(all_collectors()[kind], params), place, "fr").endswith(name)


def test_what_is_no_object_is_read_as_an_empty_one() -> None:
    assert parsed("[1]") == parsed("{") == {}
