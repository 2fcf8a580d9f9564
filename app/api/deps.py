"""What endpoints depend on: the viewer, a transaction, the time, and where a page starts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Path, Query
from sqlalchemy.orm import Session
from starlette.requests import Request

from app.api import idempotency
from app.problems import Problem, not_found
from app.queries.paging import LIMIT, LIMIT_MAX
from app.services import Services
from app.viewer import Scope, Viewer


async def reader(request: Request) -> Viewer:
    """Who asks, with the scope `read`."""
    return _viewer(request)


async def writer(request: Request) -> Viewer:
    """Who asks, with the scope `write`."""
    return _viewer(request)


async def admin(request: Request) -> Viewer:
    """Who asks, with the scope `admin`."""
    return _viewer(request)


def _viewer(request: Request) -> Viewer:
    viewer: Viewer = request.state.viewer  # put there by the route, which checked the scope
    return viewer


SCOPES: dict[Callable[..., Any], Scope] = {reader: "read", writer: "write", admin: "admin"}
Reader = Annotated[Viewer, Depends(reader)]
Writer = Annotated[Viewer, Depends(writer)]
Admin = Annotated[Viewer, Depends(admin)]


async def services(request: Request) -> Services:
    """What the process has at hand."""
    services: Services = request.app.state.services
    return services


Served = Annotated[Services, Depends(services)]


async def now(request: Request) -> datetime:
    """The time of this request."""
    clock: Callable[[], datetime] = request.app.state.now
    return clock()


Now = Annotated[datetime, Depends(now)]


def reading(request: Request) -> Iterator[Session]:
    """The one transaction of a GET."""
    with request.app.state.services.db.reading() as session:
        yield session


def writing(request: Request) -> Iterator[Session]:
    """The one transaction of a change, committed before the answer leaves."""
    with request.app.state.services.db.writing() as session:
        if request.state.idempotency_key:
            idempotency.claim(session, request.state.viewer, request.state.idempotency_key, request.state.request_hash)
            request.state.session = session
        yield session


Reading = Annotated[Session, Depends(reading, scope="function")]
Writing = Annotated[Session, Depends(writing, scope="function")]

Id = Annotated[str, Path(description="An opaque id.", max_length=200)]


def ident(text: str, what: str) -> UUID:
    """The id. Raises Problem 404 for what is not an id."""
    if not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text):
        raise not_found(what)
    return UUID(text)


@dataclass(frozen=True, slots=True)
class Paging:
    """Where a page starts, and how long it is."""

    after: str | None
    limit: int


async def paging(
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX, description="The most items to return.")] = LIMIT,
    cursor: Annotated[
        str | None, Query(max_length=500, description="From `next_cursor` or `prev_cursor` of the same list.")
    ] = None,
) -> Paging:
    """The page asked for."""
    return Paging(cursor, limit)


Paged = Annotated[Paging, Depends(paging)]


@dataclass(frozen=True, slots=True)
class Condition:
    """What If-Match asks of the row that is to change."""

    tags: tuple[str, ...] | None

    def check(self, version: int) -> None:
        """Raises Problem 412 when the row has changed since."""
        if self.tags is None or "*" in self.tags:
            return
        if not any(re.fullmatch(rf'"{version}\.[0-9a-f]+"', tag) for tag in self.tags):
            raise Problem("changed-meanwhile", 412, "Somebody has changed it since you opened it: open it again.")


async def condition(
    if_match: Annotated[
        str | None, Header(max_length=1_000, description="The ETag that was read: 412 when the row has changed.")
    ] = None,
) -> Condition:
    """The condition of a PATCH or a DELETE."""
    return Condition(None if if_match is None else tuple(tag.strip() for tag in if_match.split(",")))


IfMatch = Annotated[Condition, Depends(condition)]
