"""Inputs made to hurt, through the whole path: what may reach the database, and what must not happen on the way."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from app.http import Gate
from app.models import Mention
from tests.real_input.world import Answer, Site, Vigie, Watched

UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
STORED = {
    "xml_billion_laughs.xml": 2,
    "xml_external_entity_file.xml": 1,
    "xml_external_entity_http.xml": 1,
    "xml_external_dtd.xml": 1,
    "xml_deep_nesting.xml": 1,
    "huge_title.xml": 2,
    "null_bytes.xml": 2,
    "control_chars.xml": 2,
    "invalid_utf8.xml": 1,
    "wrong_charset_declared_utf8_is_cp1252.xml": 1,
    "wrong_charset_unknown_label.xml": 1,
    "script_in_title.xml": 2,
    "javascript_link.xml": 5,
    "ssrf_links.xml": 3,
    "missing_guid_and_date.xml": 2,
    "no_link_no_guid.xml": 2,
    "dates.xml": 5,
    "duplicate_guids.xml": 2,
    "cdata_everywhere.xml": 1,
    "html_instead_of_feed.html": 0,
    "empty.xml": 0,
    "truncated.xml": 2,
    "gzip_bomb_10mb.xml.gz": 0,
    "jsonfeed_wrong_types.json": 1,
    "json_deep_nesting.json": 0,
    "json_truncated.json": 0,
    "json_top_level_string.json": 0,
    "json_duplicate_keys_and_bignum.json": 0,
    "json_lone_surrogate.json": 0,
    "bidi_zero_width.xml": 1,
}
FAILING = {
    "html_instead_of_feed.html": "check it in a browser",
    "empty.xml": "an empty answer",
    "gzip_bomb_10mb.xml.gz": "too large",
    "json_deep_nesting.json": "malformed",
    "json_truncated.json": "malformed",
    "json_top_level_string.json": "not a JSON Feed",
}
WARNED = {
    "truncated.xml": "breaks off",
    "xml_billion_laughs.xml": "not well-formed",
    "xml_external_entity_file.xml": "not well-formed",
    "xml_external_entity_http.xml": "not well-formed",
}

Collected = Mapping[str, Watched]


class Canary:
    """A server that counts who calls, and answers nobody."""

    def __init__(self) -> None:
        self.calls = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self.socket.accept()
                self.calls += 1
                caller.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    canary = Canary()
    yield canary
    canary.socket.close()


@pytest.fixture(scope="module")
def collected(site: Site, vigie: Vigie, fixtures: Path) -> Collected:
    """Every hostile file, read and scored, each in a workspace of its own."""
    watched = {}
    for path in sorted((fixtures / "hostile").iterdir()):
        if path.name == "README.md":
            continue
        url = site.says(f"/{path.name}", path.read_bytes(), Content_Type="application/octet-stream")
        if path.suffix == ".gz":
            url = site.says(f"/{path.name}", path.read_bytes(), Content_Encoding="gzip")
        watched[path.name] = vigie.watch(url)
    vigie.read(*watched.values())
    return watched


def said(mention: Mention) -> str:
    texts = (mention.external_id, mention.url, mention.title, mention.text, mention.author, mention.outlet)
    return "\n".join(text or "" for text in texts)


def test_each_hostile_file_leaves_what_is_sound_in_it(vigie: Vigie, collected: Collected) -> None:
    assert {name: len(vigie.mentions(watched)) for name, watched in collected.items()} == STORED


def test_no_hostile_character_is_in_the_database(vigie: Vigie, collected: Collected) -> None:
    for name, watched in collected.items():
        for mention in vigie.mentions(watched):
            assert not UNFIT.search(said(mention).replace("\n", "")), name
            assert len(mention.title) <= 2_000, name
            assert "root:" not in said(mention), name
            assert mention.published_at <= mention.collected_at, name
        for row in vigie.quarantined(watched):
            assert not UNFIT.search(row.external_id + row.reason + row.excerpt), name


def test_each_hostile_source_says_how_it_is(vigie: Vigie, collected: Collected) -> None:
    for name, watched in collected.items():
        state, told = vigie.source(watched).state, vigie.told(watched)
        assert state == ("failing" if name in FAILING else "ok"), (name, told)
        assert (FAILING.get(name) or WARNED.get(name, "")) in told, (name, told)
        if name not in FAILING and name not in WARNED:
            assert told == "", (name, told)


def test_every_hostile_mention_is_scored(vigie: Vigie, collected: Collected) -> None:
    stances = [match.stance for watched in collected.values() for match in vigie.matches(watched)]
    assert len(stances) == sum(STORED.values())
    assert set(stances) <= {"promoter", "passive", "detractor", "unsure"}


def test_the_same_path_was_asked_and_nothing_else(collected: Collected, site: Site) -> None:
    for name in STORED:
        assert site.asked[f"/{name}"] == 1, name
    assert {path for path in site.asked if path.lstrip("/") in STORED or path == "/feed.xml"} == {
        *(f"/{name}" for name in STORED),
        "/feed.xml",  # the feed that html_instead_of_feed.html names
    }


def test_markup_and_links_lose_what_acts(vigie: Vigie, collected: Collected) -> None:
    sale, promo = vigie.mentions(collected["script_in_title.xml"])
    assert (sale.title, promo.title, promo.text) == ("Sale", "Promo", "ok")
    links = [mention.url for mention in vigie.mentions(collected["javascript_link.xml"])]
    assert links == [None, None, None, "http://feeds.example.org/4", "https://feeds.example.org/5"]
    (cdata,) = vigie.mentions(collected["cdata_everywhere.xml"])
    assert (cdata.title, cdata.url) == ("A & B <c>", "https://feeds.example.org/?a=1&b=2")
    (bidi,) = vigie.mentions(collected["bidi_zero_width.xml"])
    assert bidi.title.startswith("brandfdp.exe")


def test_a_wrong_charset_is_read_as_people_meant_it(vigie: Vigie, collected: Collected) -> None:
    (cp1252,) = vigie.mentions(collected["wrong_charset_declared_utf8_is_cp1252.xml"])
    assert "Prix cassés" in cp1252.title
    (broken,) = vigie.mentions(collected["invalid_utf8.xml"])
    assert broken.title


def test_dates_that_cannot_be_are_flagged_and_not_believed(vigie: Vigie, collected: Collected) -> None:
    guessed = {mention.external_id: mention.published_guessed for mention in vigie.mentions(collected["dates.xml"])}
    assert [guessed[f"urn:x:{n}"] for n in (1, 2, 3, 4)] == [True, True, True, False]
    dated = next(one for one in vigie.mentions(collected["dates.xml"]) if one.external_id == "urn:x:4")
    assert dated.published_at == datetime(2026, 11, 2, 8, tzinfo=UTC)
    for mention in vigie.mentions(collected["missing_guid_and_date.xml"]):
        assert mention.published_guessed
        assert mention.published_at == mention.collected_at


def test_entities_that_name_files_and_addresses_are_left_alone(
    vigie: Vigie, site: Site, canary: Canary, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the contents of a file")
    item = "<item><guid>urn:x:1</guid><title>before &amp;x; &x; after</title><link>{}</link></item>"
    feed = '{}<rss version="2.0"><channel><title>f</title>' + item.format(canary.url) + "</channel></rss>"
    openings = (
        f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{canary.url}/entity">]>',
        f'<!DOCTYPE rss [<!ENTITY % p SYSTEM "{canary.url}/parameter"> %p; <!ENTITY x "y">]>',
        f'<!DOCTYPE rss SYSTEM "{canary.url}/dtd" [<!ENTITY x "y">]>',
        f'<!DOCTYPE rss PUBLIC "-//V//F" "{canary.url}/public" [<!ENTITY x SYSTEM "file://{secret}">]>',
        f'<?xml-stylesheet type="text/xsl" href="{canary.url}/xsl"?><!DOCTYPE rss [<!ENTITY x "y">]>',
    )
    watched = [vigie.watch(site.says(f"/entity/{n}", feed.format(head))) for n, head in enumerate(openings)]
    vigie.read(*watched)
    for one in watched:
        (mention,) = vigie.mentions(one)
        assert mention.title.startswith("before")
        assert "contents of a file" not in said(mention)
    assert canary.calls == 0


def test_a_lone_surrogate_and_a_huge_number_are_stored_as_text(vigie: Vigie, site: Site) -> None:
    items = '[{"id":"a","content_text":"bad \\ud83d end"},{"id":12345678901234567890123,"content_text":"NaN","n":NaN}]'
    watched = vigie.watch(site.says("/odd.json", f'{{"version":"https://jsonfeed.org/version/1.1","items":{items}}}'))
    vigie.read(watched)
    texts = sorted(mention.text for mention in vigie.mentions(watched))
    assert texts == ["NaN", "bad \ufffd end"]


def big_feed(number: int) -> bytes:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    items = "".join(
        f'<item><title>Item {n}</title><link>https://feeds.example.org/{n}</link><guid isPermaLink="false">urn:x:{n}'
        f"</guid><pubDate>{start + timedelta(minutes=n):%a, %d %b %Y %H:%M:%S GMT}</pubDate></item>"
        for n in range(number)
    )
    return f'<rss version="2.0"><channel><title>f</title>{items}</channel></rss>'.encode()


def test_fifty_thousand_items_are_refused_by_size_and_a_feed_over_the_cap_keeps_its_newest(
    vigie: Vigie, site: Site
) -> None:
    whole = vigie.watch(site.says("/50000", big_feed(50_000)))
    some = vigie.watch(site.says("/10500", big_feed(10_500)))
    vigie.read(whole, some, score=False)
    assert vigie.mentions(whole) == []
    assert (vigie.source(whole).state, "too large" in vigie.told(whole)) == ("failing", True)
    ids = {int(mention.external_id.rpartition(":")[2]) for mention in vigie.mentions(some)}
    assert ids == set(range(500, 10_500))
    assert vigie.source(some).state == "ok"
    assert "10000" in vigie.told(some)
    assert "500" in vigie.told(some)


def drip(handler: BaseHTTPRequestHandler) -> None:
    """One byte ten times per second, for ever."""
    over = threading.Event()
    while not over.wait(0.1):
        handler.wfile.write(b" ")
        handler.wfile.flush()


def pour(handler: BaseHTTPRequestHandler) -> None:
    """A body without an end."""
    while True:
        handler.wfile.write(b"<item>" * 10_000)


def test_a_body_that_never_ends_is_left(vigie: Vigie, site: Site) -> None:
    site.answers["/drip"] = Answer(b"<rss", speak=drip)
    site.answers["/pour"] = Answer(b"<rss><channel>", speak=pour)
    slow, endless = vigie.watch(f"{site.url}/drip"), vigie.watch(f"{site.url}/pour")
    with Gate(allowed_private_hosts=["127.0.0.1"], deadline=1.5, limit=1_000_000) as gate:
        vigie.read(slow, endless, gate=gate)
    assert "within 1.5 seconds" in vigie.told(slow)
    assert "too large" in vigie.told(endless)
    assert {vigie.source(slow).state, vigie.source(endless).state} == {"failing"}


def test_redirects_in_a_circle_or_to_a_private_address_end(vigie: Vigie, site: Site, canary: Canary) -> None:
    circle = vigie.watch(site.says("/circle", status=302, Location="/circle"))
    port = canary.url.rpartition(":")[2]
    inward = vigie.watch(site.says("/inward", status=302, Location=f"http://127.0.0.2:{port}/"))
    metadata = vigie.watch(site.says("/metadata", status=302, Location="http://169.254.169.254/latest/meta-data/"))
    other = vigie.watch(site.says("/scheme", status=302, Location="file:///etc/passwd"))
    vigie.read(circle, inward, metadata, other)
    assert "redirect" in vigie.told(circle)
    assert site.asked["/circle"] == 6
    assert "not allowed" in vigie.told(inward)
    assert "not allowed" in vigie.told(metadata)
    assert vigie.told(other)
    assert canary.calls == 0
    assert {vigie.source(one).state for one in (circle, inward, metadata, other)} == {"failing"}
    assert [vigie.mentions(one) for one in (circle, inward, metadata, other)] == [[]] * 4


ITEM = "<item><guid>urn:lie:1</guid><title>Zephyrine é</title></item>"
FEED = f'<rss version="2.0"><channel><title>f</title>{ITEM}</channel></rss>'


def test_headers_that_lie_cost_nothing(vigie: Vigie, site: Site) -> None:
    body = FEED.encode()
    shorter = vigie.watch(site.says("/short", body + b" " * 1_000_000, Content_Length=str(len(body))))
    json_ = vigie.watch(site.says("/json", body, Content_Type="application/json; charset=iso-8859-1"))
    image = vigie.watch(site.says("/image", body, Content_Type="image/png"))
    etag = vigie.watch(site.says("/etag", body, ETag='"' + "e" * 65_000 + '"'))
    vigie.read(shorter, json_, image, etag)
    for one in (shorter, json_, image, etag):
        (mention,) = vigie.mentions(one)
        assert mention.title == "Zephyrine é"
        assert vigie.source(one).state == "ok"
    assert len(json.dumps(vigie.source(etag).cursor)) < 1_000


def test_a_body_that_is_shorter_or_not_compressed_as_said_is_an_error(vigie: Vigie, site: Site) -> None:
    longer = vigie.watch(site.says("/long", FEED, Content_Length="1000000"))
    gzipped = vigie.watch(site.says("/gzip", FEED, Content_Encoding="gzip"))
    brotli = vigie.watch(site.says("/brotli", FEED, Content_Encoding="br"))
    vigie.read(longer, gzipped, brotli)
    assert "cut short" in vigie.told(longer)
    assert "could not be uncompressed" in vigie.told(gzipped)
    assert "that Vigie did not ask for" in vigie.told(brotli)
    assert {vigie.source(one).state for one in (longer, gzipped, brotli)} == {"failing"}


def test_not_modified_before_a_first_reading_is_an_error(vigie: Vigie, site: Site) -> None:
    watched = vigie.watch(site.says("/304", status=304))
    vigie.read(watched)
    assert vigie.source(watched).state == "failing"
    assert "not modified" in vigie.told(watched)


@pytest.mark.parametrize("asked", ["99999999", "9" * 400, "Wed, 21 Oct 2099 07:28:00 GMT"])
def test_a_pause_asked_for_is_a_day_at_most(vigie: Vigie, site: Site, asked: str) -> None:
    watched = vigie.watch(site.says(f"/busy/{len(asked)}", status=429, Retry_After=asked))
    vigie.read(watched)
    source = vigie.source(watched)
    assert source.state == "throttled"
    assert source.next_run_at is not None
    wait = source.next_run_at - datetime.now(UTC)
    assert timedelta(hours=12) < wait < timedelta(hours=30)
