"""Pictures of every page, in light and dark, French and English, at 1280 and 360 px: `make screenshots`.

They are made of the sample, at one fixed moment, so that a picture changes when its page does. The folder holds them as
WebP; what a page shows below the window is not in them.
"""

from __future__ import annotations

import base64
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import DateTime, select, update

import collectors.sample
from app.actions import accounts, sample
from app.db import Embedded
from app.main import create_app
from app.models import Base, Brand, IncidentRow, Mention, Source, Workspace
from app.pipeline.gather.collect import Collect
from app.pipeline.judge.score import ScorePending
from app.pipeline.tell.watch import Watch
from app.services import Services, build
from app.settings import Settings
from app.viewer import ROLE_SCOPES, Viewer
from sentiment.compact import compact
from tests.databases import TEMPLATE, make_template, url_of
from tests.e2e.conftest import EMAIL, PASSWORD, launched

FOLDER = Path(__file__).parents[1] / "docs/images/pages"
MOMENT = datetime(2026, 9, 14, 9, 30, tzinfo=UTC)
MOST_BYTES = 4_000_000
PAGES = {
    "mentions": "/", "check": "/check", "reputation": "/reputation", "labels": "/reputation/sample",
    "alerts": "/alerts?state=all", "rules": "/alerts/rules", "rule": "/alerts/rules/new",
    "sources": "/sources", "kinds": "/sources/new", "source-form": "/sources/new?collector=rss",
    "import": "/sources/import", "imports": "/sources/imports",
    "brands": "/settings/brands", "brand": "/settings/brands/new", "phrases": "/settings/phrases",
    "ratings": "/settings/ratings", "channels": "/settings/channels", "channel": "/settings/channels/new",
    "keys": "/settings/keys", "account": "/settings/account", "audit": "/settings/audit",
    "sample": "/settings/sample", "setup-brand": "/setup?step=brand", "setup-source": "/setup?step=source",
    "setup-alerts": "/setup?step=alerts", "setup-ready": "/setup?step=ready",
    "find": "/sources/find",
    "overview": "/overview", "links": "/reputation/links", "views": "/views", "security": "/settings/security",
    "members": "/settings/members", "workspaces": "/settings/workspaces", "forgotten": "/forgot",
    "nothing-here": "/nothing-here",
}  # fmt: skip
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 780}
LOOKS: dict[str, dict[str, Any]] = {
    "en-light": {"locale": "en-GB", "viewport": WIDE},
    "fr-dark": {"locale": "fr-FR", "viewport": WIDE, "color_scheme": "dark"},
    "fr-360": {"locale": "fr-FR", "viewport": NARROW},
    "en-dark-360": {"locale": "en-GB", "viewport": NARROW, "color_scheme": "dark"},
}
SHOWN = ("mentions", "en-light")
"""The picture that the first page of the documentation shows."""
QUALITY = {WIDE["width"]: 38, NARROW["width"]: 45}


def now() -> datetime:
    return MOMENT


collectors.sample._now = now  # it has no other clock


@dataclass(frozen=True, slots=True)
class Place:
    """The running site, and the addresses of its pages by name."""

    url: str
    services: Services
    pages: dict[str, str]

    def speak(self, language: str) -> None:
        """Gives what is in the sample its names in a language, as for somebody who reads it."""
        with self.services.db.writing() as session:
            workspace_id = session.scalars(select(Workspace.id)).one()
            sample.rename(session, Viewer(workspace_id, "Camille", ROLE_SCOPES["owner"]), language)


@contextmanager
def site() -> Iterator[Place]:
    """The sample, read, scored and watched at the fixed moment, behind a server of its own."""
    with tempfile.TemporaryDirectory(prefix="vigie-pictures-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        embedded = Embedded(folder)
        make_template(embedded)
        key = "a secret key for pictures only"
        settings = Settings(database_url=url_of(embedded, TEMPLATE), data_dir=folder, secret_key=key, log_level="error")
        services = build(settings)
        try:
            pages = fill(services)
            with served(services) as url:
                yield Place(url, services, pages)
        finally:
            services.close()
            embedded.stop()


@contextmanager
def served(services: Services) -> Iterator[str]:
    app = create_app(services, now=now)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off"))
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    running.join(timeout=10)


def fill(services: Services) -> dict[str, str]:
    """Everything that the pages show. Returns the pages of what is in it, beside those that are always there."""
    db = services.db
    with db.writing() as session:
        workspace_id = session.scalars(select(Workspace.id)).one()
        viewer = Viewer(workspace_id, "Camille", ROLE_SCOPES["owner"])
        accounts.create(session, viewer, accounts.NewAccount(email=EMAIL, password=PASSWORD, name="Camille"), "owner")
        sample.load(session, viewer, services.jobs, MOMENT)
    work(services, workspace_id)
    with db.writing() as session:
        for table in Base.metadata.sorted_tables:  # what the database itself dated
            for column in table.columns:
                if isinstance(column.type, DateTime):
                    late = MOMENT + timedelta(days=8)
                    session.execute(update(table).where(column > late).values({column: MOMENT - timedelta(minutes=5)}))
    with db.reading() as session:
        mention = session.scalars(select(Mention.id).order_by(Mention.published_at.desc()).limit(1)).first()
        source = session.scalars(select(Source.id).order_by(Source.name).limit(1)).first()
        incident = session.scalars(select(IncidentRow.id).order_by(IncidentRow.opened_at).limit(1)).first()
    found = {"mention": ("/mentions", mention), "source": ("/sources", source), "incident": ("/alerts", incident)}
    return PAGES | {name: f"{place}/{one}" for name, (place, one) in found.items() if one}


def work(services: Services, workspace_id: UUID) -> None:
    """What a worker does by itself: reads, scores and watches."""
    db, jobs = services.db, services.jobs
    Collect(db, services.gate, jobs, services.seal, random=Random(1).random, now=now)()
    ScorePending(db, compact(), jobs, random=Random(1), now=now)()
    with db.reading() as session:
        brands = session.scalars(select(Brand.id)).all()
    for brand in brands:
        Watch(db, jobs, "http://localhost:8000", now=now)(str(workspace_id), str(brand))


def pictures(browser: Browser, place: Place, look: str) -> Iterator[tuple[str, bytes]]:
    """The picture of each page in one look, by its name."""
    place.speak(look[:2])
    context = browser.new_context(base_url=place.url, timezone_id="Europe/Paris", **LOOKS[look])
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto("/login")
    yield f"login-{look}", taken(page)
    page.locator("#email").fill(EMAIL)
    page.locator("#password").fill(PASSWORD)
    page.locator("button.primary").click()
    page.wait_for_url("**/")
    for name, address in place.pages.items():
        answer = page.goto(address, wait_until="load")
        if answer is not None and answer.status == 404 and name != "nothing-here":
            print(f"there is no page at {address}")
            continue
        yield f"{name}-{look}", taken(page)
        if (name, look) == SHOWN:
            page.screenshot(path=FOLDER.parent / "mentions.png")
    context.close()


def taken(page: Page) -> bytes:
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(300)  # charts are drawn, and streams that never end have begun
    size = page.viewport_size or WIDE
    session = page.context.new_cdp_session(page)
    shot = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY[size["width"]]})
    session.detach()
    return base64.b64decode(shot["data"])


def main() -> int:
    """Makes every picture. Returns 1 when they take more room than they may."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    made: dict[str, bytes] = {}
    with site() as place, sync_playwright() as playwright:
        browser = launched(playwright)
        for look in LOOKS:
            made |= dict(pictures(browser, place, look))
        browser.close()
    for old in FOLDER.glob("*.webp"):
        old.unlink()
    for name, content in made.items():
        (FOLDER / f"{name}.webp").write_bytes(content)
    total = sum(map(len, made.values()))
    print(f"{len(made)} pictures, {total / 1e6:.1f} MB")
    return int(total > MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main())
