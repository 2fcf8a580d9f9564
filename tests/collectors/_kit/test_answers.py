"""Answers in JSON: the whole is judged, the items one by one."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from collectors._kit.answers import Count, Part, Text, answer_of, each, excerpt_of, json_of, read, whole
from collectors.base import RawMention, SourceChanged, SourceError


class Item(Part):
    id: str
    text: Text = ""
    likes: Count = None


def answer(body: bytes, content_type: str = "application/json") -> httpx2.Response:
    request = httpx2.Request("GET", "https://api.example/v1/items?token=s3cret")
    return httpx2.Response(200, content=body, headers={"Content-Type": content_type}, request=request)


def mention(item: Item) -> RawMention | None:
    return RawMention(item.id, text=item.text) if item.text else None


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (3, 3), (3.9, 3), ("42", 42), (" 7 ", 7), ("-2", -2), ("many", None), ("1.5", None), (True, None), (None, None),
        ([], None), (2**70, None), ("9" * 30, None),
    ],
)  # fmt: skip
def test_a_count_is_a_whole_number_or_unknown(value: object, count: int | None) -> None:
    assert whole(value) == count


def test_null_stands_for_what_is_left_out_but_not_for_what_is_needed() -> None:
    assert Item.model_validate({"id": "1", "text": None, "likes": None}) == Item(id="1")
    with pytest.raises(SourceChanged, match="the field id is of another type"):
        read(Item, {"id": None}, "api.example")


def test_numbers_may_be_texts_and_unknown_fields_are_ignored() -> None:
    assert read(Item, {"id": 7, "likes": "3", "new": {}}, "api.example") == Item(id="7", likes=3)


@pytest.mark.parametrize(
    ("body", "content_type", "sentence"),
    [
        (b"<!doctype html>", "text/plain", "a web page instead of data"),
        (b"oops", "text/html; charset=utf-8", "a web page instead of data"),
        (b" \n", "application/json", "sent an empty answer"),
        (b'{"items": [', "application/json", "breaks off or is malformed"),
        (b'{"n": NaN}', "application/json", "breaks off or is malformed"),
        (b"[" * 100_000, "application/json", "breaks off or is malformed"),
    ],
)
def test_what_is_not_json_has_a_sentence_of_its_own(body: bytes, content_type: str, sentence: str) -> None:
    with pytest.raises(SourceError, match=sentence) as caught:
        json_of(answer(body, content_type))
    assert "api.example" in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({}, "the field id is missing"),
        ({"id": []}, "the field id is of another type"),
        ([], "the field body is of another type"),
    ],
)
def test_an_answer_of_another_shape_names_the_field(value: Any, sentence: str) -> None:
    with pytest.raises(SourceChanged, match=sentence):
        read(Item, value, "api.example")


def test_an_answer_is_read_as_its_model_describes_it() -> None:
    assert answer_of(Item, answer(b'{"id": "1"}')) == Item(id="1")


def test_a_bad_item_does_not_lose_the_others() -> None:
    values = [{"id": "1", "text": "a"}, {"id": "2"}, {"text": "no id"}, {"id": ["x"], "text": "b"}, 7]
    mentions, broken = each(Item, values, mention, "api.example")
    assert [one.external_id for one in mentions] == ["1"]
    assert [(name, reason.partition(":")[0]) for name, reason, _ in broken] == [
        ("", "id"),
        ("", "id"),
        ("", "the item"),
    ]


@pytest.mark.parametrize(
    ("item", "excerpt"),
    [
        ({"id": None, "html": "<p>the app is down again</p>", "title": "short one"}, "<p>the app is down again</p>"),
        ({"url": "https://a.example/a b", "tags": ["one", "two"], "n": 3}, ""),
        ({"a": [{"b": {"text": "deep, and still found"}}]}, "deep, and still found"),
        ({"a": [[[[["too deep to be looked at"]]]]]}, ""),
        ("a bare text", "a bare text"),
        (7, ""),
        ({"text": "x " * 1_000}, "x " * 150),
    ],
)
def test_of_an_item_that_nobody_understands_the_longest_text_is_shown(item: object, excerpt: str) -> None:
    assert excerpt_of(item) == excerpt


def test_a_broken_item_is_known_by_its_id_under_the_name_that_the_platform_uses() -> None:
    class Named(Part):
        key: str
        n: int

    values = [{"key": "k1", "n": 1}, {"key": "k2", "n": "x"}]
    _, broken = each(Named, values, lambda _: None, "api.example", "key")
    assert [item.id for item in broken] == ["k2"]


def test_when_no_item_can_be_read_the_platform_has_changed() -> None:
    with pytest.raises(SourceChanged, match="the field id is missing"):
        each(Item, [{"text": "a"}, {"text": "b"}], mention, "api.example")
    assert each(Item, [], mention, "api.example") == ((), ())
