"""Who gets in: no route without a key, no key beyond its scope, no id of another workspace."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from sqlalchemy import func, select
from starlette.testclient import TestClient

from app.api.deps import Reader
from app.api.route import Route
from app.db import Database
from app.main import PUBLIC, denied_by_default
from app.models import Base, uuid7
from app.services import Services
from tests.api.things import EVERYTHING, Things, things_of

SPARED = {"request_count", "api_key", "audit_entry", "idempotent_answer"}
"""Tables that a refused request may touch: when a key was last used, whose it was, and how often."""


def routes(app: FastAPI) -> list[tuple[str, str, str]]:
    """(method, path, scope) of every route of the API."""
    found = [route for route in app.routes if isinstance(route, Route)]
    return sorted((method, route.path, route.needs) for route in found for method in route.methods or ())


SCOPES = {
    "read": """
        GET /me, GET /brands, GET /brands/{brand_id}, POST /queries/preview, POST /queries/check,
        POST /queries/explain, POST /queries/translate, GET /collectors, GET /sources,
        GET /sources/{source_id}, GET /mentions, GET /mentions/{mention_id}, GET /mentions/export,
        GET /brands/{brand_id}/reputation, GET /reputation/compare, GET /alert-rules, GET /alert-rules/kinds,
        GET /alert-rules/{rule_id}, POST /alert-rules/backtest, GET /incidents, GET /incidents/{incident_id},
        GET /channels, GET /channels/kinds, GET /channels/{channel_id}/deliveries,
        GET /channels/{channel_id}, GET /phrases, GET /phrases/{phrase_id}, POST /phrases/preview, GET /scoring,
        GET /ratings, GET /audit/sample, GET /audit/summary,
        GET /brands/{brand_id}/survey-responses, GET /imports, GET /imports/{import_id},
        GET /to-check, GET /common-phrases, GET /mentions/bulk/{change_id},
        GET /views, GET /canned-answers, GET /canned-answers/{answer_id}, GET /mentions/{mention_id}/author,
        GET /mentions/{mention_id}/looking,
        GET /brands/{brand_id}/answering, GET /overview,
        GET /share-links
        """,
    "write": """
        POST /brands, PATCH /brands/{brand_id}, DELETE /brands/{brand_id}, POST /brands/{brand_id}/rematch,
        POST /sources, POST /sources/preview, POST /sources/discover, POST /sources/opml, PATCH /sources/{source_id},
        DELETE /sources/{source_id}, POST /sources/{source_id}/poll, POST /sources/{source_id}/backfill,
        DELETE /sources/{source_id}/backfill, POST /mentions, POST /mentions/bulk, POST /undo/{token},
        POST /views, PATCH /views/{view_id}, DELETE /views/{view_id}, POST /canned-answers,
        PATCH /canned-answers/{answer_id}, DELETE /canned-answers/{answer_id},
        POST /sources/{source_id}/address,
        PATCH /mentions/{mention_id}, POST /alert-rules, PATCH /alert-rules/{rule_id},
        DELETE /alert-rules/{rule_id}, POST /incidents/{incident_id}/acknowledge, POST /incidents/{incident_id}/assign,
        POST /incidents/{incident_id}/resolve, POST /incidents/{incident_id}/note,
        POST /incidents/{incident_id}/false-alarm, POST /channels, PATCH /channels/{channel_id},
        DELETE /channels/{channel_id}, POST /channels/{channel_id}/test,
        POST /deliveries/{delivery_id}/retry, POST /phrases, PATCH /phrases/{phrase_id},
        DELETE /phrases/{phrase_id}, PATCH /ratings, POST /audit/sample,
        POST /audit/sample/{item_id}, DELETE /audit/sample/{item_id}, POST /brands/{brand_id}/survey-responses,
        DELETE /survey-responses/{response_id}, POST /imports, DELETE /imports/{import_id}, POST /mentions/import,
        POST /brands/{brand_id}/survey-responses/import, PATCH /common-phrases, PATCH /common-phrases/{common_id},
        POST /share-links, DELETE /share-links/{link_id}
        """,
    "admin": """
        GET /api-keys, POST /api-keys, DELETE /api-keys/{key_id}, GET /audit-log, GET /members,
        PATCH /members/{member_id}, DELETE /members/{member_id}, GET /invitations, POST /invitations,
        DELETE /invitations/{invitation_id}, GET /workspaces, POST /workspaces
        """,
}
"""The table of who may what. A new route is written down here too."""


def test_every_route_has_its_line_in_the_table(app: FastAPI) -> None:
    written = {
        (*line.split(), scope) for scope, lines in SCOPES.items() for line in map(str.strip, lines.split(",")) if line
    }
    assert {(method, path.removeprefix("/api/v1"), scope) for method, path, scope in routes(app)} == written


def test_nobody_gets_in_without_a_key(app: FastAPI, anonymous: TestClient) -> None:
    for method, path, _ in routes(app):
        answer = anonymous.request(method, re.sub(r"\{\w+\}", str(uuid7()), path))
        assert answer.status_code == 401, (method, path)
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer ",
        "Bearer vig_",
        "Basic dmlnOg==",
        "Bearer vig_00000000000000000000000000000000000000000000CS",
        "vig_x",
        "Bearer é".encode("latin-1").decode("latin-1"),
    ],
)
def test_nonsense_is_no_key(anonymous: TestClient, authorization: str) -> None:
    answer = anonymous.get("/api/v1/me", headers={"Authorization": authorization.encode("latin-1")})
    assert answer.status_code == 401


def test_a_key_with_one_letter_changed_opens_nothing(us: Any, anonymous: TestClient) -> None:
    changed = us.key[:20] + ("a" if us.key[20] != "a" else "b") + us.key[21:]
    assert anonymous.get("/api/v1/me", headers={"Authorization": f"Bearer {changed}"}).status_code == 401


def test_a_cookie_opens_nothing(anonymous: TestClient, us: Any) -> None:
    anonymous.cookies.set("vigie", us.key)
    assert anonymous.get("/api/v1/me").status_code == 401


def test_a_key_in_the_address_opens_nothing(anonymous: TestClient, us: Any) -> None:
    assert anonymous.get("/api/v1/me", params={"key": us.key}).status_code == 401


def test_each_scope_opens_its_routes_and_no_other(app: FastAPI, us: Any) -> None:
    held = {"read": us.reader, "write": us.editor, "admin": us.admin}
    order = ["read", "write", "admin"]
    for method, path, needs in routes(app):
        for scope in order[: order.index(needs)]:
            answer = held[scope].request(method, re.sub(r"\{\w+\}", str(uuid7()), path))
            assert answer.status_code == 403, (method, path, scope)
        allowed = held[needs].request(method, re.sub(r"\{\w+\}", str(uuid7()), path))
        assert allowed.status_code != 403, (method, path)


def test_what_is_public_is_written_down(app: FastAPI, anonymous: TestClient) -> None:
    sent_to = {"/in/{token}", "/api/v1/in/{token}"}
    assert {"/healthz", "/readyz", "/metrics", "/api/v1/openapi.json", "/api/v1/docs", *sent_to} == PUBLIC
    for path in PUBLIC - {"/metrics", *sent_to}:
        assert anonymous.get(path).status_code in (200, 503), path
    for path in sent_to:
        assert anonymous.post(path.replace("{token}", "a" * 43)).status_code == 404, path


def test_a_route_without_a_scope_does_not_start_up() -> None:
    router = APIRouter(route_class=Route)
    with pytest.raises(TypeError, match="must declare one scope"):
        router.add_api_route("/open", lambda: None)


def test_a_route_with_two_scopes_does_not_start_up() -> None:
    def twice(viewer: Reader, other: Reader) -> None: ...

    with pytest.raises(TypeError, match="must declare one scope"):
        APIRouter(route_class=Route).add_api_route("/twice", twice)


def test_an_application_with_an_open_route_does_not_start_up() -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.add_api_route("/api/v1/leak", lambda: None)
    with pytest.raises(TypeError, match="open to everybody"):
        denied_by_default(app)


def rows(db: Database) -> dict[str, list[Any]]:
    """Every row of every table but the spared ones."""
    with db.reading() as session:
        return {
            table.name: sorted(map(repr, session.execute(select(table))))
            for table in Base.metadata.sorted_tables
            if table.name not in SPARED
        }


def test_the_ids_of_another_workspace_name_nothing(
    app: FastAPI, db: Database, us: Any, them: Any, services: Services
) -> None:
    ours: Things = things_of(us, db, services)
    before = rows(db)
    tried = 0
    for method, path, _ in routes(app):
        names = re.findall(r"\{(\w+)\}", path)
        if not names or names == ["common_id"]:  # that one names what ships, the same in every workspace
            continue
        (name,) = names
        body = EVERYTHING.get((method, path.removeprefix("/api/v1")))
        for nonsense in (str(getattr(ours, name)), "nonsense", str(uuid7()), "%00", "a" * 150):
            sent: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
            kind = {"Content-Type": "text/csv"} if isinstance(body, bytes) else {}
            answer = them.admin.request(method, path.replace(f"{{{name}}}", nonsense), headers=kind, **sent)
            assert answer.status_code == 404, (method, path, nonsense, answer.text)
        mine = (
            us.admin.request("GET", path.replace(f"{{{name}}}", str(getattr(ours, name)))) if method == "GET" else None
        )
        assert mine is None or mine.status_code == 200, (path, mine.text)
        tried += 1
    assert tried >= 20
    assert rows(db) == before


def test_foreign_ids_in_bodies_and_filters_name_nothing(db: Database, us: Any, them: Any, services: Services) -> None:
    ours = things_of(us, db, services)
    before = rows(db)
    feed = {"collector": "rss", "name": "x", "params": {"url": "https://example.com/f"}, "brand_id": str(ours.brand_id)}
    asked: list[tuple[str, str, Any]] = [
        ("POST", "/sources", feed),
        ("POST", "/sources/preview", feed),
        ("POST", "/sources/discover", {"place": "127.0.0.1:9", "brand_id": str(ours.brand_id)}),
        ("POST", "/alert-rules", {"name": "x", "brand_id": str(ours.brand_id), "kind": "threshold"}),
        ("POST", "/alert-rules/backtest", {"brand_id": str(ours.brand_id), "kind": "threshold"}),
        ("POST", "/phrases", {"text": "x", "stance": "passive", "brand_id": str(ours.brand_id)}),
        ("POST", "/phrases/preview", {"text": "x", "stance": "passive", "brand_id": str(ours.brand_id)}),
        ("POST", "/phrases/preview", {"text": "x", "stance": "passive", "phrase_id": str(ours.phrase_id)}),
        ("POST", "/mentions/bulk", {"ids": [str(ours.mention_id)], "status": "closed"}),
        ("GET", f"/mentions?brand={ours.brand_id}", None),
        ("GET", f"/mentions?source={ours.source_id}", None),
        ("GET", f"/mentions/export?brand={ours.brand_id}", None),
        ("GET", f"/reputation/compare?brands={ours.brand_id}", None),
        ("GET", f"/incidents?brand={ours.brand_id}", None),
    ]  # fmt: skip
    for method, path, body in asked:
        answer = them.admin.request(method, "/api/v1" + path, json=body)
        assert answer.status_code == 404, (method, path, answer.text)
    assert rows(db) == before


def test_lists_show_what_is_ours_only(app: FastAPI, db: Database, us: Any, them: Any, services: Services) -> None:
    ours = things_of(us, db, services)
    for method, path, _ in routes(app):
        if method != "GET" or "{" in path or path.endswith(("/compare", "/me", "/export")):
            continue
        text = them.admin.get(path).text
        for value in vars(ours).values():
            assert str(value) not in text, path
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Base.metadata.tables["mention"]))
