"""A real browser before a real server. Debian's Chromium serves when it is there, else Playwright's own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from sqlalchemy import select

from app.actions import accounts
from app.auth import links
from app.main import create_app
from app.models import Brand
from app.pipeline.gather.collect import Collect
from app.pipeline.judge.score import ScorePending
from app.pipeline.tell.watch import Watch
from app.services import Services, build
from app.settings import Settings
from app.viewer import ROLE_SCOPES, Viewer
from sentiment.compact import compact

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
EMAIL, PASSWORD = "ana@example.com", "cheval pile agrafe juste"


@dataclass(frozen=True, slots=True)
class Site:
    """A running server: its address, what it runs on, and the worker's steps, one call each."""

    url: str
    services: Services
    viewer: Viewer

    def setup_link(self) -> str:
        with self.services.db.writing() as session:
            return links.new_link(session, links.SETUP, datetime.now(UTC))

    def work(self) -> None:
        """What a worker would do by itself: read the sources, score, count and watch."""
        db, jobs, random = self.services.db, self.services.jobs, Random(1)
        Collect(db, self.services.gate, jobs, self.services.seal, random=random.random)()
        ScorePending(db, compact(), jobs, random=random)()
        with db.reading() as session:
            ids = session.scalars(select(Brand.id)).all()
        for brand_id in ids:
            Watch(db, jobs, self.url)(str(self.viewer.workspace_id), str(brand_id))


@dataclass(slots=True)
class Complaints:
    """What the browser complained of: errors of scripts, refusals of the content policy, failed requests of ours."""

    said: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("console", lambda message: message.type in {"error", "warning"} and self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))


@pytest.fixture
def site(settings: Settings, workspace_id: UUID) -> Iterator[Site]:
    services = build(settings)
    config = uvicorn.Config(create_app(services), host="127.0.0.1", port=0, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Site(f"http://127.0.0.1:{port}", services, Viewer(workspace_id, "test", ROLE_SCOPES["admin"]))
    server.should_exit = True
    running.join(timeout=10)
    services.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield launched(playwright)


def launched(playwright: Playwright) -> Browser:
    path = str(CHROMIUM) if CHROMIUM.exists() else None
    return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def window(chromium: Browser, site: Site, complaints: Complaints) -> Iterator[Callable[..., Page]]:
    """Opens a window: of any size, language and light. Each has its own cookies."""
    opened: list[BrowserContext] = []

    def made(**options: Any) -> Page:
        defaults = {
            "base_url": site.url,
            "locale": "en-GB",
            "timezone_id": "Europe/Paris",
            "viewport": {"width": 1280, "height": 860},
        }
        context = chromium.new_context(**{**defaults, **options})
        context.set_default_timeout(20_000)
        opened.append(context)
        page = context.new_page()
        complaints.listen(page)
        return page

    yield made
    for context in opened:
        context.close()


@pytest.fixture
def account(site: Site) -> str:
    with site.services.db.writing() as session:
        accounts.create(session, site.viewer, accounts.NewAccount(email=EMAIL, password=PASSWORD))
    return EMAIL


def log_in(page: Page) -> None:
    page.goto("/login")
    page.locator("#email").fill(EMAIL)
    page.locator("#password").fill(PASSWORD)
    page.locator("button.primary").click()
    page.wait_for_url("**/")


@pytest.fixture
def enter(account: str, window: Callable[..., Page]) -> Callable[..., Page]:
    """Opens a window that is logged in."""

    def entered(**options: Any) -> Page:
        page = window(**options)
        log_in(page)
        return page

    return entered


@pytest.fixture
def violations() -> Callable[[Page], list[str]]:
    """What axe-core finds wrong with a page. Code from outside: only a window that bypasses the policy takes it."""
    source = AXE.read_text(encoding="utf-8")

    def found(page: Page) -> list[str]:
        page.evaluate(source)
        # What passes need not be told: that takes three quarters of the time.
        result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [f"{one['id']}: {one['nodes'][0]['target']}" for one in result["violations"]]

    return found
