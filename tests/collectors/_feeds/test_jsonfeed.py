"""JSON Feed, whatever types its fields have."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from collectors._feeds.jsonfeed import is_json_feed, items_of, read_json
from collectors.base import Broken, RawMention

ADDRESS = "https://host.example/feed.json"


def mention(item: dict[str, Any], **feed: Any) -> RawMention:
    (found,), broken = items_of({"items": [item], **feed}, ADDRESS)
    assert broken == []
    return found.mention


@pytest.mark.parametrize(
    ("document", "is_feed"),
    [
        ({"version": "https://jsonfeed.org/version/1.1", "items": []}, True),
        ({"version": "https://jsonfeed.org/version/1"}, True),
        ({"items": []}, True),
        ({"items": "none"}, False),
        ({"version": 1.1}, False),
        ([], False),
        (None, False),
    ],
)
def test_a_feed_says_that_it_is_one_or_holds_a_list_of_items(document: object, is_feed: bool) -> None:
    assert is_json_feed(document) is is_feed


@pytest.mark.parametrize(
    ("item", "pick", "expected"),
    [
        ({"content_html": "<p>a</p>"}, lambda m: (m.text, m.html), ("<p>a</p>", True)),
        ({"content_text": "a < b"}, lambda m: (m.text, m.html), ("a < b", False)),
        ({"summary": "short"}, lambda m: m.text, "short"),
        ({"content_html": "x", "title": "R&D <1>"}, lambda m: m.title, "R&amp;D &lt;1&gt;"),
        ({"content_text": "x", "title": "R&D <1>"}, lambda m: m.title, "R&D <1>"),
        ({"title": "t", "url": "/page"}, lambda m: m.url, "https://host.example/page"),
        ({"title": "t", "external_url": "https://o.example/"}, lambda m: m.url, "https://o.example/"),
        ({"title": "t", "url": "javascript:x"}, lambda m: m.url, None),
        ({"title": "t", "authors": [{"name": "Ana"}, {"name": " "}, 7, {"name": "Bo"}]}, lambda m: m.author, "Ana, Bo"),
        ({"title": "t", "author": {"name": "Ana"}}, lambda m: m.author, "Ana"),
        ({"title": "t", "language": "fr-CA"}, lambda m: m.language, "fr-CA"),
        (
            {"title": "t", "date_published": "2026-11-02T10:00:00+02:00"},
            lambda m: m.published_at,
            datetime(2026, 11, 2, 8, tzinfo=UTC),
        ),
        ({"title": "t", "date_published": "soon"}, lambda m: (m.published_at, m.date_spelling), (None, "soon")),
    ],
)
def test_an_item_is_read_field_by_field(
    item: dict[str, Any], pick: Callable[[RawMention], object], expected: object
) -> None:
    assert pick(mention(item)) == expected


def test_what_an_item_does_not_say_is_taken_from_its_feed() -> None:
    found = mention({"title": "t"}, title="The feed", language="en", author={"name": "Ana"})
    assert (found.outlet, found.language, found.author) == ("The feed", "en", "Ana")


@pytest.mark.parametrize(("value", "guid"), [("a", "a"), (7, "7"), (True, ""), (None, ""), ({}, "")])
def test_an_id_may_be_a_number(value: object, guid: str) -> None:
    ((item,), _) = items_of({"items": [{"id": value, "title": "t"}]}, ADDRESS)
    assert item.guid == guid


def test_what_cannot_be_read_is_told_with_its_id() -> None:
    items, broken = items_of({"items": [7, {"id": "empty"}, {"title": "t"}]}, ADDRESS)
    assert len(items) == 1
    assert broken == [
        Broken("", "this item is not an object"),
        Broken("empty", "this item has neither text nor link that can be read"),
    ]
    assert items_of({"items": "none"}, ADDRESS) == ([], [])


def test_numbers_that_no_database_holds_are_none() -> None:
    assert read_json('{"a": 1, "b": 99999999999999999999, "c": 1e999, "d": NaN, "e": 0.5}') == {
        "a": 1, "b": None, "c": None, "d": None, "e": 0.5,
    }  # fmt: skip


@pytest.mark.parametrize("text", ["{", "", "[" * 100_000])
def test_what_is_not_json_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_json(text)
