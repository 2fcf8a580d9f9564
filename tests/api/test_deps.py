"""What endpoints ask for: ids, times, conditions, and pages with their cursors."""

from __future__ import annotations

import json
from itertools import chain
from typing import Any
from uuid import UUID

import pytest
from pydantic import TypeAdapter, ValidationError
from starlette.testclient import TestClient

from app.api.deps import Condition, ident
from app.db import Database
from app.problems import Problem
from app.queries.wanted import Moment
from app.services import Services
from tests.api.things import Things, things_of


def test_a_change_may_ask_that_nobody_was_quicker(us: Any, brand: dict[str, Any]) -> None:
    path = f"/api/v1/brands/{brand['id']}"
    read = us.reader.get(path).headers["etag"]
    first = us.editor.patch(path, json={"colour": "#111111"}, headers={"If-Match": read})
    late = us.editor.patch(path, json={"colour": "#222222"}, headers={"If-Match": read})
    assert (first.status_code, late.status_code) == (200, 412)
    assert us.reader.get(path).json()["colour"] == "#111111"
    assert us.editor.patch(path, json={"colour": "#333333"}, headers={"If-Match": first.headers["etag"]}).is_success
    assert us.editor.patch(path, json={"colour": "#444444"}, headers={"If-Match": "*"}).is_success
    for nonsense in ("nonsense", f"W/{read}", '"1"', ""):
        assert us.editor.patch(path, json={}, headers={"If-Match": nonsense}).status_code == 412, nonsense


VERSIONED = ("brands", "sources", "alert-rules", "channels", "phrases")
UNVERSIONED = ("api-keys", "survey-responses", "audit/sample")


def path_of(noun: str, things: Things) -> str:
    other = {"alert-rules": "rule", "api-keys": "key", "survey-responses": "response", "audit/sample": "item"}
    return f"/api/v1/{noun}/{getattr(things, other.get(noun, noun[:-1]) + '_id')}"


def test_to_delete_may_ask_that_nobody_was_quicker(us: Any, db: Database, services: Services) -> None:
    things = things_of(us, db, services)
    for noun in VERSIONED[::-1]:
        path = path_of(noun, things)
        read = us.reader.get(path).headers["etag"]
        assert us.editor.delete(path, headers={"If-Match": '"99.0123"'}).status_code == 412, noun
        assert us.reader.get(path).status_code == 200, noun
        assert us.editor.delete(path, headers={"If-Match": read}).status_code == 204, noun
        assert us.editor.delete(path, headers={"If-Match": read}).status_code == 404, noun


def test_a_condition_on_what_has_no_etag_is_not_dropped_silently(us: Any, db: Database, services: Services) -> None:
    things = things_of(us, db, services)
    for noun in UNVERSIONED:
        path = path_of(noun, things)
        assert us.admin.delete(path, headers={"If-Match": '"1.0123"'}).status_code == 412, noun
        assert us.admin.delete(path, headers={"If-Match": "*"}).status_code == 204, noun


def test_a_change_that_changes_nothing_raises_no_version(us: Any, db: Database, services: Services) -> None:
    things = things_of(us, db, services)
    for noun in (*VERSIONED, "mentions"):
        path = path_of(noun, things)
        read = us.reader.get(path)
        name = {"phrases": "text", "mentions": "status"}.get(noun, "name")
        for body in ({}, {name: read.json()[name]}):
            answer = us.editor.patch(path, json=body)
            assert answer.status_code == 200, (noun, answer.text)
            assert answer.json()["version"] == read.json()["version"], (noun, body)
    actions = [line["action"] for line in us.admin.get("/api/v1/audit-log?limit=500").json()["items"]]
    assert [action for action in actions if action.endswith(".update") and action != "mention.update"] == []


def pages(client: TestClient, sort: str, limit: int) -> list[list[str]]:
    """The ids of each page, following next_cursor."""
    found, cursor = [], None
    while True:
        params = {"sort": sort, "limit": limit} | ({"cursor": cursor} if cursor else {})
        page = client.get("/api/v1/mentions", params=params).json()
        found.append([item["id"] for item in page["items"]])
        cursor = page["next_cursor"]
        if cursor is None:
            return found


@pytest.mark.parametrize("sort", ["published", "collected", "reach"])
def test_pages_hold_everything_once_forwards_and_backwards(us: Any, pushed: list[Any], sort: str) -> None:
    path, asked = "/api/v1/mentions", {"sort": sort, "limit": 2}
    whole = pages(us.reader, sort, 500)[0]
    parts = pages(us.reader, sort, 2)
    assert [len(part) for part in parts] == [2, 2, 1]
    assert list(chain(*parts)) == whole
    assert len(set(whole)) == len(pushed)
    last = us.reader.get(path, params=asked).json()
    while last["next_cursor"]:
        last = us.reader.get(path, params=asked | {"cursor": last["next_cursor"]}).json()
    back = [[item["id"] for item in last["items"]]]
    while last["prev_cursor"]:
        last = us.reader.get(path, params=asked | {"cursor": last["prev_cursor"]}).json()
        back.insert(0, [item["id"] for item in last["items"]])
    assert list(chain(*back)) == whole


def test_a_page_does_not_shift_when_something_comes_in(us: Any, pushed: list[Any]) -> None:
    first = us.reader.get("/api/v1/mentions", params={"limit": 2}).json()
    second = us.reader.get("/api/v1/mentions", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    new = {"external_id": "new", "text": "acme again, quite another story", "published_at": "2026-11-19T10:00:00Z"}
    us.editor.post("/api/v1/mentions", json={"items": [new]})
    again = us.reader.get("/api/v1/mentions", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert again == second
    before = us.reader.get("/api/v1/mentions", params={"limit": 2, "cursor": again["prev_cursor"]}).json()
    assert [item["id"] for item in before["items"]] == [item["id"] for item in first["items"]]
    assert before["prev_cursor"] is not None


def test_a_cursor_of_another_list_or_sort_is_refused(us: Any, pushed: list[Any]) -> None:
    cursor = us.reader.get("/api/v1/mentions", params={"limit": 1}).json()["next_cursor"]
    for path, given in [
        ("/api/v1/brands", cursor),
        ("/api/v1/mentions", cursor[:-2]),
        ("/api/v1/mentions", "x" + cursor),
        ("/api/v1/mentions", "é"),
        ("/api/v1/mentions", "W10"),
        ("/api/v1/mentions", json.dumps(["published", 0, "2026-01-01", "0" * 32])),
    ]:
        answer = us.reader.get(path, params={"cursor": given})
        assert answer.status_code == 422, (path, given)
        assert answer.json()["errors"][0]["field"] == "cursor"
    assert us.reader.get("/api/v1/mentions", params={"sort": "reach", "cursor": cursor}).status_code == 422


@pytest.mark.parametrize("path", ["collectors", "alert-rules/kinds", "channels/kinds"])
def test_what_can_be_chosen_is_paged_like_any_list(us: Any, path: str) -> None:
    whole = us.reader.get(f"/api/v1/{path}").json()
    assert whole["next_cursor"] is whole["prev_cursor"] is None
    seen, cursor = [], None
    while True:
        shown = us.reader.get(f"/api/v1/{path}", params={"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
        seen += shown["items"]
        if shown["next_cursor"] is None:
            break
        cursor = shown["next_cursor"]
    assert seen == whole["items"]
    before = us.reader.get(f"/api/v1/{path}", params={"limit": 1, "cursor": shown["prev_cursor"]}).json()
    assert before["items"] == [whole["items"][-2]]
    assert before["next_cursor"] is not None
    for given in ("W10", "x", shown["prev_cursor"][:-2], us.reader.get("/api/v1/brands").json()["next_cursor"] or "é"):
        assert us.reader.get(f"/api/v1/{path}", params={"cursor": given}).status_code == 422, given


ID = "0198c0de-0000-7000-8000-000000000000"


@pytest.mark.parametrize("text", [ID, ID.upper()])
def test_an_id_is_read_in_either_case(text: str) -> None:
    assert ident(text, "brand") == UUID(ID)


@pytest.mark.parametrize("text", ["", "x", ID.replace("-", ""), f"{{{ID}}}", f"urn:uuid:{ID}", f"{ID} ", f"{ID}\n"])
def test_what_is_no_id_names_nothing(text: str) -> None:
    with pytest.raises(Problem) as refused:
        ident(text, "brand")
    assert (refused.value.status, refused.value.detail) == (404, "There is no such brand.")


MOMENT = TypeAdapter(Moment)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-11-22T09:30:00Z", "2026-11-22T09:30:00+00:00"),
        ("2026-11-22T10:30:00+01:00", "2026-11-22T09:30:00+00:00"),
        ("2026-11-22T10:30:00 01:00", "2026-11-22T09:30:00+00:00"),  # an unescaped + of an address
        ("2026-11-22T09:30:00", "2026-11-22T09:30:00+00:00"),
        ("2026-11-22", "2026-11-22T00:00:00+00:00"),
    ],
)
def test_a_time_is_read_as_utc(text: str, read: str) -> None:
    assert MOMENT.validate_python(text).isoformat() == read


@pytest.mark.parametrize(
    "text", ["", "yesterday", "1969-12-31T23:59:59Z", "2201-01-01", "9999-12-31T23:59:59-14:00", 0]
)
def test_a_time_that_cannot_be_is_refused(text: object) -> None:
    with pytest.raises(ValidationError):
        MOMENT.validate_python(text)


@pytest.mark.parametrize(
    ("tags", "holds"),
    [
        (None, True),
        (("*",), True),
        (('"7.0a1b"',), True),
        (('"6.ffff"', '"7.0a1b"'), True),
        (('"6.0a1b"',), False),
        (('W/"7.0a1b"',), False),
        (("7.0a1b",), False),
        ((), False),
    ],
)
def test_a_condition_holds_for_the_version_that_was_read(tags: tuple[str, ...] | None, holds: bool) -> None:
    if holds:
        Condition(tags).check(7)
        return
    with pytest.raises(Problem) as refused:
        Condition(tags).check(7)
    assert refused.value.status == 412
