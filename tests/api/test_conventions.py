"""What every answer keeps to: headers, problems, cursors, conditions, limits, one POST done once."""

from __future__ import annotations

import json
import re
import threading
from itertools import chain
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from starlette.testclient import TestClient

from app.api.envelope import BODY_MAX
from app.api.limits import Rates
from app.db import Database
from app.main import create_app
from app.models import ApiKey, Brand, IdempotentAnswer
from app.services import Services
from app.settings import Settings

EVERYWHERE = {
    "content-security-policy": "default-src 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/me", 200),
        ("GET", "/api/v1/brands/unknown", 404),
        ("GET", "/api/v1/nowhere", 404),
        ("PUT", "/api/v1/brands", 405),
        ("GET", "/api/v1/brands?limit=0", 422),
        ("GET", "/api/v1/broken", 500),
        ("GET", "/healthz", 200),
    ],
)
def test_every_answer_carries_its_headers(app: FastAPI, us: Any, method: str, path: str, status: int) -> None:
    def broken() -> None:
        raise RuntimeError("the secret cause")

    app.add_api_route("/api/v1/broken", broken)
    app.router.routes.insert(0, app.router.routes.pop())  # before the pages
    answer = us.reader.request(method, path)
    assert answer.status_code == status, answer.text
    for name, value in EVERYWHERE.items():
        assert answer.headers[name].startswith(value), name
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])
    assert "server" not in answer.headers
    assert "secret cause" not in answer.text
    if status >= 400:
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["status"] == status
        assert problem["type"].startswith("urn:vigie:problem:")
        assert problem["request_id"] == answer.headers["x-request-id"]
        assert {"title", "detail", "errors"} <= problem.keys()


def test_https_is_pinned_where_the_public_address_has_it(services: Services, settings: Settings) -> None:
    public = Settings(**{**settings.model_dump(), "public_url": "https://vigie.example.com"})
    app = create_app(Services(public, services.db, services.jobs, services.seal, services.gate, services.wire))
    answer = TestClient(app, base_url="https://vigie.example.com").get("/healthz")
    assert answer.status_code == 200
    assert answer.headers["strict-transport-security"].startswith("max-age=")


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "", "[::1"])
def test_another_host_name_is_refused(anonymous: TestClient, host: str) -> None:
    answer = anonymous.get("/healthz", headers={"Host": host, "X-Forwarded-Host": "localhost"})
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:vigie:problem:unknown-host"


def test_a_method_that_is_not_taken_says_which_are(us: Any) -> None:
    answer = us.reader.put("/api/v1/brands")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"
    assert us.reader.request("OPTIONS", "/api/v1/sources/preview").headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/brands?colour=red", "colour"),
        ("/mentions?brands=x", "brands"),
        ("/mentions?limit=501", "limit"),
        ("/mentions?limit=ten", "limit"),
        ("/mentions?from=yesterday", "from"),
        ("/mentions?from=0001-01-01T00:00:00Z", "from"),
        ("/mentions?sort=surprise", "sort"),
        ("/mentions?theme=price", "theme"),
        ("/mentions?stance=angry", "stance.0"),
        ("/mentions?q=%00", "q"),
        ("/mentions?min_reach=-1", "min_reach"),
    ],
)
def test_what_is_not_known_or_out_of_bounds_is_refused_by_name(us: Any, path: str, field: str) -> None:
    answer = us.reader.get("/api/v1" + path)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"name", "query"}),
        ({"name": "", "query": "acme"}, {"name"}),
        ({"name": "A", "query": "acme", "workspace_id": "x"}, {"workspace_id"}),
        ({"name": "A", "query": "acme", "id": "x", "version": 3, "created_at": "x"}, {"id", "version", "created_at"}),
        ({"name": "A\nB", "query": "acme"}, {"name"}),
        ({"name": "A", "query": 5}, {"query"}),
        ({"name": "A", "query": "acme", "kind": "enemy"}, {"kind"}),
        ({"name": "A", "query": "acme", "colour": "red"}, {"colour"}),
        ({"name": "A", "query": "acme", "languages": ["French"]}, {"languages.0"}),
        ([], {"body"}),
        ("text", {"body"}),
    ],
)
def test_each_wrong_field_is_named(us: Any, body: Any, fields: set[str]) -> None:
    answer = us.editor.post("/api/v1/brands", json=body)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == fields


@pytest.mark.parametrize(
    ("query", "at"),
    [("acme AND (jobs", 9), ("", 0), ('"acme', 0), ("NOT jobs", 0), ("acme OR", 5), ("acme )", 5), ("{braces} )", 9)],
)
def test_a_query_that_cannot_be_read_says_where_and_what_to_do(us: Any, query: str, at: int) -> None:
    for path, body in (("brands", {"name": "A", "query": query}), ("queries/preview", {"query": query})):
        answer = us.editor.post(f"/api/v1/{path}", json=body)
        (error,) = answer.json()["errors"]
        assert answer.status_code == 422
        assert (error["field"], error["at"]) == ("query", at)
        assert error["hint"]


@pytest.mark.parametrize(
    ("content_type", "content", "status"),
    [
        ("text/plain", b'{"name": "A", "query": "acme"}', 415),
        ("", b'{"name": "A", "query": "acme"}', 415),
        ("application/x-www-form-urlencoded", b"name=A&query=acme", 415),
        ("application/json", b'{"name": "A",', 422),
        ("application/json", b"\xff\xfe", 422),
        ("application/json", b"[" * 50_000, 422),
        ("application/json", b'{"name": "\\ud800", "query": "acme"}', 422),
        ("application/json", b'{"name": "A\\u0000", "query": "acme"}', 422),
        ("application/json", b"", 422),
        ("application/json; charset=utf-8", b'{"name": "A", "query": "acme"}', 201),
    ],
)
def test_a_body_must_be_json_that_can_be_read(us: Any, content_type: str, content: bytes, status: int) -> None:
    answer = us.editor.post("/api/v1/brands", content=content, headers={"Content-Type": content_type})
    assert answer.status_code == status, answer.text


def test_a_body_over_the_limit_is_refused_before_it_is_read(us: Any) -> None:
    told = us.editor.post("/api/v1/brands", content=b" " * (BODY_MAX + 1), headers={"Content-Type": "application/json"})
    untold = us.editor.post(
        "/api/v1/brands",
        content=(b" " * 1_000_000 for _ in range(12)),
        headers={"Content-Type": "application/json"},
    )
    assert [answer.status_code for answer in (told, untold)] == [413, 413]
    assert told.json()["type"] == untold.json()["type"] == "urn:vigie:problem:too-large"


def test_the_same_post_under_one_key_is_done_once(us: Any, db: Database) -> None:
    headers = {"Idempotency-Key": "once"}
    body = {"name": "Acme", "query": "acme"}
    first, second = (us.editor.post("/api/v1/brands", json=body, headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert count(db, Brand) == 1


def test_another_post_under_the_same_key_is_refused(us: Any, db: Database) -> None:
    headers = {"Idempotency-Key": "once"}
    us.editor.post("/api/v1/brands", json={"name": "Acme", "query": "acme"}, headers=headers)
    other = us.editor.post("/api/v1/brands", json={"name": "Brumelo", "query": "brumelo"}, headers=headers)
    assert other.status_code == 422
    assert other.json()["type"] == "urn:vigie:problem:idempotency-key-reused"
    assert count(db, Brand) == 1


def test_a_refused_post_leaves_its_key_free(us: Any) -> None:
    headers = {"Idempotency-Key": "once"}
    assert us.editor.post("/api/v1/brands", json={"name": "Acme", "query": "("}, headers=headers).status_code == 422
    assert us.editor.post("/api/v1/brands", json={"name": "Acme", "query": "acme"}, headers=headers).status_code == 201


def test_the_keys_of_two_workspaces_are_apart(us: Any, them: Any) -> None:
    headers = {"Idempotency-Key": "once"}
    made = [who.editor.post("/api/v1/brands", json={"name": "A", "query": "a1"}, headers=headers) for who in (us, them)]
    assert made[0].json()["id"] != made[1].json()["id"]


def test_twenty_posts_at_once_under_one_key_are_done_once(us: Any, db: Database) -> None:
    answers: list[Any] = []

    def post() -> None:
        answers.append(
            us.editor.post(
                "/api/v1/brands", json={"name": "Acme", "query": "acme"}, headers={"Idempotency-Key": "race"}
            )
        )

    threads = [threading.Thread(target=post) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert count(db, Brand) == 1


def test_a_remembered_answer_does_not_lay_a_key_open(us: Any, db: Database) -> None:
    made = us.admin.post(
        "/api/v1/api-keys", json={"name": "k", "scopes": ["read"]}, headers={"Idempotency-Key": "k"}
    ).json()
    again = us.admin.post("/api/v1/api-keys", json={"name": "k", "scopes": ["read"]}, headers={"Idempotency-Key": "k"})
    assert again.json()["key"] == made["key"]
    with db.reading() as session:
        kept = session.scalars(select(IdempotentAnswer)).one()
        stored = [bytes(kept.body or b""), *session.scalars(select(ApiKey.secret_hash))]
    assert all(made["key"].encode() not in each and made["key"][12:].encode() not in each for each in stored)


def test_an_etag_spares_the_same_answer(us: Any, brand: dict[str, Any]) -> None:
    for path in ("/api/v1/brands", f"/api/v1/brands/{brand['id']}"):
        first = us.reader.get(path)
        same = us.reader.get(path, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
        assert (same.status_code, same.content) == (304, b"")
        assert same.headers["etag"] == first.headers["etag"]
    us.editor.patch(f"/api/v1/brands/{brand['id']}", json={"colour": "#000000"})
    assert us.reader.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 200


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


def test_a_key_that_asks_too_often_waits(services: Services, us: Any) -> None:
    app = create_app(services, rates=Rates(key="5/minute", costly="2/minute"))
    client = TestClient(app, base_url="http://localhost", headers={"Authorization": f"Bearer {us.key}"})
    answers = [client.get("/api/v1/me") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert [answer.headers["ratelimit-remaining"] for answer in answers[:5]] == ["4", "3", "2", "1", "0"]
    assert int(answers[5].headers["retry-after"]) >= 1
    assert answers[5].headers["ratelimit-policy"] == '"key";q=5;w=60'
    assert answers[5].json()["status"] == 429


def test_guessing_keys_is_slowed_down(services: Services) -> None:
    client = TestClient(create_app(services, rates=Rates(refused="3/minute")), base_url="http://localhost")
    headers = {"Authorization": "Bearer vig_guess"}
    answers = [client.get("/api/v1/me", headers=headers).status_code for _ in range(5)]
    assert answers == [401, 401, 401, 429, 429]


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


def test_a_field_for_what_takes_no_body_is_refused(us: Any) -> None:
    made = {"name": "Acme", "kind": "own", "query": "acme"}
    path = f"/api/v1/brands/{us.editor.post('/api/v1/brands', json=made).json()['id']}/rematch"
    for body in ('{"days": 7}', "[]", "days=7"):
        answer = us.editor.post(path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422, body
    assert answer.json()["errors"][0]["field"] == "body"
    assert us.editor.post(path, json={}).status_code == 202
    assert us.editor.post(path).status_code == 202


def test_figures_for_monitoring_are_told_to_their_token_only(services: Services, settings: Settings) -> None:
    guarded = Settings(**{**settings.model_dump(), "metrics_token": "the token of metrics"})
    app = create_app(Services(guarded, services.db, services.jobs, services.seal, services.gate, services.wire))
    client = TestClient(app, base_url="http://localhost")
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    answer = client.get("/metrics", headers={"Authorization": "Bearer the token of metrics"})
    assert "vigie_mentions 0.0" in answer.text


def test_figures_are_told_to_this_machine_but_not_through_a_proxy(app: FastAPI) -> None:
    near = TestClient(app, base_url="http://localhost", client=("127.0.0.1", 5000))
    far = TestClient(app, base_url="http://localhost", client=("192.0.2.7", 5000))
    assert near.get("/metrics").status_code == 200
    assert near.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 401
    assert far.get("/metrics").status_code == 401


def test_without_a_worker_we_are_alive_but_not_ready(anonymous: TestClient) -> None:
    assert anonymous.get("/healthz").json() == {"status": "ok"}
    answer = anonymous.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] is True
    assert answer.json()["worker"]["ok"] is False


def count(db: Database, table: type) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0
