"""A mention opened in a browser shows which words weighed on its stance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.actions import brands, push
from app.pipeline.judge.score import ScorePending
from sentiment.compact import compact

SAID = [
    {"title": "Acme, quelle honte", "text": "Trois semaines sans réponse d'Acme, lamentable !!! Merci quand même 😡"},
    {"text": "J'adore Acme, service parfait. Par contre Brumelo m'a vendu un produit lamentable, quelle honte."},
    {"text": "خدمة Acme سيئة جدا \u202eevil\u202c <script>document.title='owned'</script> lamentable e\u0301te\u0301"},
    {"text": "Brumelo répond vite, Acme jamais. Brumelo est bien mieux qu'Acme", "rating": 2.0, "rating_scale": 5.0},
]  # fmt: skip


@pytest.fixture
def told(site: Any) -> list[str]:
    """Mentions of one brand and of two, scored: their pages."""
    now = datetime.now(UTC)
    with site.services.db.writing() as session:
        for name in ("Acme", "Brumelo"):
            wanted = brands.NewBrand(name=name, query=name.lower())
            brands.create(session, site.viewer, wanted, site.services.jobs, now)
        source = push.push_source(session, site.viewer)
    items = [
        {"external_id": f"w{n}", "platform": "forum", "published_at": now.isoformat(), "language": "fr", **one}
        for n, one in enumerate(SAID)
    ]
    prepared = push.prepare(site.services.db, site.viewer, source, items, now)
    with site.services.db.writing() as session:
        results = push.push(session, site.viewer, prepared, site.services.jobs)
    ScorePending(site.services.db, compact(), site.services.jobs, random=Random(1))()
    return [f"/mentions/{one.id}" for one in results]


def test_a_mention_shows_the_words_that_weighed(told: list[str], enter: Callable[..., Page], complaints: Any) -> None:
    page = enter()
    page.goto(told[0])
    text = page.locator(".full-text")
    assert text.locator("mark.for", has_text="lamentable").count() == 1
    assert "".join(text.all_inner_texts()).strip() == SAID[0]["text"]
    expect(page.locator(".legend")).to_contain_text("weighed for")
    line = text.locator("mark.for").first.evaluate("mark => getComputedStyle(mark).textDecorationStyle")
    other = page.locator(".legend mark.against").evaluate("mark => getComputedStyle(mark).textDecorationStyle")
    assert (line, other) == ("solid", "dashed")
    expect(page.locator(".weighed dd").first.locator("mark").first).to_be_visible()
    assert complaints.said == []


def test_each_of_several_brands_shows_what_was_read_for_it(told: list[str], enter: Callable[..., Page]) -> None:
    page = enter(locale="fr-FR")
    page.goto(told[1])
    cards = {
        name: page.locator("section.card", has=page.get_by_role("heading", name=name)) for name in ("Acme", "Brumelo")
    }
    expect(cards["Acme"].locator("blockquote")).to_have_text("J'adore Acme, service parfait.")
    expect(cards["Brumelo"].locator("blockquote")).to_contain_text("Brumelo m'a vendu un produit lamentable")
    assert cards["Brumelo"].locator("blockquote mark.for, blockquote mark.against", has_text="lamentable").count() == 1
    assert page.locator(".full-text mark.for, .full-text mark.against").count() == 0
    page.goto(told[3])
    expect(page.get_by_text("C’est une comparaison avec une autre marque qui a décidé de la tonalité.")).to_have_count(
        2
    )
    expect(page.get_by_text("Ce ne sont pas les mots qui ont décidé ici.")).to_have_count(2)


LOOKS: dict[str, dict[str, Any]] = {
    "light English": {},
    "dark French at 360 px": {"locale": "fr-FR", "color_scheme": "dark", "viewport": {"width": 360, "height": 780}},
}


@pytest.mark.parametrize("look", LOOKS)
def test_marked_words_are_accessible_fit_the_screen_and_stay_text(
    look: str, told: list[str], enter: Callable[..., Page], violations: Callable[[Page], list[str]]
) -> None:
    page = enter(bypass_csp=True, **LOOKS[look])
    for path in told:
        page.goto(path)
        assert violations(page) == []
        assert "owned" not in page.title()
        assert page.locator("main script").count() == 0
        assert "\u202e" not in page.content()
        assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
