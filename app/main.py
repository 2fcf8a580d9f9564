"""The web application: puts the API and the pages together, with what surrounds both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app import web
from app.actions.fields import invalid_fields
from app.api import (
    backtest,
    brands,
    bulk,
    canned,
    channels,
    checking,
    common_phrases,
    deliveries,
    discovery,
    export,
    handling,
    health,
    importing,
    imports,
    inbound,
    incidents,
    keys,
    labelling,
    me,
    members,
    mentions,
    openapi,
    overview,
    phrases,
    queries,
    reputation,
    rules,
    scoring,
    share_links,
    sources,
    surveys,
    views,
    workspaces,
)
from app.api.envelope import Envelope
from app.api.errors import of_http, problem_response, request_id_of
from app.api.limits import Limits, Rates
from app.api.route import Route
from app.problems import Problem
from app.services import Services

ROUTERS = (
    me, brands, queries, phrases, common_phrases, scoring, discovery, sources, export, importing, imports, bulk,
    mentions, handling, views, canned, checking, reputation, overview, share_links, labelling, surveys, rules,
    backtest, incidents, channels, deliveries, keys, members, workspaces,
)  # fmt: skip
PUBLIC = frozenset({"/healthz", "/readyz", "/metrics", openapi.DOCUMENT, openapi.DOCS, *inbound.PATHS})
"""Paths that are answered without a key: health, which says nothing but whether we live; the figures, and the addresses
to which others send, which have tokens of their own; and the reference of the API."""
PROGRAMS = ("/api/", "/in/", "/healthz", "/readyz", "/metrics")


def create_app(
    services: Services, *, rates: Rates | None = None, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> FastAPI:
    """Makes the application. Raises TypeError when a route of the API declares no scope."""
    app = FastAPI(title="Vigie", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.services, app.state.limits, app.state.now = services, Limits(services.db, rates, now), now
    app.router.routes.extend(health.router.routes)
    app.router.routes.extend(inbound.router.routes)
    for noun in ROUTERS:
        app.router.routes.extend(noun.router.routes)
    openapi.install(app, services.settings.public_url)
    denied_by_default(app)
    web.install(app)
    for kind in (Problem, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, lambda request, error: refuse(request, _problem(request, error)))
    app.add_middleware(Envelope, settings=services.settings, refuse=refuse)
    return app


def denied_by_default(app: FastAPI) -> None:
    """Raises TypeError when a route neither belongs to the API, which asks for a key, nor is on the public list."""
    for route in app.routes:
        if not isinstance(route, Route) and (not isinstance(route, APIRoute) or route.path not in PUBLIC):
            raise TypeError(f"{getattr(route, 'path', route)} is open to everybody: declare its scope")


def refuse(request: Request, problem: Problem) -> Response:
    """Answers with a problem: as JSON to programs, as a page to people."""
    if request.url.path.startswith(PROGRAMS):
        return problem_response(problem, request_id_of(request))
    return web.error_page(request, problem)


def _problem(request: Request, error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return invalid_fields(error.errors(), drop=1)
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(methods_of(request))
    return of_http(error.status_code, headers)


def methods_of(request: Request) -> list[str]:
    """Every method that the routes of this address take, sorted."""
    path = request.url.path
    routes = [route for route in request.app.routes if isinstance(route, APIRoute)]
    here = [route for route in routes if route.path == path]
    here = here or [route for route in routes if route.path_regex.match(path)]
    return sorted(set().union(*(route.methods or () for route in here))) or ["GET"]
