"""Pages that do not shift: cursors, and lists under unique names."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models import Mention
from app.problems import Problem
from app.queries.paging import Cursor, Order, Slice, decode, encode, page_by_name

BY_ID = Order("brand", Mention.id, descending=False)
BY_DATE = Order("published", Mention.id, Mention.published_at)
BY_REACH = Order("reach", Mention.id, Mention.reach, kind=int)
ROW = UUID(int=7)
AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@given(st.booleans(), st.uuids(), st.datetimes(timezones=st.just(UTC)), st.integers(-(2**63) + 1, 2**63 - 1))
def test_a_cursor_comes_back_as_it_was(backward: bool, row: UUID, at: datetime, number: int) -> None:
    for order, value in ((BY_ID, None), (BY_DATE, at), (BY_REACH, number)):
        cursor = Cursor(backward, value, row)
        assert decode(encode(cursor, order), order) == cursor


def forged(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("", BY_ID),
        ("nonsense", BY_ID),
        ("é", BY_ID),
        (encode(Cursor(False, None, ROW), BY_ID), BY_DATE),
        (encode(Cursor(False, AT, ROW), BY_DATE), BY_REACH),
        (encode(Cursor(False, AT, ROW), BY_DATE) + "=", BY_DATE),
        (forged("published", 0, "2026-11-22T09:00:00", ROW.hex), BY_DATE),
        (forged("published", 0, None, ROW.hex), BY_DATE),
        (forged("reach", 0, 2**63, ROW.hex), BY_REACH),
        (forged("reach", 0, True, ROW.hex), BY_REACH),
        (forged("brand", 0, None, "no id"), BY_ID),
        (forged("brand", 0, None), BY_ID),
        (forged("brand", [], None, ROW.hex, 1), BY_ID),
        ("[" * 10_000, BY_ID),
    ],
)
def test_a_cursor_that_this_list_did_not_give_is_refused(text: str, order: Order) -> None:
    with pytest.raises(Problem) as refused:
        decode(text, order)
    assert (refused.value.status, refused.value.errors[0].field) == (422, "cursor")


NAMES = {name: name.upper() for name in ("d", "a", "e", "c", "b")}


def test_what_has_names_is_paged_in_their_order_forth_and_back() -> None:
    pages, after = [], None
    while True:
        page = page_by_name(NAMES, "kinds", after, 2)
        pages.append(page)
        after = page.next
        if after is None:
            break
    assert [page.items for page in pages] == [["A", "B"], ["C", "D"], ["E"]]
    assert pages[0].prev is None
    back = page_by_name(NAMES, "kinds", pages[2].prev, 2)
    assert back.items == ["C", "D"]
    assert page_by_name(NAMES, "kinds", back.prev, 2).items == ["A", "B"]


def test_a_page_by_name_goes_on_where_a_name_was_that_is_gone() -> None:
    after = page_by_name(NAMES, "kinds", None, 2).next
    left = {name: value for name, value in NAMES.items() if name != "b"}
    assert page_by_name(left, "kinds", after, 2).items == ["C", "D"]
    assert page_by_name({}, "kinds", after, 2) == Slice([])
    with pytest.raises(Problem):
        page_by_name(NAMES, "collectors", after, 2)


def test_a_page_turns_all_its_items_at_once() -> None:
    assert Slice([1, 2], "n", "p").map(lambda items: [str(item) for item in items]) == Slice(["1", "2"], "n", "p")
