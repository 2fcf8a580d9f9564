"""Working through mentions in a real browser: two keys each, several at once, undone, and one's place kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from app.actions import brands, bulk, push
from app.actions.mentions import MentionChanges
from app.models import Match, Mention
from app.pipeline.judge.score import ScorePending
from sentiment.compact import compact

PHONE = {"width": 360, "height": 780}
THINGS = ("livraison", "moulin", "notice", "retour", "garantie", "café", "joint", "vapeur", "prix", "prise")
PLACES = ("à Lyon", "au bureau", "hier soir", "chez ma sœur", "en mer", "à la gare")
HOSTILE = {
    "title": "<script>document.title='owned'</script> onclick=alert(1) Brumelo",
    "text": "Brumelo <img src=x onerror=document.title='owned'> javascript:alert(1) \u202eevil",
    "author": "</bdi><script>document.title='owned'</script>",
    "url": "https://forum.example/javascript:alert(1)",
}


@pytest.fixture
def said(site: Any) -> Callable[..., list[str]]:
    """Pushes mentions of Brumelo, the first the newest, and has them scored. Returns their ids."""
    now, services = datetime.now(UTC), site.services
    with services.db.writing() as session:
        brands.create(session, site.viewer, brands.NewBrand(name="Brumelo", query="brumelo"), services.jobs, now)
        source = push.push_source(session, site.viewer)

    def pushed(items: Sequence[dict[str, Any]], start: str = "m") -> list[str]:
        whole = [
            {"external_id": f"{start}{n}", "platform": "forum", "language": "fr", "url": f"https://forum.example/{n}"}
            | {"published_at": (now - timedelta(minutes=n)).isoformat(), "author": f"Personne {n}", **item}
            for n, item in enumerate(items)
        ]
        prepared = push.prepare(services.db, site.viewer, source, whole, datetime.now(UTC))
        with services.db.writing() as session:
            results = push.push(session, site.viewer, prepared, services.jobs)
        ScorePending(services.db, compact(), services.jobs, random=Random(1))()
        return [str(one.id) for one in results]

    return pushed


def different(number: int) -> list[dict[str, Any]]:
    """So many mentions of which none repeats another."""
    return [
        {"text": f"Brumelo et {THINGS[n % 10]} {PLACES[n // 10 % 6]}, avis {n} de {chr(97 + n % 26) * 5}, {n * n}"}
        for n in range(number)
    ]


def until(page: Page, what: Callable[[], Any], wanted: Any) -> None:
    """Waits until something in the database is so: a page acts before the server has answered."""
    deadline = time.monotonic() + 30
    while what() != wanted and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert what() == wanted


def statuses(site: Any) -> dict[str, int]:
    with site.services.db.reading() as session:
        counted = session.execute(select(Mention.status, func.count()).group_by(Mention.status))
        return {row[0]: row[1] for row in counted}


def ready(page: Page, path: str) -> None:
    """Opens a page and waits until its script listens to the keys."""
    page.goto(path)
    expect(page.locator("html[data-keys]")).to_be_attached()


@pytest.mark.parametrize(("locale", "last"), [("fr-FR", "Il ne reste rien ici"), ("en-GB", "Nothing left here")])
def test_fifty_mentions_are_triaged_with_two_keys_each(
    said: Callable[..., list[str]], site: Any, enter: Callable[..., Page], complaints: Any, locale: str, last: str
) -> None:
    said(different(50))
    page = enter(locale=locale)
    ready(page, "/?status=new")
    pressed = 0
    rows = page.locator(".feed > .mention")

    def press(key: str) -> None:
        nonlocal pressed
        page.keyboard.press(key)
        pressed += 1

    press("j")
    for n in range(50):
        expect(page.locator(".mention.here a.open")).to_be_focused()
        here = page.locator(".mention.here").get_attribute("id")
        press("pnd"[n % 3])
        press("e")
        expect(page.locator(f"#{here}")).to_have_count(0)
    assert pressed <= 2 * 50 + 1
    expect(rows).to_have_count(0)
    expect(page.get_by_role("heading", name=last)).to_be_visible()
    until(page, lambda: statuses(site), {"closed": 50})
    with site.services.db.reading() as session:
        by_person = select(Match.stance, func.count()).where(Match.stance_source == "person").group_by(Match.stance)
        assert dict(session.execute(by_person).all()) == {"promoter": 17, "passive": 17, "detractor": 16}
    assert complaints.said == []


def test_what_was_done_is_said_and_undone_and_the_row_stands_where_it_was(
    said: Callable[..., list[str]], site: Any, enter: Callable[..., Page], complaints: Any
) -> None:
    ids = said(different(4))
    page = enter()
    ready(page, "/?status=new")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(f"#m-{ids[1]} a.open")).to_be_focused()
    page.keyboard.press("i")
    expect(page.locator(f"#m-{ids[1]}")).to_have_count(0)
    expect(page.locator(f"#m-{ids[2]} a.open")).to_be_focused()
    toast = page.get_by_role("status").filter(has_text="Irrelevant – Next: Brumelo")
    expect(toast).to_be_visible()
    until(page, lambda: statuses(site), {"irrelevant": 1, "new": 3})
    page.keyboard.press("u")
    expect(page.locator(".feed > .mention").nth(1)).to_have_attribute("id", f"m-{ids[1]}")
    expect(page.locator(f"#m-{ids[1]} a.open")).to_be_focused()
    until(page, lambda: statuses(site), {"new": 4})
    page.keyboard.press("u")
    expect(page.get_by_role("status").filter(has_text="There is nothing to undo.")).to_be_visible()
    page.locator(f"#m-{ids[0]}").hover()
    page.locator(f"#m-{ids[0]}").get_by_role("button", name="Close").click()
    until(page, lambda: statuses(site), {"closed": 1, "new": 3})
    page.locator("#toast").get_by_role("button", name="Undo").click()
    expect(page.locator(f"#m-{ids[0]}")).to_be_visible()
    until(page, lambda: statuses(site), {"new": 4})
    assert complaints.said == []


def test_several_are_selected_by_range_changed_and_undone_at_once(
    said: Callable[..., list[str]], site: Any, enter: Callable[..., Page], complaints: Any
) -> None:
    said(different(8))
    page = enter(locale="fr-FR")
    ready(page, "/?status=new")
    rows = page.locator(".feed > .mention")
    page.keyboard.press("j")
    page.keyboard.press("x")
    for _ in range(3):
        page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(page.locator(".feed input:checked")).to_have_count(4)
    expect(page.locator(".bulk [data-picked]")).to_have_text("Sélection\u202f: 4")
    page.keyboard.press("e")
    expect(rows).to_have_count(4)
    until(page, lambda: statuses(site), {"closed": 4, "new": 4})
    page.keyboard.press("u")
    expect(rows).to_have_count(8)
    until(page, lambda: statuses(site), {"new": 8})
    rows.first.locator("input[name=ids]").check()
    page.get_by_label("toute la liste").check()
    page.locator("[data-bulk]").get_by_role("button", name="Répondu").click()
    expect(rows).to_have_count(0)
    until(page, lambda: statuses(site), {"answered": 8})
    page.keyboard.press("u")
    until(page, lambda: statuses(site), {"new": 8})
    expect(rows).to_have_count(8)
    assert complaints.said == []


def test_a_refusal_puts_the_row_back_and_says_why(
    said: Callable[..., list[str]], site: Any, enter: Callable[..., Page]
) -> None:
    ids = said(different(3))
    page = enter()
    ready(page, "/?status=new")
    page.route("**/mentions/act", lambda route: route.abort())
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(
        page.get_by_role("status").filter(has_text="Nothing was changed: the server does not answer")
    ).to_be_visible()
    expect(page.locator(".feed > .mention").first).to_have_attribute("id", f"m-{ids[0]}")
    assert statuses(site) == {"new": 3}


def test_keys_do_nothing_while_one_types_or_holds_another_key_or_has_switched_them_off(
    said: Callable[..., list[str]], site: Any, enter: Callable[..., Page]
) -> None:
    said(different(3))
    page = enter()
    ready(page, "/")
    page.keyboard.press("j")
    for held in ("Control+e", "Meta+i", "Alt+p"):
        page.keyboard.press(held)
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("jpnidexu?")
    expect(page.locator("#q")).to_have_value("jpnidexu?")
    page.locator("#q").fill("")
    page.locator(".mention a.open").first.focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("dialog").get_by_label("Use the keys").uncheck()
    page.keyboard.press("Escape")
    page.locator(".mention a.open").first.focus()
    page.keyboard.press("e")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert statuses(site) == {"new": 3}


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
def test_rows_are_low_enough_for_twelve_on_a_screen_and_nothing_is_cut(
    said: Callable[..., list[str]], enter: Callable[..., Page], locale: str
) -> None:
    said([{"title": f"Titre {n} {THINGS[n % 10]}", **one} for n, one in enumerate(different(30))])
    ready(page := enter(locale=locale, viewport={"width": 1280, "height": 900}), "/")
    whole = "rows => rows.filter(row => row.getBoundingClientRect().bottom <= innerHeight).length"
    assert 12 <= page.locator(".feed > .mention").evaluate_all(whole) <= 20
    fits = "field => { field.value = field.placeholder; return field.scrollWidth <= field.clientWidth }"
    assert page.locator("#q").evaluate(fits)
    page.get_by_role("button", name="Affichage compact" if locale == "fr-FR" else "Dense rows").click()
    expect(page.locator(".reading.dense")).to_be_visible()
    assert page.locator(".feed > .mention").evaluate_all(whole) >= 18


def test_g_and_a_letter_go_places(said: Callable[..., list[str]], enter: Callable[..., Page]) -> None:
    ready(page := enter(), "/")
    for key, place in (("r", "/reputation"), ("a", "/alerts"), ("s", "/sources"), ("m", "/"), ("c", "/check")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.wait_for_url(f"**{place}")
        expect(page.locator("html[data-keys]")).to_be_attached()


def test_the_place_is_kept_on_reload_on_the_way_back_and_from_a_mentions_own_page(
    said: Callable[..., list[str]], enter: Callable[..., Page], complaints: Any
) -> None:
    ids = said(different(50))
    page = enter()
    ready(page, "/?status=new")
    page.locator("#pager [rel=next]").click()
    expect(page.locator(".feed > .mention")).to_have_count(50)
    page.locator(f"#m-{ids[45]} a.open").click()
    expect(page.locator(f"[data-mention='{ids[45]}']")).to_be_visible()
    page.reload()
    expect(page.locator(".feed > .mention")).to_have_count(50)
    expect(page.locator(f"#m-{ids[45]}.here")).to_be_in_viewport()
    expect(page.locator(f"[data-mention='{ids[45]}']")).to_be_visible()
    page.get_by_role("link", name="Open on its own page").click()
    page.wait_for_url(f"**/mentions/{ids[45]}**")
    page.go_back()
    expect(page.locator(f"#m-{ids[45]}")).to_be_in_viewport()
    expect(page.locator(".feed > .mention")).to_have_count(50)
    page.get_by_role("link", name="Open on its own page").click()
    page.wait_for_url(f"**/mentions/{ids[45]}**")
    page.locator(".trail a").click()
    page.wait_for_url("**/?status=new&pages=2#m-*")
    expect(page.locator(f"#m-{ids[45]}")).to_be_in_viewport()
    assert complaints.said == []


def test_on_a_phone_one_reads_one_thing_at_a_time(
    said: Callable[..., list[str]], site: Any, enter: Callable[..., Page], complaints: Any
) -> None:
    ids = said([*different(6), HOSTILE])
    page = enter(locale="fr-FR", viewport=PHONE, color_scheme="dark")
    ready(page, "/?status=new")
    page.locator(f"#m-{ids[6]} a.open").click()
    expect(page.locator(f"[data-mention='{ids[6]}']")).to_be_visible()
    expect(page.locator(".feed")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.locator("main script, main img").count() == 0
    assert "\u202e" not in page.content()
    page.go_back()
    expect(page.locator(f"#m-{ids[6]}")).to_be_visible()
    page.locator(f"#m-{ids[2]} a.open").click()
    page.locator(f"[data-mention='{ids[2]}']").get_by_role("button", name="Hors sujet").click()
    expect(page.locator("#toast").get_by_role("button", name="Défaire")).to_be_visible()
    until(page, lambda: statuses(site), {"irrelevant": 1, "new": 6})
    page.locator("#toast").get_by_role("button", name="Défaire").click()
    until(page, lambda: statuses(site), {"new": 7})
    assert page.title().startswith("Mentions")
    assert complaints.said == []


def test_without_scripts_everything_is_a_form_with_an_undo(
    said: Callable[..., list[str]], site: Any, enter: Callable[..., Page]
) -> None:
    ids = said(different(4))
    page = enter(java_script_enabled=False)
    page.goto("/?status=new")
    page.locator(f"#m-{ids[0]}").hover()
    page.locator(f"#m-{ids[0]}").get_by_role("button", name="Irrelevant").click()
    assert statuses(site) == {"irrelevant": 1, "new": 3}
    assert "status=new" in page.url
    page.get_by_role("button", name="Undo").click()
    assert statuses(site) == {"new": 4}
    for one in ids[:2]:
        page.locator(f"#m-{one} input[name=ids]").check()
    page.locator("[data-bulk]").get_by_role("button", name="Closed").click()
    assert statuses(site) == {"closed": 2, "new": 2}
    page.get_by_role("button", name="Undo").click()
    assert statuses(site) == {"new": 4}
    page.get_by_role("button", name="Dense rows").click()
    expect(page.locator(".reading.dense")).to_be_visible()
    page.locator(f"#m-{ids[3]} a.open").click()
    page.get_by_role("link", name="Mentions").last.click()
    expect(page.locator(".mention")).to_have_count(4)


def test_what_others_change_shows_in_place_and_what_is_new_waits_behind_a_pill(
    said: Callable[..., list[str]], site: Any, enter: Callable[..., Page], complaints: Any
) -> None:
    ids = said(different(5))
    page = enter(locale="fr-FR")
    ready(page, "/")
    expect(page.locator("html[data-live=on]")).to_be_attached()
    page.keyboard.press("j")
    page.keyboard.press("j")
    top = page.locator(f"#m-{ids[1]}").bounding_box()
    closed = MentionChanges(status="closed")
    with site.services.db.writing() as session:
        bulk.change_these(session, site.viewer, [ids[3]], closed, site.services.jobs, datetime.now(UTC))
    expect(page.locator(f"#m-{ids[3]} .tag.status")).to_have_text("Clos")
    said([{"text": "Brumelo, encore autre chose que personne ne disait"}], "late")
    expect(page.get_by_role("link", name="1 nouvelle mention")).to_be_visible()
    expect(page.locator(f"#m-{ids[1]} a.open")).to_be_focused()
    moved = page.locator(f"#m-{ids[1]}").bounding_box()
    assert top is not None
    assert moved is not None
    assert abs(top["y"] - moved["y"]) < 1, "what one reads stays where it is"
    page.get_by_role("link", name="1 nouvelle mention").click()
    expect(page.locator(".mention")).to_have_count(6)
    assert complaints.said == []


@pytest.mark.parametrize("options", [{}, {"locale": "fr-FR", "color_scheme": "dark", "viewport": PHONE}])
def test_axe_finds_nothing_in_any_state(
    said: Callable[..., list[str]],
    enter: Callable[..., Page],
    violations: Callable[[Page], list[str]],
    options: dict[str, Any],
) -> None:
    said(different(4))
    page = enter(bypass_csp=True, **options)
    ready(page, "/?status=new")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("[data-mention]")).to_be_visible()
    found = {"a mention beside the list": violations(page)}
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    expect(page.locator("[data-bulk]")).to_be_visible()
    found["the bar of the selected"] = violations(page)
    page.keyboard.press("a")
    expect(page.locator("#assign")).to_be_visible()
    found["to whom"] = violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    found["the keys"] = violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.locator("#toast button")).to_be_visible()
    found["what was done"] = violations(page)
    assert {state: wrong for state, wrong in found.items() if wrong} == {}
