"""The kinds of source as they are offered, and what their forms make of what they ask for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from fastapi.testclient import TestClient

from app.models import Brand
from app.web.kinds import GROUPS, NEEDS, fold_texts, shelves, terms
from app.web.language import Tongue, zone
from collectors import all_collectors
from collectors.base import AnyCollector, Meter

RSS = all_collectors()["rss"]


def kind(name: str, **given: Any) -> AnyCollector:
    return replace(RSS, kind=name, title={"en": name, "fr": name}, **given)


def tongue(code: Literal["en", "fr"]) -> Tongue:
    return Tongue(code, zone("UTC"), datetime(2026, 3, 1, tzinfo=UTC))


def test_every_group_of_a_declaration_has_a_heading_and_every_way_in_a_word() -> None:
    declared = all_collectors().values()
    assert {one.group for one in declared} <= set(GROUPS)
    assert {one.auth for one in declared} <= set(NEEDS)


def test_what_works_at_once_stands_before_what_needs_a_key_and_what_costs() -> None:
    kinds = [
        kind("paid", group="social", cost=0.005, auth="token"),
        kind("approved", group="social", auth="oauth"),
        kind("keyed", group="social", auth="key"),
        kind("free", group="social"),
        kind("secret", group="social", hidden=True),
        kind("alone", group="video"),
    ]
    (social, video) = shelves(kinds)
    assert [offer.kind.kind for offer in social.offers] == ["free", "keyed", "approved", "paid"]
    assert [offer.paid for offer in social.offers] == [False, False, False, True]
    assert (social.key, video.key) == ("social", "video")


def test_the_kinds_that_people_begin_with_come_first() -> None:
    offered = [offer.kind.kind for shelf in shelves(all_collectors().values()) for offer in shelf.offers]
    assert offered[:4] == ["rss", "webpage", "google_news", "google_alerts"]
    assert sorted(offered) == sorted(one.kind for one in all_collectors().values() if not one.hidden)


def test_a_kind_is_found_by_its_words_in_both_languages_without_accents() -> None:
    words = {offer.kind.kind: offer.words for shelf in shelves(all_collectors().values()) for offer in shelf.offers}
    assert "reclamations" in words["email"]
    assert "complaints" in words["email"]
    assert fold_texts(["ÉTÉ  à", "Noël"]) == "ete a noel"


def test_terms_say_what_a_kind_costs_keeps_and_trains() -> None:
    made = kind(
        "x",
        cost=0.005,
        retention_days=30,
        may_train=False,
        deletions=True,
        min_interval=timedelta(minutes=15),
        meters={"a": Meter(100, "day"), "b": Meter("budget", "month")},
        units={"a": {"en": "searches", "fr": "recherches"}, "b": {"en": "dollars", "fr": "dollars"}},
    )
    said = [sentence for _, sentence in terms(made, tongue("en"))]
    assert said == [
        "about 5 US dollars for 1,000 mentions",
        "100 searches a day",
        "dollars: as much per month as you allow",
        "every 15 minutes at most",
        "30 days at most, by its terms: Vigie does not delete by itself yet",
        "never",
        "is deleted here too",
    ]
    assert next(sentence for _, sentence in terms(kind("y"), tongue("en"))) == "free"


def test_lists_of_a_declaration_are_told_in_the_language_of_the_page() -> None:
    texts = {"en": ("One: two",), "fr": ("Un : « deux » ?",)}
    assert tongue("en").lines(texts) == ["One: two"]
    assert tongue("fr").lines(texts) == ["Un\u202f: «\u202fdeux\u202f»\u202f?"]
    assert tongue("fr").lines({}) == []


def test_the_form_shows_steps_blind_spots_and_terms_in_both_languages(browser: TestClient) -> None:
    for language, word in (("en", "switch on two-step verification"), ("fr", "activez la validation en deux étapes")):
        page = browser.get(f"/sources/new?collector=email&lang={language}").text
        assert word in page.replace("&#39;", "'")
        assert '<ol class="numbered">' in page
        assert "180" in page
    assert "STARTTLS</option>" in page


def test_the_setup_offers_the_same_shelves(browser: TestClient, brand: Brand) -> None:
    page = browser.get("/setup?step=source").text
    assert "collector=rss&amp;from=setup" in page
    assert "collector=push" not in page
