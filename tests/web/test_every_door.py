"""Walks every page and every address of the API as nobody, as each role, as another workspace, and from another site.

What there is to walk is read from the application: a new route is walked without being named here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, cast, get_args
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from sqlalchemy import select
from starlette.testclient import TestClient

from app import web
from app.actions import accounts, keys
from app.api.route import Route
from app.bootstrap import operator_of
from app.db import Database
from app.models import Base, Workspace
from app.services import Services
from app.viewer import ROLE_SCOPES, Role
from app.web import page as visits
from tests.api.things import Things, things_of
from tests.web.conftest import OWN, PASSWORD

SPARED = {"request_count", "api_key", "login_session", "login_attempts", "audit_entry", "idempotent_answer"}
"""Tables that a refused request may touch: when somebody was last seen, and how often."""
VERBS = (
    "poll",
    "pause",
    "resume",
    "acknowledge",
    "assign",
    "false-alarm",
    "resolve",
    "note",
    "delete",
    "test",
    "retry",
)
DOORS: dict[Callable[..., Any], str | None] = {
    visits.visitor: None,
    visits.member: "read",
    visits.person: "read",
    visits.editor: "write",
    visits.administrator: "admin",
}
ROLES: tuple[Role, ...] = get_args(Role)
LEADS_ON = {"/settings"}
"""Pages that only lead to another one, which asks who is there."""
ENDLESS = {"/mentions/stream"}
"""Answers that do not end while somebody may read them: walked as whoever may not, read in tests/web/test_live.py."""
SHIPPED = {"common_id"}
"""Parameters that name what ships with Vigie, the same in every workspace."""


@dataclass(frozen=True)
class Team:
    """A workspace with a browser for each role, a client with a key of every scope, and one thing of every kind."""

    workspace_id: UUID
    browsers: dict[Role, TestClient]
    admin: TestClient
    things: Things | None = None

    @property
    def ids(self) -> list[str]:
        assert self.things is not None
        values = [getattr(self.things, field.name) for field in fields(self.things)]
        return [str(value) for value in values if isinstance(value, UUID)]


def pages() -> list[tuple[str, APIRoute]]:
    """(method, route) of every page."""
    routes = [route for part in web.PARTS for route in part.routes if isinstance(route, APIRoute)]
    return [(method, route) for route in routes for method in sorted(route.methods or ())]


def door(route: APIRoute) -> str | None:
    """The scope that a page demands of whoever opens it; None where it needs nobody to be logged in."""

    def calls(dependant: Dependant) -> Iterator[Any]:
        for part in dependant.dependencies:
            yield part.call
            yield from calls(part)

    found = {DOORS[call] for call in calls(route.dependant) if call in DOORS}
    assert len(found) <= 1, route.path
    return found.pop() if found else None


def filled(path: str, value: str, verb: str = "poll") -> str:
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda name: verb if name[1] == "verb" else value, path)


def rows(db: Database) -> dict[str, list[str]]:
    with db.reading() as session:
        return {
            table.name: sorted(map(repr, session.execute(select(table))))
            for table in Base.metadata.sorted_tables
            if table.name not in SPARED
        }


def browser(app: FastAPI, **headers: str) -> TestClient:
    return TestClient(app, base_url="http://localhost:8000", headers=headers, follow_redirects=False)


def team(app: FastAPI, db: Database, slug: str) -> Team:
    with db.writing() as session:
        row = session.scalars(select(Workspace).where(Workspace.slug == slug)).one_or_none()
        if row is None:
            row = Workspace(slug=slug, name=slug)
            session.add(row)
            session.flush()
        machine = operator_of(row.id)
        for role in ROLES:
            new = accounts.NewAccount(email=f"{role}@{slug}.example.com", password=PASSWORD)
            accounts.create(session, machine, new, role)
        made = keys.NewKey(name="walk", scopes=sorted(ROLE_SCOPES["admin"]))
        secret = keys.create(session, machine, made, datetime.now(UTC)).secret
    browsers = {}
    for role in ROLES:
        browsers[role] = browser(app, **OWN)
        sent = {"email": f"{role}@{slug}.example.com", "password": PASSWORD}
        assert browsers[role].post("/login", data=sent).status_code == 303
    client = TestClient(app, base_url="http://localhost", headers={"Authorization": f"Bearer {secret}"})
    return Team(row.id, browsers, client)


@pytest.fixture
def us(app: FastAPI, db: Database, services: Services) -> Team:
    made = team(app, db, "default")
    return Team(made.workspace_id, made.browsers, made.admin, things_of(made, db, services))


@pytest.fixture
def them(app: FastAPI, db: Database) -> Team:
    return team(app, db, "others")


@pytest.fixture(autouse=True)
def streams_end_at_once(services: Services) -> None:
    """A stream that goes on would keep the walk at its door."""
    assert services.live is not None
    services.live.end()


def test_each_page_says_who_may_open_it() -> None:
    walked = pages()
    assert len(walked) > 90
    public = {route.path for _, route in walked if door(route) is None}
    assert public == web.PUBLIC | LEADS_ON, "a page that needs nobody to be logged in is on the list"


def test_nobody_gets_past_the_log_in(app: FastAPI, us: Team, db: Database) -> None:
    stranger, before = browser(app, **OWN), rows(db)
    for method, route in pages():
        if route.path in web.PUBLIC | LEADS_ON:
            continue
        for value in (us.ids[0], str(uuid4())):
            answer = stranger.request(method, filled(route.path, value))
            assert answer.status_code == 303, (method, route.path, answer.status_code)
            assert answer.headers["location"].startswith("/login"), (method, route.path)
    api = [route for route in app.routes if isinstance(route, Route)]
    for route in api:
        for method in route.methods or ():
            assert stranger.request(method, filled(route.path, us.ids[0])).status_code == 401, (method, route.path)
    assert len(api) > 60
    assert rows(db) == before


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_what_it_may_and_nothing_else(us: Team, db: Database, role: Role) -> None:
    client, scopes, before = us.browsers[role], ROLE_SCOPES[role], rows(db)
    for method, route in pages():
        needs = door(route)
        if needs is None:
            continue
        if needs not in scopes:
            for value in (us.ids[0], str(uuid4())):
                answer = client.request(method, filled(route.path, value), data={"nonsense": "x"})
                assert answer.status_code == 403, (role, method, route.path, answer.status_code)
        elif method == "GET" and route.path not in ENDLESS:
            for value in us.ids:
                answer = client.get(filled(route.path, value))
                assert answer.status_code < 500, (role, route.path, answer.status_code)
    assert rows(db) == before, "looking changes nothing, nor does what was refused"


def test_nothing_of_ours_is_found_or_changed_by_another_workspace(
    app: FastAPI, us: Team, them: Team, db: Database
) -> None:
    before, owner, tried = rows(db), them.browsers["owner"], 0
    ours = re.compile("|".join(us.ids))
    for method, route in pages():
        names = set(re.findall(r"\{(\w+)", route.path)) - {"verb"}
        for value in us.ids if names else ():
            for verb in VERBS if "{verb}" in route.path else VERBS[:1]:
                answer = owner.request(
                    method, filled(route.path, value, verb), data={"name": "Taken over", "text": "x"}
                )
                assert answer.status_code in (404, 422), (method, route.path, verb, answer.status_code)
                tried += 1
        if method == "GET" and not names and door(route) and route.path not in ENDLESS:
            assert not ours.search(owner.get(route.path).text), route.path
    for route in (each for each in app.routes if isinstance(each, Route)):
        names = set(re.findall(r"\{(\w+)", route.path))
        for method in sorted(route.methods or ()) if names - SHIPPED else ():
            for value in us.ids:
                answer = them.admin.request(method, filled(route.path, value))
                assert answer.status_code in (404, 422), (method, route.path, answer.status_code)
                tried += 1
    assert tried > 500
    assert rows(db) == before


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"}, {}],
    ids=["cross-site", "same-site", "foreign origin", "no header and no token"],
)
def test_no_other_site_makes_a_browser_change_anything(
    app: FastAPI, us: Team, db: Database, headers: dict[str, str]
) -> None:
    before, tried = rows(db), 0
    forged = browser(app, **headers)
    forged.cookies = us.browsers["owner"].cookies
    for method, route in pages():
        if method == "GET":
            continue
        for value in us.ids:
            answer = forged.request(method, filled(route.path, value), data={"name": "Taken over"})
            assert answer.status_code == 403, (method, route.path, answer.status_code)
            tried += 1
            if "{" not in route.path:
                break
    for route in (each for each in app.routes if isinstance(each, Route)):
        for method in cast(set[str], route.methods) - {"GET"}:
            assert forged.request(method, filled(route.path, us.ids[0])).status_code == 401, (method, route.path)
    assert tried > 100
    assert rows(db) == before
