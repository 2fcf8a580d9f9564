"""Mastodon's stream of events, over a real server: nothing is missed between two connections."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from collectors.__main__ import Client
from collectors.base import Cursor, Page, RawMention, SourceError, SourceRefused
from collectors.mastodon_live import MastodonLive, stream, streaming_of
from tests.collectors.streams import Instance, mastodon, wait_for


@pytest.fixture
def instance() -> Iterator[Instance]:
    with mastodon(Instance()) as served:
        yield served


@pytest.fixture
def http() -> Iterator[Client]:
    with Client(timeout=10) as client:
        yield client


def follow(instance: Instance, http: Client, cursor: Cursor | None = None, **more: object) -> Iterator[Page]:
    params = MastodonLive.model_validate({"base_url": instance.url, "tag": "#acme", **more})
    return stream(params, cursor or {}, http)


def upto(pages: Iterator[Page], number: int) -> tuple[list[RawMention], Page]:
    found: list[RawMention] = []
    ends = time.monotonic() + 10
    for page in pages:
        found += page.mentions
        if len(found) >= number:
            return found, page
        assert time.monotonic() < ends, f"only {found}"
    raise AssertionError("unreachable")


def test_it_begins_with_the_newest_page_and_goes_on_as_things_are_written(instance: Instance, http: Client) -> None:
    old = instance.write("Acme hier", quietly=True)
    pages = follow(instance, http)
    assert [one.external_id for one in upto(pages, 1)[0]] == [old["uri"]]
    new = instance.write("Acme :blobcat: <b>aujourd'hui</b> &amp; demain", spoiler_text="a < b")
    (found,), _ = upto(pages, 1)
    assert (found.external_id, found.author, found.html) == (new["uri"], "Inès :blobcat:", True)
    assert found.text == "<p>Acme :blobcat: <b>aujourd'hui</b> &amp; demain</p>"
    assert found.title == "a &lt; b"


def test_what_was_written_while_nobody_listened_is_asked_for(instance: Instance, http: Client) -> None:
    instance.write("Acme 0", quietly=True)
    _, page = upto(follow(instance, http), 1)
    missed = [instance.write(f"Acme {n}", quietly=True)["uri"] for n in range(1, 95)]
    cursor = json.loads(json.dumps(dict(page.cursor)))
    found, _ = upto(follow(instance, http, cursor), len(missed))
    assert {one.external_id for one in found} >= set(missed)


def test_edits_and_deletions_are_followed_over_a_restart(instance: Instance, http: Client) -> None:
    instance.write("rien", quietly=True)
    pages = follow(instance, http)
    upto(pages, 1)
    one = instance.write("Acme est nul")
    _, page = upto(pages, 1)
    again = follow(instance, http, json.loads(json.dumps(dict(page.cursor))))
    next(again)
    instance.tell(
        "status.update", json.dumps({**one, "content": "<p>Acme est top</p>", "edited_at": "2026-09-01T09:00:00Z"})
    )
    instance.tell("delete", "1")
    instance.tell("delete", one["id"])
    (edited, deleted), _ = upto(again, 2)
    assert (edited.external_id, edited.text, edited.edited_at is not None) == (one["uri"], "<p>Acme est top</p>", True)
    assert (deleted.external_id, deleted.deleted, deleted.url) == (one["uri"], True, one["uri"])


def test_boosts_private_messages_and_who_does_not_want_to_be_found_are_left_out(
    instance: Instance, http: Client
) -> None:
    shy = {"id": "2", "acct": "bo@far.example", "username": "bo", "indexable": False}
    instance.write("Acme boosted", quietly=True, reblog={"id": "1"})
    instance.write("Acme direct", quietly=True, visibility="direct")
    instance.write("Acme shy", quietly=True, account=shy)
    instance.write("Acme known", quietly=True, account={**shy, "indexable": None})
    found, _ = upto(follow(instance, http), 1)
    assert [one.text for one in found] == ["<p>Acme known</p>"]
    found, _ = upto(follow(instance, http, all_authors=True), 2)
    assert [(one.text, one.author_id) for one in found][1] == ("<p>Acme shy</p>", "bo@far.example")


@pytest.mark.parametrize("data", ["no json", "[]", '{"id": 1}', "null", '"x"'])
def test_an_event_that_cannot_be_read_costs_itself_only(instance: Instance, http: Client, data: str) -> None:
    instance.write("rien", quietly=True)
    pages = follow(instance, http)
    upto(pages, 1)
    wait_for(lambda: instance.open > 0)
    instance.tell("update", data)
    instance.tell("notification", data)
    good = instance.write("Acme")
    (found,), page = upto(pages, 1)
    assert found.external_id == good["uri"]
    assert len(page.broken) == 1


def test_a_drop_in_the_middle_of_an_event_is_told(instance: Instance, http: Client) -> None:
    instance.write("rien", quietly=True)
    pages = follow(instance, http)
    upto(pages, 1)
    wait_for(lambda: instance.open > 0)
    instance.drop()
    with pytest.raises(SourceError):
        upto(pages, 10)


def test_a_server_that_shows_its_stream_to_members_only_says_so(http: Client) -> None:
    with mastodon(Instance(token="s3cret")) as instance:
        instance.write("Acme", quietly=True)
        with pytest.raises(SourceRefused, match="people who have an account there"):
            next(follow(instance, http))
        with pytest.raises(SourceRefused, match="refuses the token"):
            next(follow(instance, http, token="wrong"))
        assert upto(follow(instance, http, token="s3cret"), 1)[0]
    assert not any("s3cret" in path for path in instance.asked)


@pytest.mark.parametrize(
    ("named", "base", "found"),
    [
        ("wss://streaming.far.example", "https://far.example", "https://streaming.far.example"),
        ("ws://streaming.far.example/", "https://far.example", "https://streaming.far.example"),
        ("wss://ann:pw@far.example", "", ""),
        ("file:///etc/passwd", "", ""),
        (7, "", ""),
        (None, "", ""),
    ],
)
def test_the_stream_may_be_on_another_host_but_never_less_safe(
    instance: Instance, http: Client, named: object, base: str, found: str
) -> None:
    instance.streaming = named  # type: ignore[assignment] # whatever a server says
    told = streaming_of(instance.url, http)
    assert told == (found.replace("https", "http") if found else instance.url)
