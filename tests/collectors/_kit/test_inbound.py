"""What is sent to us, as its sender documents it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from collectors._kit.answers import Part
from collectors._kit.inbound import event_of, json_of, pages
from collectors.base import Inbound, SourceChanged, SourceError


class Event(Part):
    name: str


def sent(body: bytes) -> Inbound:
    return Inbound("POST", {}, {}, body, datetime.now(UTC))


def test_a_kind_that_is_only_sent_to_us_reads_nothing() -> None:
    nothing: Any = None
    assert list(pages(nothing, {}, nothing)) == []


def test_the_body_is_json_of_any_shape() -> None:
    assert json_of(sent(b'[1, "\xc3\xa9", null]')) == [1, "é", None]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "the request has no body"),
        (b"  \n", "the request has no body"),
        (b"a=1&b=2", "sent as application/json"),
        (b"{", "sent as application/json"),
        (b'{"a": NaN}', "sent as application/json"),
        (b"\xff\xfe", "sent as application/json"),
        (b"[" * 100_000, "sent as application/json"),
    ],
)
def test_what_is_not_json_is_told_to_whoever_set_up_the_sender(body: bytes, sentence: str) -> None:
    with pytest.raises(SourceError, match=sentence):
        json_of(sent(body))


def test_an_event_is_read_as_the_sender_documents_it() -> None:
    assert event_of(Event, sent(b'{"name": "done", "more": 1}'), "Acme").name == "done"


@pytest.mark.parametrize(
    ("body", "error", "sentence"),
    [
        (b"[]", SourceError, "the body is not what Acme sends"),
        (b"{}", SourceChanged, "Acme changed its answers: the field name is missing"),
        (b'{"name": []}', SourceChanged, "Acme changed its answers: the field name is of another type"),
    ],
)
def test_another_event_names_its_sender_and_the_field(body: bytes, error: type[SourceError], sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        event_of(Event, sent(body), "Acme")
