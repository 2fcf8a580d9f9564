"""Settling what is to check in a real browser: by key, by click, with the offer of a phrase and its switch."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, text

from app.actions import brands, push
from app.models import Match, ScorerRow
from app.pipeline.judge.active_model import record
from app.pipeline.judge.restance import RestanceHistory
from app.pipeline.judge.score import ScorePending
from sentiment.compact import compact

SAID = (
    "Brumelo, quatrième relance sans nouvelles du dossier",
    "Encore une quatrième relance chez Brumelo",
    "Brumelo entre deux gares, le train et la tortue",
)


@pytest.fixture
def doubtful(site: Any) -> None:
    """Three mentions of Brumelo of which the model knows nothing for sure."""
    now, services = datetime.now(UTC), site.services
    with services.db.writing() as session:
        brands.create(session, site.viewer, brands.NewBrand(name="Brumelo", query="brumelo"), services.jobs, now)
        source = push.push_source(session, site.viewer)
    items = [
        {"external_id": f"m{n}", "platform": "forum", "language": "fr", "published_at": now.isoformat(), "text": said}
        | {"reach": 10 ** (4 - n)}
        for n, said in enumerate(SAID)
    ]
    prepared = push.prepare(services.db, site.viewer, source, items, now)
    with services.db.writing() as session:
        push.push(session, site.viewer, prepared, services.jobs)
        record(session, compact(), now, services.jobs)
    ScorePending(services.db, compact(), services.jobs, random=Random(1))()
    with services.db.writing() as session:
        session.execute(text("UPDATE match SET stance = 'unsure', negative = .35, neutral = .25, positive = .4"))


def becomes(site: Any, page: Page, *said: str) -> None:
    """Waits until these are the stances: a page acts before the server has answered."""
    deadline = time.monotonic() + 20
    while stances(site) != sorted(said) and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert stances(site) == sorted(said)


def stances(site: Any) -> list[str]:
    with site.services.db.reading() as session:
        return sorted(session.scalars(select(Match.stance)))


def test_keys_settle_one_after_the_other_and_a_phrase_is_offered(
    doubtful: None, site: Any, enter: Callable[..., Page], complaints: Any
) -> None:
    page = enter(locale="fr-FR", viewport={"width": 360, "height": 780})
    page.goto("/")
    page.get_by_role("link", name="Filtres").click()
    page.get_by_role("link", name="À vérifier 3").click()
    expect(page.get_by_text("3 messages à vérifier")).to_be_visible()
    page.keyboard.press("d")
    expect(page.get_by_text("2 messages à vérifier")).to_be_visible()
    expect(page.get_by_text(SAID[0])).to_have_count(0)
    page.keyboard.press("d")
    expect(page.get_by_text("1 message à vérifier")).to_be_visible()
    offer = page.get_by_text("2 mentions contenant «\u202fquatrième relance\u202f»")
    expect(offer).to_be_visible()
    becomes(site, page, "detractor", "detractor", "unsure")
    page.get_by_role("link", name="En faire une expression").click()
    expect(page.get_by_label("Mots")).to_have_value("quatrième relance")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("link", name="quatrième relance")).to_be_visible()
    assert complaints.said == []


def test_j_and_k_choose_and_a_click_settles_in_the_feed(
    doubtful: None, site: Any, enter: Callable[..., Page], complaints: Any
) -> None:
    page = enter()
    page.goto("/?stance=unsure")
    items = page.locator("[data-item]")
    page.keyboard.press("p")
    assert stances(site) == ["unsure"] * 3, "nothing is chosen yet"
    page.keyboard.press("j")
    expect(items.nth(0).locator("a.open")).to_be_focused()
    page.keyboard.press("j")
    expect(items.nth(1).locator("a.open")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("n")
    expect(items).to_have_count(2)
    becomes(site, page, "passive", "unsure", "unsure")
    items.nth(1).hover()
    items.nth(1).get_by_role("button", name="Promoter").click()
    expect(items).to_have_count(1)
    becomes(site, page, "passive", "promoter", "unsure")
    assert complaints.said == []


def test_stances_that_other_limits_gave_are_decided_again_before_ones_eyes(
    doubtful: None, site: Any, enter: Callable[..., Page]
) -> None:
    db, jobs = site.services.db, site.services.jobs
    with db.writing() as session:
        session.get_one(ScorerRow, (compact().name, compact().version)).sureness = {}
        session.execute(text("UPDATE match SET stance = 'passive'"))
    with db.writing() as session:
        record(session, compact(), datetime.now(UTC), jobs)
    page = enter()
    page.goto("/settings/phrases")
    expect(page.get_by_text("Being applied to history")).to_be_visible()
    page.goto("/")
    expect(page.get_by_text("Stances are being decided again")).to_be_visible()
    RestanceHistory(db, jobs)(str(site.viewer.workspace_id))
    page.goto("/")
    expect(page.get_by_text("Stances are being decided again")).to_have_count(0)
    assert stances(site) == ["unsure"] * 3
