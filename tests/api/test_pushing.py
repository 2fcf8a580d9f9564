"""Pushing mentions: each has its own result."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.things import PUSH, item


def test_pushing_twice_stores_once_and_tells_each_result(us: Any, brand: dict[str, Any]) -> None:
    items: list[Any] = [
        item(1, "acme at last"),
        item(2, "nothing of interest"),
        {"external_id": "bad", "text": "acme"},
        item(3, "acme", rating=6),
        item(4, "acme", unknown=1),
        item(5, "acme", published_at="2026-11-05T08:00:00"),
    ]
    first = us.editor.post(PUSH, json={"items": items})
    assert first.status_code == 202
    expected = ["stored", "unmatched", "refused", "refused", "refused", "refused"]
    assert [one["status"] for one in first.json()["items"]] == expected
    fields = [[error["field"] for error in one["errors"]] for one in first.json()["items"]]
    assert fields == [[], [], ["published_at"], ["rating"], ["unknown"], ["published_at"]]
    again = us.editor.post(PUSH, json={"items": [item(1, "acme at last"), item(1, "acme at last")]}).json()
    assert [one["status"] for one in again["items"]] == ["unchanged", "unchanged"]
    edited = us.editor.post(PUSH, json={"items": [item(1, "acme at last, edited")]}).json()
    assert [one["status"] for one in edited["items"]] == ["updated"]
    detail = us.reader.get(f"{PUSH}/{first.json()['items'][0]['id']}").json()
    assert detail["text"] == "acme at last, edited"
    assert detail["history"][0]["change"] == {"title": "", "text": "acme at last"}


def test_a_push_may_be_the_list_alone(us: Any, brand: dict[str, Any]) -> None:
    answer = us.editor.post(PUSH, json=[item(1, "acme at last"), item(2, "acme again")])
    assert answer.status_code == 202
    assert [one["status"] for one in answer.json()["items"]] == ["stored", "stored"]
    assert us.editor.post(PUSH, json=[]).status_code == 422


def test_a_mention_given_twice_in_a_push_is_stored_once(us: Any, brand: dict[str, Any]) -> None:
    first, edited = item(1, "acme at last"), item(1, "acme at last, edited")
    answer = us.editor.post(PUSH, json={"items": [first, first, edited]}).json()
    assert [one["status"] for one in answer["items"]] == ["stored", "unchanged", "updated"]
    assert (answer["stored"], answer["updated"]) == (1, 1)
    assert us.reader.get(f"{PUSH}/{answer['items'][0]['id']}").json()["text"] == "acme at last, edited"


@pytest.mark.parametrize("url", ["example.com", "javascript:alert(1)", "ftp://example.com/a", "http://"])
def test_a_pushed_address_that_cannot_be_opened_is_refused(us: Any, brand: dict[str, Any], url: str) -> None:
    [told] = us.editor.post(PUSH, json={"items": [item(1, "acme", url=url)]}).json()["items"]
    assert told["status"] == "refused"
    assert [error["field"] for error in told["errors"]] == ["url"]


def test_a_language_is_found_in_capitals_too(us: Any, brand: dict[str, Any]) -> None:
    us.editor.post(PUSH, json={"items": [item(1, "acme", language="fr")]})
    assert len(us.reader.get(PUSH, params={"language": "FR"}).json()["items"]) == 1


@pytest.mark.parametrize("number", [0, 1001])
def test_a_push_is_of_one_to_a_thousand(us: Any, number: int) -> None:
    assert us.editor.post(PUSH, json={"items": [item(1, "acme")] * number}).status_code == 422
