"""Two people on one mention see each other, as it happens, and neither is in the way of the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.actions import accounts, brands, push
from app.pipeline.judge.score import ScorePending
from sentiment.compact import compact

SOPHIE, PASSWORD = "sophie@example.com", "cheval pile agrafe juste"


@pytest.fixture
def said(site: Any) -> list[str]:
    """Three mentions of Brumelo. Returns their ids."""
    now, services = datetime.now(UTC), site.services
    with services.db.writing() as session:
        brands.create(session, site.viewer, brands.NewBrand(name="Brumelo", query="brumelo"), services.jobs, now)
        source = push.push_source(session, site.viewer)
    texts = ("Brumelo, le pire service que j’aie connu", "Brumelo et le café du matin", "Brumelo répare vite, merci")
    whole = [
        {"external_id": f"m{n}", "platform": "forum", "text": text, "published_at": now.isoformat()}
        for n, text in enumerate(texts)
    ]
    prepared = push.prepare(services.db, site.viewer, source, whole, now)
    with services.db.writing() as session:
        results = push.push(session, site.viewer, prepared, services.jobs)
    ScorePending(services.db, compact(), services.jobs, random=Random(1))()
    return [str(one.id) for one in results]


@pytest.fixture
def sophie(site: Any, window: Callable[..., Page]) -> Callable[..., Page]:
    """Opens a window of a second member, in a role."""

    def entered(role: accounts.Role = "manager", **options: Any) -> Page:
        new = accounts.NewAccount(email=SOPHIE, password=PASSWORD, name="Sophie")
        with site.services.db.writing() as session:
            accounts.create(session, site.viewer, new, role)
        page = window(**options)
        page.goto("/login")
        page.locator("#email").fill(SOPHIE)
        page.locator("#password").fill(PASSWORD)
        page.locator("button.primary").click()
        page.wait_for_url("**/")
        return page

    return entered


def live(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.locator("html[data-live=on]")).to_be_attached()


def test_two_members_on_one_mention_see_each_other_until_one_leaves(
    said: list[str], enter: Callable[..., Page], sophie: Callable[..., Page], complaints: Any
) -> None:
    mine, hers = enter(locale="fr-FR"), sophie(locale="fr-FR")
    live(mine, "/")
    live(hers, "/")
    row = mine.locator(f"#m-{said[0]}")
    top = row.bounding_box()
    hers.locator(f"#m-{said[0]} a.open").click()
    expect(row.locator(".looking")).to_have_text("Sophie regarde ceci")
    assert row.bounding_box() == top, "nothing moves"
    row.locator("a.open").click()
    expect(mine.locator("#pane .looking")).to_have_text("Sophie regarde ceci")
    expect(hers.locator("#pane .looking")).to_have_text("ana@example.com regarde ceci")
    mine.locator("#pane").get_by_role("button", name="Répondu").click()
    expect(mine.locator("#toast")).to_contain_text("Répondu")
    hers.locator(f"#m-{said[1]} a.open").click()
    expect(row.locator(".looking")).to_have_count(0)
    expect(mine.locator("#pane .looking")).to_have_count(0)
    expect(mine.locator(f"#m-{said[1]} .looking")).to_be_visible()
    hers.close()
    expect(mine.locator(".looking")).to_have_count(0)
    assert complaints.said == []


def test_on_a_mentions_own_page_too_and_a_reader_sees_without_being_seen(
    said: list[str], enter: Callable[..., Page], sophie: Callable[..., Page], complaints: Any
) -> None:
    mine, hers = enter(), sophie("viewer")
    live(hers, f"/mentions/{said[0]}")
    live(mine, f"/mentions/{said[0]}")
    expect(hers.locator(".looking")).to_have_text("ana@example.com is looking at this")
    mine.goto("/sources")
    expect(hers.locator(".looking")).to_have_count(0)
    mine.goto("/")
    expect(mine.locator(f"#m-{said[0]}")).to_be_visible()
    expect(mine.locator(".looking")).to_have_count(0)
    assert complaints.said == []


def test_without_scripts_it_shows_when_the_page_is_loaded(
    said: list[str], enter: Callable[..., Page], sophie: Callable[..., Page]
) -> None:
    mine, hers = enter(java_script_enabled=False), sophie()
    live(hers, f"/mentions/{said[2]}")
    claimed = hers.wait_for_event("response", lambda answer: answer.url.endswith("/claim"))
    assert claimed.ok
    mine.goto("/")
    expect(mine.locator(".looking")).to_have_text("Sophie is looking at this")
    mine.locator(f"#m-{said[2]} a.open").click()
    expect(mine.locator(".looking")).to_have_text("Sophie is looking at this")
