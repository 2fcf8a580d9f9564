"""How the API runs an endpoint: in one transaction, again after a deadlock, and never twice once it has answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import func, select, text

from app.api.deps import Reader, Served, Writer, Writing
from app.api.route import TRIES, Route
from app.db import Database
from app.models import Brand, IdempotentAnswer, uuid7

FAILS = "DO $$ BEGIN RAISE EXCEPTION 'on purpose' USING ERRCODE = '{code}'; END $$"


@pytest.fixture
def add(app: FastAPI) -> Callable[..., None]:
    """Adds an endpoint of the API to the application, under /api/v1/tried."""

    def added(endpoint: Callable[..., Any], **options: Any) -> None:
        router = APIRouter(prefix="/api/v1", route_class=Route)
        router.add_api_route("/tried", endpoint, **options)
        app.router.routes[:0] = router.routes  # before the pages

    return added


def failing(times: int, code: str, runs: list[int]) -> Callable[..., dict[str, int]]:
    """An endpoint that adds a brand, and whose first `times` runs the database ends with this SQLSTATE."""

    def endpoint(viewer: Writer, session: Writing) -> dict[str, int]:
        runs.append(len(runs))
        name = f"Run {len(runs)}"
        session.add(Brand(id=uuid7(), workspace_id=viewer.workspace_id, name=name, kind="own", query="a", colour="#0"))
        session.flush()
        if len(runs) <= times:
            session.execute(text(FAILS.format(code=code)))
        return {"run": len(runs)}

    return endpoint


@pytest.mark.parametrize("code", ["40P01", "40001"])
def test_an_endpoint_runs_again_after_a_deadlock_and_keeps_only_its_last_run(
    add: Callable[..., None], us: Any, db: Database, code: str
) -> None:
    runs: list[int] = []
    add(failing(2, code, runs), methods=["POST"])
    answer = us.editor.post("/api/v1/tried", headers={"Idempotency-Key": "once"})
    assert (answer.status_code, answer.json()) == (200, {"run": 3})
    with db.reading() as session:
        assert session.scalars(select(Brand.name)).all() == ["Run 3"]
        assert session.scalar(select(func.count()).select_from(IdempotentAnswer)) == 1
    again = us.editor.post("/api/v1/tried", headers={"Idempotency-Key": "once"})
    assert (again.json(), again.headers["idempotency-replayed"], len(runs)) == ({"run": 3}, "true", 3)


def test_who_never_gets_through_is_asked_to_come_back(add: Callable[..., None], us: Any, db: Database) -> None:
    runs: list[int] = []
    add(failing(TRIES, "40P01", runs), methods=["POST"])
    assert us.editor.post("/api/v1/tried").status_code == 503
    assert len(runs) == TRIES
    with db.reading() as session:
        assert session.scalars(select(Brand.name)).all() == []


def test_another_error_of_the_database_is_not_tried_again(add: Callable[..., None], us: Any) -> None:
    runs: list[int] = []
    add(failing(1, "57014", runs), methods=["POST"])
    assert us.editor.post("/api/v1/tried").status_code >= 500
    assert len(runs) == 1


def test_the_body_is_there_again_for_the_second_run(add: Callable[..., None], us: Any) -> None:
    bodies: list[dict[str, int]] = []

    def endpoint(body: dict[str, int], viewer: Writer, session: Writing) -> dict[str, int]:
        bodies.append(body)
        if len(bodies) == 1:
            session.execute(text(FAILS.format(code="40P01")))
        return body

    add(endpoint, methods=["POST"])
    assert us.editor.post("/api/v1/tried", json={"n": 1}).json() == {"n": 1}
    assert bodies == [{"n": 1}, {"n": 1}]


def test_an_answer_that_has_begun_is_never_begun_again(add: Callable[..., None], us: Any) -> None:
    """What a stream runs into is an error: its first part has left."""
    parts: list[str] = []

    def endpoint(viewer: Reader, services: Served) -> StreamingResponse:
        def lines() -> Any:
            parts.append("first")
            yield b"first\n"
            with services.db.writing() as session:
                session.execute(text(FAILS.format(code="40P01")))

        return StreamingResponse(lines())

    add(endpoint, methods=["GET"], response_class=StreamingResponse)
    with pytest.raises(Exception, match="on purpose"):
        us.reader.get("/api/v1/tried")
    assert parts == ["first"]


def test_a_route_without_a_scope_is_not_made() -> None:
    def endpoint(services: Served) -> None: ...

    def twice(reader: Reader, writer: Writer) -> None: ...

    for wrong in (endpoint, twice):
        with pytest.raises(TypeError, match="must declare one scope"):
            Route("/tried", wrong)


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


def test_an_etag_spares_the_same_answer(us: Any, brand: dict[str, Any]) -> None:
    for path in ("/api/v1/brands", f"/api/v1/brands/{brand['id']}"):
        first = us.reader.get(path)
        same = us.reader.get(path, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
        assert (same.status_code, same.content) == (304, b"")
        assert same.headers["etag"] == first.headers["etag"]
    us.editor.patch(f"/api/v1/brands/{brand['id']}", json={"colour": "#000000"})
    assert us.reader.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_a_field_for_what_takes_no_body_is_refused(us: Any) -> None:
    made = {"name": "Acme", "kind": "own", "query": "acme"}
    path = f"/api/v1/brands/{us.editor.post('/api/v1/brands', json=made).json()['id']}/rematch"
    for body in ('{"days": 7}', "[]", "days=7"):
        answer = us.editor.post(path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422, body
    assert answer.json()["errors"][0]["field"] == "body"
    assert us.editor.post(path, json={}).status_code == 202
    assert us.editor.post(path).status_code == 202
