"""Which items of a feed are one, and what their ids are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors._kit.items import LONGEST_ID, Item, fit, fit_id, identify, newest
from collectors.base import RawMention


def item(guid: str, url: str | None, title: str = "t") -> Item:
    return Item(guid, RawMention("", url=url, title=title))


@pytest.mark.parametrize(
    ("found", "count"),
    [
        ([item("g", "https://a.example/1"), item("g", "https://a.example/1")], 1),
        ([item("g", "https://a.example/1"), item("g", "https://a.example/1?utm_medium=rss")], 1),
        ([item("g", "https://a.example/1", "one two"), item("g", "https://a.example/1", "one two three")], 1),
        ([item("g", "https://a.example/1", "one two"), item("g", "https://a.example/1?utm_medium=rss", "other")], 2),
        ([item("g", "https://a.example/1"), item("g", "https://a.example/2")], 2),
        ([item("g", None, "one"), item("g", None, "two")], 2),
        ([item("", "https://a.example/", "one"), item("", "https://a.example/", "two")], 2),
        ([item("", None, "one"), item("", None, "one")], 1),
        (
            [
                item("https://a.example/", "https://a.example/", "one"),
                item("https://a.example/", "https://a.example/", "two"),
            ],
            2,
        ),
        ([item("", None, "")], 0),
        ([item("g", None, "")], 1),
    ],
)
def test_different_items_are_different_mentions(found: list[Item], count: int) -> None:
    assert len(identify(found)) == count


ITEMS = st.tuples(
    st.sampled_from(["", "g", "h"]),
    st.sampled_from([None, "https://a.example/1", "https://a.example/2"]),
    st.sampled_from(["", "x", "y"]),
)


@given(st.lists(ITEMS, max_size=8))
def test_ids_depend_on_the_items_not_on_their_order(items: list[tuple[str, str | None, str]]) -> None:
    found = [item(*one) for one in items]
    there = {mention.external_id for mention in identify(found)}
    back = {mention.external_id for mention in identify(list(reversed(found)))}
    assert there == back
    assert all(there) or not there


def test_the_newest_are_kept_in_their_order_and_the_undated_go_with_the_oldest() -> None:
    dated = [RawMention(str(n), published_at=datetime(2026, 1, n, tzinfo=UTC)) for n in (3, 1, 2)]
    kept = newest([*dated, RawMention("undated")], 2)
    assert [mention.external_id for mention in kept] == ["3", "2"]
    assert newest(dated, 3) == tuple(dated)


def test_strings_are_cut_and_made_fit_to_store() -> None:
    assert fit("a\0b\x1b\ud83dc", 99) == "ab\ufffd\ufffdc"
    assert fit("x" * 9, 4) == "xxxx"
    assert fit(["x"], 4) == ""
    assert len(fit_id("x" * 10_000)) <= LONGEST_ID
    assert fit_id("x" * 10_000) != fit_id("x" * 10_001)
