"""What a browser is told while it shows the list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from sqlalchemy import delete, select
from starlette.testclient import TestClient

from app.db import Database
from app.live import tell_changed
from app.models import Brand, LoginSession, Mention
from app.services import Services
from app.viewer import Viewer
from app.web import cookies
from app.web.language import Tongue, zone
from app.web.live import events
from app.web.page import Visit

Say = Callable[..., list[str]]


T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs it in a loop of its own, beside the one that a browser of the same process may have."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result(60)


def visit_of(browser: TestClient, services: Services, viewer: Viewer) -> Visit:
    """The visit that the session of a browser begins."""
    kept = {cookies.session_name(services.settings): browser.cookies[cookies.session_name(services.settings)]}
    request = cast(
        Any, SimpleNamespace(cookies=kept, app=SimpleNamespace(state=SimpleNamespace(now=lambda: datetime.now(UTC))))
    )
    return Visit(request, services, Tongue("en", zone("UTC"), datetime.now(UTC)), viewer)


def test_a_stream_tells_what_changes_and_ends_with_the_session(
    browser: TestClient, services: Services, viewer: Viewer, say: Say, db: Database
) -> None:
    [one] = say({"text": "Brumelo answers nobody"})
    visit, live = visit_of(browser, services, viewer), services.live
    assert live is not None

    async def listen() -> list[str]:
        said = []
        async for text in events(visit, live, beat=0.2):
            said.append(text.strip())
            if len(said) == 2:
                with db.writing() as session:
                    tell_changed(session, viewer.workspace_id, [session.scalars(select(Mention.id)).one()])
            if any(one in line for line in said) and not said[-1].startswith("event: ended"):
                with db.writing() as session:
                    session.execute(delete(LoginSession))
        return said

    said = run(listen())
    assert said[0].startswith("retry:")
    assert f'event: changed\ndata: ["{one}"]' in said
    assert said[-1] == "event: ended\ndata:"


def test_nobody_listens_without_a_session(stranger: TestClient) -> None:
    answer = stranger.get("/mentions/stream", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"][:6]) == (303, "/login")


def test_a_stream_ends_when_the_server_does(browser: TestClient, services: Services, viewer: Viewer) -> None:
    visit, live = visit_of(browser, services, viewer), services.live
    assert live is not None

    async def listen() -> int:
        number = 0
        async for _ in events(visit, live):
            number += 1
            live.end()
        return number

    assert run(listen()) >= 1


def test_rows_are_shown_as_they_are_now_and_those_that_left_the_filter_are_named(
    browser: TestClient, say: Say, brand: Brand
) -> None:
    one, two = say({"text": "Brumelo answers nobody"}, {"text": "Brumelo, thank you so much for the repair"})
    browser.post(f"/mentions/{one}/status", data={"status": "closed"})
    told = browser.get(f"/mentions/rows/now?status=new&ids={one},{two},x,0190aaaa-0000-7000-8000-000000000000").json()
    assert f'id="m-{one}"' in told["rows"]
    assert f'id="m-{two}"' in told["rows"]
    assert one in told["gone"]
    assert two not in told["gone"]
