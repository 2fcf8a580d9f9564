"""Streams as they are cut: events out of bytes, batches out of what comes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors._kit.live import Event, batches, events, messages, parse_events
from collectors.base import SourceError, SourceRefused
from tests.collectors.conftest import Site

BODY = (
    b'\xef\xbb\xbf:)\n\nevent: update\r\ndata: {\r\ndata:  "a": 1}\r\n\r\n:thump\nid: 7\ndata: caf\xc3\xa9\n\n'
    b"id\ndata\n\nretry: 10\nunknown: x\n\nevent: delete\ndata: 9\n\ndata: never ended"
)
EVENTS = [
    Event('{\n "a": 1}', "update"),
    Event("café", id="7"),
    Event("", id=""),
    Event("9", "delete"),
]


def test_events_are_read_by_the_rules() -> None:
    assert list(parse_events([BODY])) == EVENTS


@given(cuts=st.lists(st.integers(0, len(BODY)), max_size=12))
def test_it_does_not_matter_where_the_bytes_are_cut(cuts: list[int]) -> None:
    marks = [0, *sorted(cuts), len(BODY)]
    pieces = [BODY[start:end] for start, end in pairwise(marks)]
    assert list(parse_events(pieces)) == EVENTS


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_no_bytes_break_it(pieces: list[bytes]) -> None:
    assert all(isinstance(event, Event) for event in parse_events(pieces))


@pytest.mark.parametrize("piece", [b"data: " + b"x" * 1000 + b"\n", b"x" * 4096])
def test_an_event_without_end_is_cut_short(piece: bytes) -> None:
    with pytest.raises(SourceError, match="no more than 1 MB"):
        list(parse_events(piece for _ in range(3000)))


def test_comments_may_come_for_ever() -> None:
    assert list(parse_events([b":" + b"x" * 1000 + b"\n"] * 3000 + [b"data: 1\n\n"])) == [Event("1")]


def test_a_batch_is_full_or_ended_by_a_silence() -> None:
    def coming() -> Iterator[int | None]:
        yield from range(5)
        yield None
        yield 5
        yield None
        raise SourceError("gone")

    got = batches(coming(), most=3)
    assert [next(got) for _ in range(3)] == [[0, 1, 2], [3, 4], [5]]
    with pytest.raises(SourceError, match="gone"):
        next(got)


def test_what_came_before_an_error_is_given() -> None:
    def coming() -> Iterator[int | None]:
        yield 1
        raise SourceError("gone")

    got = batches(coming())
    assert next(got) == [1]
    with pytest.raises(SourceError, match="gone"):
        next(got)


def test_the_end_of_a_stream_and_a_refusal_are_told(site: Site, http: httpx2.Client) -> None:
    site.says("/ends", b"data: 1\n\n")
    heard = events(http, site.url("/ends"))
    assert next(heard) is None
    assert next(heard) == Event("1")
    with pytest.raises(SourceError, match="ended the stream"):
        next(heard)
    site.says("/no", b"{}", 401)
    with pytest.raises(SourceRefused, match="401"):
        next(events(http, site.url("/no")))
    with pytest.raises(SourceError, match="cannot be reached"):
        next(events(http, "http://127.0.0.1:9/x"))


def test_a_client_that_opens_no_websocket_is_told_so() -> None:
    with httpx2.Client() as plain, pytest.raises(SourceError, match="cannot be followed from here"):
        next(messages(plain, "ws://127.0.0.1:9/x"))
