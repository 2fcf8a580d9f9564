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
