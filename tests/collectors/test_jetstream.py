"""Jetstream in both dialects, over real WebSockets: where it goes on, what it makes of events, what it says of gaps."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from collectors.__main__ import Client, main
from collectors.base import Page, RawMention, SourceBusy, SourceChanged, SourceError
from collectors.jetstream import Jetstream, collector, mention, stream
from tests.collectors.streams import Jet, jetstream

LINK = {"$type": "app.bsky.richtext.facet#link", "uri": "https://acme.example/promo"}


@pytest.fixture
def jet() -> Iterator[Jet]:
    with jetstream(Jet()) as served:
        yield served


@pytest.fixture
def http() -> Iterator[Client]:
    with Client(timeout=10) as client:
        yield client


def heard(jet: Jet, http: Client, cursor: Any, number: int, base_url: str = "") -> tuple[list[RawMention], Page]:
    """The first mentions from a cursor on, and the page that brought the last of them."""
    found: list[RawMention] = []
    ends = time.monotonic() + 15
    for page in stream(Jetstream(base_url=base_url or jet.url), cursor, http):
        assert time.monotonic() < ends, f"only {found}"
        found += page.mentions
        if len(found) >= number:
            return found, page
    raise AssertionError("unreachable")


@pytest.mark.parametrize("dialects", [("new",), ("old",), ("new", "old")])
def test_either_dialect_is_found_and_gone_on_with(dialects: tuple[str, ...], http: Client) -> None:
    with jetstream(Jet(dialects=dialects)) as jet:
        ids = [jet.post(f"Acme {n}") for n in range(3)]
        start = {"dialect": "subscribeEvents", "seq": 0, "time_us": 1_790_000_000_000_000}
        found, page = heard(jet, http, start, 3)
        assert [one.external_id for one in found] == ids
        ids.append(jet.post("Acme again"))
        again, _ = heard(jet, http, json.loads(json.dumps(dict(page.cursor))), 2)
        assert again[-1].external_id == ids[-1]
        assert {one.external_id for one in again} <= set(ids)
    assert page.cursor["dialect"] == ("subscribe" if dialects == ("old",) else "subscribeEvents")


def test_the_first_time_it_begins_at_the_end(jet: Jet, http: Client) -> None:
    jet.post("long ago")
    pages = stream(Jetstream(base_url=jet.url), {}, http)
    assert next(pages).mentions == ()
    fresh = jet.post("now")
    assert next(page.mentions[0] for page in pages if page.mentions).external_id == fresh


def test_an_address_that_ends_with_subscribe_is_spoken_to_in_the_older_dialect(jet: Jet, http: Client) -> None:
    jet.post("Acme")
    heard(jet, http, {"time_us": 1_790_000_000_000_000}, 1, jet.url + "/subscribe")
    assert [path.partition("?")[0] for path in jet.asked] == ["/subscribe"]
    assert "wantedCollections=app.bsky.feed.post" in jet.asked[0]


def test_edits_and_deletions_are_followed(jet: Jet, http: Client) -> None:
    one = jet.post("Acme is bad", rkey="a")
    jet.post("Acme is good", operation="update", rkey="a")
    jet.post("", operation="delete", rkey="a")
    written, edited, deleted = heard(jet, http, {"seq": 0, "time_us": 1}, 3)[0]
    assert {written.external_id, edited.external_id, deleted.external_id} == {one}
    assert (edited.text, edited.edited_at is not None, deleted.deleted) == ("Acme is good", True, True)
    assert deleted.url == written.url == "https://bsky.app/profile/did:plc:margaux/post/a"


def test_links_are_written_out_cards_read_and_replies_placed(jet: Jet, http: Client) -> None:
    text = "Été ☕ chez Acme : acme.example/pro..."
    start = len("Été ☕ chez Acme : ".encode())
    ref = {"uri": "at://did:plc:bo/app.bsky.feed.post/1", "cid": "x"}
    jet.post(
        text,
        facets=[{"index": {"byteStart": start, "byteEnd": len(text.encode())}, "features": [LINK]}],
        embed={"$type": "app.bsky.embed.external", "external": {"title": "Promo", "description": "Deux pour un"}},
        reply={"parent": ref, "root": {"uri": "at://did:plc:bo/app.bsky.feed.post/0"}},
        createdAt="2999-01-01T00:00:00Z",
    )
    (found,), _ = heard(jet, http, {"seq": 0, "time_us": 1}, 1)
    assert found.text == "Été ☕ chez Acme : https://acme.example/promo\nPromo\nDeux pour un"
    assert (found.parent_id, found.thread_id) == (ref["uri"], "at://did:plc:bo/app.bsky.feed.post/0")
    assert found.published_at is not None
    assert found.published_at.year == 2026


@pytest.mark.parametrize(
    "facets",
    [
        [{"index": {"byteStart": 4, "byteEnd": 900}, "features": [LINK]}],
        [{"index": {"byteStart": -3, "byteEnd": 2}, "features": [LINK]}],
        [{"index": {"byteStart": "1", "byteEnd": 2}, "features": [LINK]}],
        [{"index": None, "features": None}, 7, None],
        "no list",
    ],
)
def test_facets_that_lie_are_left_aside(jet: Jet, http: Client, facets: Any) -> None:
    jet.post("Acme here", facets=facets)
    assert heard(jet, http, {"seq": 0, "time_us": 1}, 1)[0][0].text == "Acme here"


@pytest.mark.parametrize("raw", ["no json", "[]", '{"$type":"message","payload":', "\x00", b"\xff\xfe", "{}", "7"])
def test_a_message_that_cannot_be_read_costs_itself_only(http: Client, raw: str | bytes) -> None:
    with jetstream(Jet(raw=[raw] * 3)) as jet:
        good = jet.post("Acme")
        found, _ = heard(jet, http, {"seq": 0, "time_us": 1}, 1)
    assert [one.external_id for one in found] == [good]


def test_nothing_but_nonsense_is_told(http: Client) -> None:
    with jetstream(Jet(raw=["nonsense"] * 600)) as jet, pytest.raises(SourceChanged, match="none can be read"):
        heard(jet, http, {"seq": 0, "time_us": 1}, 1)


def test_a_cursor_that_is_too_old_is_replaced_by_its_time_and_the_gap_is_told(http: Client) -> None:
    with jetstream(Jet(floor=2)) as jet:
        ids = [jet.post(f"Acme {n}") for n in range(4)]
        pages = stream(Jetstream(base_url=jet.url), {"seq": 0, "time_us": 1_790_000_000_000_000}, http)
        told = [page for page in islice(pages, 3) if page.warning or page.mentions]
    assert [one.external_id for page in told for one in page.mentions] == ids[2:]
    assert any("2026-09-21 14:13 (UTC)" in str(page.warning) for page in told if page.warning)


def test_an_older_server_that_begins_later_than_asked_has_lost_something(http: Client) -> None:
    with jetstream(Jet(dialects=("old",), floor=300)) as jet:
        for number in range(301):
            jet.post(f"Acme {number}")
        pages = stream(Jetstream(base_url=jet.url), {"dialect": "subscribe", "time_us": 1_790_000_000_000_000}, http)
        warnings = [page.warning for page in islice(pages, 3) if page.warning]
    assert len(warnings) == 1


@pytest.mark.parametrize(
    ("refuse", "kind", "words"),
    [
        ((503, "warming up", {}), SourceBusy, "busy"),
        ((429, "slow down", {"Retry-After": "30"}), SourceBusy, "less often"),
        ((500, "oops", {}), SourceError, "a problem of its own"),
        ((400, '{"error":"InvalidRequest","message":"no"}', {}), SourceError, "400"),
    ],
)
def test_a_refusal_is_told(http: Client, refuse: Any, kind: type[SourceError], words: str) -> None:
    with jetstream(Jet(refuse=refuse)) as jet, pytest.raises(kind, match=words):
        heard(jet, http, {}, 1)


def test_an_error_frame_ends_the_stream_with_its_name(http: Client) -> None:
    frame = '{"$type":"error","error":"ConsumerTooSlow","message":"reconnect"}'
    with jetstream(Jet(raw=[frame])) as jet, pytest.raises(SourceBusy, match="ConsumerTooSlow"):
        heard(jet, http, {}, 1)


def test_what_came_before_a_drop_is_given_first(http: Client) -> None:
    with jetstream(Jet(cut_after=2)) as jet:
        for number in range(5):
            jet.post(f"Acme {number}")
        pages = stream(Jetstream(base_url=jet.url), {"seq": 0, "time_us": 1}, http)
        found = next(page.mentions for page in pages if page.mentions)
        with pytest.raises(SourceError):
            list(pages)
    assert [one.text for one in found] == ["Acme 0", "Acme 1"]


@pytest.mark.parametrize("name", ["jetstream_corpus_part1.jsonl", "jetstream_golden_v1.jsonl"])
def test_recorded_events_are_read(shared: Path, http: Client, name: str) -> None:
    lines = [line for line in (shared / "bluesky" / name).read_text("utf-8").splitlines() if line]
    posts = sum('"collection":"app.bsky.feed.post"' in line for line in lines)
    with jetstream(Jet(dialects=("old",), raw=list(lines))) as jet:
        found, page = heard(jet, http, {"dialect": "subscribe"}, posts)
    assert len(found) == posts
    assert page.broken == ()
    assert all(one.url and one.published_at and one.author_id.startswith("did:") for one in found)


def test_a_did_that_is_none_makes_no_link() -> None:
    event = {"collection": "app.bsky.feed.post", "operation": "delete", "rkey": "../x", "did": "did:plc:a"}
    with pytest.raises(ValueError, match="rkey"):
        mention(event)


def test_the_command_prints_what_is_posted_for_some_seconds(jet: Jet) -> None:
    jet.post("Acme d'ici")
    args = ["jetstream", "--base-url", jet.url, "--seconds", "1", "--cursor", '{"seq": 0, "time_us": 1}']
    told = CliRunner().invoke(main, args, prog_name="python -m collectors")
    assert told.exit_code == 0, told.stderr
    assert [json.loads(line)["text"] for line in told.stdout.splitlines()] == ["Acme d'ici"]
    assert "cursor: " in told.stderr


def test_nothing_is_fetched_for_it(http: Client) -> None:
    assert list(collector.pages(Jetstream(), {}, http)) == []
