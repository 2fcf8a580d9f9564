"""Every page in a real browser: accessible, without a complaint, in light and dark, in both languages, at 360 px."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.actions import brands, push, sample
from app.models import Brand, IncidentRow, Mention, Source
from app.pipeline.judge.score import ScorePending
from sentiment.compact import compact

PAGES = (
    "/", "/for-you", "/check", "/reputation", "/reputation/sample", "/overview", "/reputation/links",
    "/alerts", "/alerts?state=all", "/alerts/rules", "/alerts/rules/new", "/alerts/silences", "/alerts/silences/new",
    "/sources", "/sources/new", "/sources/new?collector=rss",
    "/sources/new?collector=typeform", "/sources/import", "/sources/import?what=survey", "/sources/imports",
    "/settings/brands", "/settings/brands/new",
    "/settings/phrases", "/settings/phrases/new", "/settings/answers", "/settings/answers/new", "/settings/ratings",
    "/settings/channels",
    "/settings/channels/new", "/settings/keys", "/settings/account",
    "/settings/security", "/settings/audit", "/settings/sample",
    "/setup?step=brand", "/setup?step=source", "/setup?step=alerts", "/setup?step=ready", "/sources/find",
    "/setup?step=alerts&kind=webhook", "/nothing-here",
)  # fmt: skip
LOOKS: dict[str, dict[str, Any]] = {
    "light English": {},
    "dark French at 360 px": {"locale": "fr-FR", "color_scheme": "dark", "viewport": {"width": 360, "height": 780}},
}


@pytest.fixture
def sampled(site: Any) -> list[str]:
    """The sample, read and scored. Returns the pages of what is in it."""
    with site.services.db.writing() as session:
        sample.load(session, site.viewer, site.services.jobs, datetime.now(UTC))
    site.work()
    with site.services.db.reading() as session:
        found = [
            (place, session.scalars(select(table.id).limit(1)).first())
            for place, table in (("/mentions", Mention), ("/sources", Source), ("/alerts", IncidentRow))
        ]
        brand_id = session.scalars(select(Brand.id).limit(1)).one()
    return [*(f"{place}/{one}" for place, one in found if one), f"/settings/brands/{brand_id}/check"]


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing(
    look: str, sampled: list[str], enter: Callable[..., Page], violations: Callable[[Page], list[str]]
) -> None:
    page = enter(bypass_csp=True, **LOOKS[look])
    found: dict[str, list[str]] = {}
    for path in (*PAGES, *sampled):
        page.goto(path)
        if wrong := violations(page):
            found[path] = wrong
    assert found == {}


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_complains_or_overflows(
    look: str, sampled: list[str], enter: Callable[..., Page], complaints: Any
) -> None:
    page = enter(**LOOKS[look])
    wide = []
    for path in (*PAGES[:-1], *sampled):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(path)
    assert (complaints.said, wide) == ([], [])


HOSTILE = [
    {"title": "<script>document.title='owned'</script>", "text": "Brumelo <img src=x onerror=document.title='owned'>"},
    {"title": "Brumelo \u202egnp.exe\u202c", "text": '\u2067Brumelo\u2069 onclick=alert(1) "><svg onload=alert(1)>'},
    {"text": "{{ 7*7 }} ${7*7} Brumelo", "author": "</bdi><script>document.title='owned'</script>"},
    {"text": "Brumelo " + "W" * 5_000, "author": "\u202eevil"},
    {"text": "Brumelo javascript:alert(1)", "url": "https://example.com/\"><script>document.title='owned'</script>"},
]


def test_what_strangers_write_stays_text(site: Any, enter: Callable[..., Page], complaints: Any) -> None:
    now = datetime.now(UTC)
    with site.services.db.writing() as session:
        watched = brands.create(
            session, site.viewer, brands.NewBrand(name="Brumelo", query="brumelo"), site.services.jobs, now
        )
        source = push.push_source(session, site.viewer)
    items = [
        {
            "external_id": f"h{n}",
            "platform": "forum",
            "published_at": now.isoformat(),
            "url": "https://example.com/1",
            **item,
        }
        for n, item in enumerate(HOSTILE)
    ]
    prepared = push.prepare(site.services.db, site.viewer, source, items, now)
    with site.services.db.writing() as session:
        results = push.push(session, site.viewer, prepared, site.services.jobs)
    ScorePending(site.services.db, compact(), site.services.jobs, random=Random(1))()
    page = enter()
    for path in ("/", *(f"/mentions/{one.id}" for one in results if one.id), f"/settings/brands/{watched.id}"):
        page.goto(path)
        assert "owned" not in page.title() or "<script>" in page.title()
        assert "\u202e" not in page.content()
        assert page.locator("main script, main img, .feed svg[onload]").count() == 0
        for href in page.locator("main a[target=_blank]").evaluate_all("links => links.map(l => [l.href, l.rel])"):
            assert href[0].startswith("https://example.com/")
            assert href[1] == "noopener noreferrer nofollow ugc"
    assert complaints.said == []


def test_correcting_a_stance_keeps_the_place_in_the_feed(
    sampled: list[str], enter: Callable[..., Page], complaints: Any
) -> None:
    page = enter()
    first = page.locator(".feed > .mention").first
    first.hover()
    button = first.locator(".judge button[aria-pressed=false]").first
    chosen = button.get_attribute("data-do")
    button.click()
    expect(page.locator("#toast").get_by_role("button", name="Undo")).to_be_visible()
    expect(first.locator(f".judge button[data-do='{chosen}']")).to_have_attribute("aria-pressed", "true")
    assert page.url.endswith("/")
    assert complaints.said == []


def test_older_mentions_are_added_below(sampled: list[str], enter: Callable[..., Page], complaints: Any) -> None:
    page = enter()
    before = page.locator(".feed > .mention").count()
    page.locator("#pager a[rel=next]").click()
    expect(page.locator(".feed > .mention").nth(before)).to_be_visible()
    assert page.url.endswith("/?pages=2")
    assert complaints.said == []


def test_a_filter_works_when_it_is_chosen_and_the_back_button_undoes_it(
    sampled: list[str], enter: Callable[..., Page]
) -> None:
    page = enter()
    page.locator("#f-stance").select_option("detractor")
    page.wait_for_url("**/?stance=detractor")
    expect(page.locator(".chosen a")).to_have_count(1)
    page.go_back()
    page.wait_for_url("**/")
    expect(page.locator(".chosen a")).to_have_count(0)


def test_a_phrase_shows_what_it_changes_while_it_is_typed(
    sampled: list[str], site: Any, enter: Callable[..., Page], complaints: Any
) -> None:
    with site.services.db.reading() as session:
        said = session.scalars(select(Mention.text).where(Mention.text != "").limit(1)).one()
    word = max((part for part in said.split() if part.isalpha()), key=len)
    page = enter()
    page.goto("/settings/phrases/new")
    page.locator("#text").fill(word)
    expect(page.locator("#preview")).to_contain_text("would change")
    page.locator("#stance").select_option("detractor")
    expect(page.locator("#preview")).to_contain_text("would change")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/settings/phrases**")
    expect(page.locator("main")).to_contain_text(word)
    expect(page.locator("main")).to_contain_text("being applied to history")
    page.get_by_role("link", name=word).click()
    page.get_by_text("Delete this phrase…").click()
    page.get_by_role("button", name="Delete the phrase").click()
    expect(page.locator("main")).to_contain_text("No phrase yet")
    assert complaints.said == []
