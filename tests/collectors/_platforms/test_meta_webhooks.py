"""The changes of one account in what Meta sends an app."""

from __future__ import annotations

import json
from typing import Any

import pytest

from collectors._platforms.meta_webhooks import changes_of
from collectors.base import SourceChanged, SourceError


def sent(*entries: Any) -> bytes:
    return json.dumps({"object": "page", "entry": list(entries)}).encode()


def test_the_changes_of_other_accounts_are_left_out() -> None:
    body = sent(
        {"id": "104", "time": 5, "changes": [{"field": "feed"}, {"field": "ratings"}]},
        {"id": "999", "changes": [{"field": "feed"}]},
        {"changes": [{"field": "mention"}]},
    )
    assert changes_of(body, "104") == [
        {"time": "5", "field": "feed"},
        {"time": "5", "field": "ratings"},
        {"time": "", "field": "mention"},
    ]


def test_a_change_may_bring_its_own_time_and_another_shape_is_handed_on() -> None:
    assert changes_of(sent({"id": "104", "time": 5, "changes": [{"time": 9}, "x"]}), "104") == [{"time": 9}, "x"]


@pytest.mark.parametrize("changes", [None, {}, "x"])
def test_an_entry_without_a_list_of_changes_has_none(changes: Any) -> None:
    assert changes_of(sent({"id": "104", "changes": changes}), "104") == []


@pytest.mark.parametrize("body", [b"", b"{", b"a=1", b"[" * 100_000])
def test_what_is_not_json_is_told(body: bytes) -> None:
    with pytest.raises(SourceError, match="what Meta sent is not JSON"):
        changes_of(body, "104")


@pytest.mark.parametrize("body", [b"{}", b'{"entry": 7}', b"[]"])
def test_another_shape_is_a_change_of_the_platform(body: bytes) -> None:
    with pytest.raises(SourceChanged, match="Meta changed its answers"):
        changes_of(body, "104")
