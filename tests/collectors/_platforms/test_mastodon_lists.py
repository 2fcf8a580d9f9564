"""The order of ids on Mastodon, and what a page of statuses tells. The walks are in ../test_mastodon.py."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from collectors._platforms.mastodon_lists import StatusPage, before, id_of, list_of, rank
from collectors.base import SourceChanged

OLD, NEW = "2026-03-01T08:00:00Z", "2026-03-01T09:00:00Z"


def answer(body: bytes = b"[]", **headers: str) -> httpx2.Response:
    request = httpx2.Request("GET", "https://m.example/api/v1/timelines/tag/acme")
    return httpx2.Response(200, content=body, headers=headers, request=request)


def page(*values: Any, **headers: str) -> StatusPage:
    return StatusPage(list(values), answer(**headers))


@pytest.mark.parametrize(
    ("value", "identity"),
    [({"id": "12"}, "12"), ({"id": 12}, "12"), ({"id": True}, ""), ({"id": None}, ""), ({}, ""), ("x", ""), (None, "")],
)
def test_an_id_is_a_text_whatever_an_old_server_writes(value: object, identity: str) -> None:
    assert id_of(value) == identity


def test_ids_are_in_the_order_of_numbers() -> None:
    assert sorted(["100", "99", "9", "", "101"], key=rank) == ["", "9", "99", "100", "101"]
    assert sorted(["9z", "9a"], key=rank) == ["9a", "9z"]


def test_an_id_that_holds_the_time_is_moved_back_and_any_other_stays() -> None:
    snowflake = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1000) << 16
    earlier = int(before(str(snowflake), timedelta(minutes=5)))
    assert (snowflake - earlier) >> 16 == 5 * 60 * 1000
    assert [before(identity, timedelta(minutes=5)) for identity in ("12", "9nfs2", "")] == ["12", "9nfs2", ""]


def test_a_page_knows_its_ends_and_what_lies_above_a_bound() -> None:
    one = page({"id": "101", "created_at": NEW}, "broken", {"id": "99", "created_at": OLD})
    assert (one.ids, one.newest, one.oldest) == (["101", "99"], "101", "99")
    assert one.above("99") == [one.values[0]]
    assert one.above("") == one.values
    assert one.oldest_at == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert [one.ends_before(datetime(2026, 3, 1, hour, tzinfo=UTC)) for hour in (8, 9)] == [False, True]


def test_an_empty_page_has_no_end() -> None:
    nothing = page()
    assert (nothing.newest, nothing.oldest, nothing.oldest_at) == ("", "", None)
    assert not nothing.ends_before(datetime.now(UTC))


@pytest.mark.parametrize(
    ("values", "link", "knows"),
    [
        (({"id": "1"},), '<https://m.example/?min_id=9>; rel="prev"', True),
        (({"id": "1"},), "", True),
        (({"id": "1"},), '<https://m.example/?since_id=9>; rel="prev"', False),
        ((), '<https://m.example/?since_id=9>; rel="prev"', True),
    ],
)
def test_a_server_shows_by_its_links_whether_it_knows_min_id(values: tuple[Any, ...], link: str, knows: bool) -> None:
    assert page(*values, link=link).knows_min_id is knows


def test_a_limit_that_is_used_up_asks_for_a_pause() -> None:
    assert page().pause is None
    heads = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2999-01-01T00:00:00.000000Z"}
    assert page(**heads).pause == timedelta(days=1)


def test_a_search_wraps_its_statuses_and_anything_else_is_a_change() -> None:
    assert list_of(answer(b'[{"id": "1"}]')) == list_of(answer(b'{"statuses": [{"id": "1"}]}')) == [{"id": "1"}]
    for body in (b"{}", b'{"statuses": {}}', b"7"):
        with pytest.raises(SourceChanged, match="statuses"):
            list_of(answer(body))
