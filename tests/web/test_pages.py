"""Every page, empty and with mentions, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import Database
from app.models import AlertRule, Brand, Channel, Match, Mention, Source

PAGES = (
    "/", "/reputation", "/reputation/sample", "/alerts", "/alerts?state=all", "/alerts/rules", "/alerts/rules/new",
    "/alerts/rules/new?kind=threshold", "/sources", "/sources/new", "/sources/new?collector=rss",
    "/sources/new?collector=typeform", "/sources/import", "/sources/import?what=survey", "/settings/brands",
    "/settings/brands/new", "/settings/phrases", "/settings/phrases/new", "/settings/ratings",
    "/settings/channels", "/settings/channels/new", "/settings/channels/new?kind=slack",
    "/settings/channels/new?kind=webhook", "/settings/keys", "/settings/account", "/settings/audit", "/settings/sample",
    "/setup", "/setup?step=source", "/setup?step=alerts",
)  # fmt: skip
Say = Callable[..., list[str]]


INLINE = re.compile(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=")


def flaws(page: httpx2.Response, language: str) -> list[str]:
    """What is wrong with a page, in words."""
    return [
        text
        for text, wrong in (
            (f"answers {page.status_code}", page.status_code != 200),
            ("speaks another language", f'<html lang="{language}">' not in page.text),
            ("carries inline code or style", INLINE.search(page.text) is not None),
            ("has no policy", not page.headers["content-security-policy"].startswith("default-src 'none'")),
            ("may be stored", page.headers["cache-control"] != "no-store"),
        )
        if wrong
    ]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_page_opens_on_an_empty_installation(browser: TestClient, language: str) -> None:
    found = {path: flaws(browser.get(path, headers={"accept-language": language}), language) for path in PAGES}
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_every_page_opens_with_brands_mentions_and_sources(browser: TestClient, say: Say) -> None:
    ids = say(
        {"text": "Brumelo, thank you"},
        {"text": "Brumelo, never again", "title": "Late", "rating": 1, "rating_scale": 5},
    )
    paths = (*PAGES, *(f"/mentions/{one}" for one in ids))
    found = {path: flaws(browser.get(path), "en") for path in paths}
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    ("path", "status"), [("/nothing", 404), ("/mentions/0198c0de-0000-7000-8000-000000000000", 404)]
)
def test_what_is_not_there_has_a_page_of_its_own(browser: TestClient, path: str, status: int) -> None:
    page = browser.get(path, headers={"accept-language": "fr"})
    assert page.status_code == status
    assert "Il n’y a rien ici" in page.text
    assert page.headers["content-security-policy"]


def test_a_mention_is_shown_with_its_words_marked_and_its_stance_in_words(browser: TestClient, say: Say) -> None:
    [one] = say(
        {"text": "I love my Brumelo, best thing I ever bought, fantastic service!", "author": "Zoé", "language": "en"}
    )
    feed = browser.get("/").text
    assert "<mark>Brumelo</mark>" in feed
    assert "Promoter" in feed
    page = browser.get(f"/mentions/{one}").text
    assert "Estimated by the model" in page
    assert "Zoé" in page


def test_correcting_a_stance_says_who_did_and_can_be_taken_back(
    browser: TestClient, say: Say, brand: Brand, db: Database
) -> None:
    [one] = say({"text": "Brumelo, what a wonderful day, I love it", "language": "en"})
    sent = {"stance": "detractor", "brand_id": str(brand.id), "next": f"/mentions/{one}"}
    page = browser.post(f"/mentions/{one}/stance", data=sent).text
    assert "Corrected by ana@example.com." in page
    assert "Stance: Promoter → Detractor" in page
    with db.reading() as session:
        assert session.scalars(select(Match.stance)).one() == "detractor"
    back = browser.post(f"/mentions/{one}/stance", data={**sent, "stance": ""}).text
    assert "Estimated by the model" in back


def test_what_is_irrelevant_leaves_the_feed_and_can_be_called_back(browser: TestClient, say: Say) -> None:
    [one] = say({"text": "Brumelo is also a village"})
    left = browser.post(f"/mentions/{one}/status", data={"status": "irrelevant", "next": "/"})
    assert f"m-{one}" not in left.text
    assert "Undo" in left.text
    assert f"m-{one}" in browser.get("/?status=irrelevant").text
    assert f"m-{one}" in browser.post(f"/mentions/{one}/status", data={"status": "new", "next": "/"}).text


def test_a_mention_is_assigned_tagged_and_noted(browser: TestClient, say: Say, db: Database) -> None:
    [one] = say({"text": "Brumelo never answers"})
    data = {"status": "in_progress", "assignee": "Léo", "tags": "support, delay", "note": "called back"}
    assert "called back" in browser.post(f"/mentions/{one}", data=data).text
    with db.reading() as session:
        row = session.scalars(select(Mention)).one()
    assert (row.status, row.assignee, row.tags, row.note) == ("in_progress", "Léo", ["support", "delay"], "called back")


FILTERS = [
    ("q=delivery", {1}), ("language=fr", {2}), ("platform=reviews", {1}), ("q=delivery OR merci", {1, 2}),
    ("stance=nonsense", {0, 1, 2}), ("period=1", {0, 1, 2}), ("brand=not-an-id", {0, 1, 2}), ("status=closed", set()),
]  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), FILTERS)
def test_the_feed_keeps_what_its_address_asks_for(
    browser: TestClient, say: Say, query: str, expected: set[int]
) -> None:
    ids = say(
        {"text": "Brumelo opens a shop in town", "language": "en"},
        {"text": "Brumelo delivery took three weeks to arrive", "language": "en", "platform": "reviews"},
        {"text": "Merci Brumelo pour la réponse rapide", "language": "fr"},
    )
    html = browser.get(f"/?{query}").text
    assert {n for n, one in enumerate(ids) if f"m-{one}" in html} == expected


def test_a_search_that_cannot_be_read_says_where_and_keeps_what_was_typed(browser: TestClient, say: Say) -> None:
    page = browser.get("/?q=(brumelo", headers={"accept-language": "fr"})
    assert page.status_code == 422
    assert "Cette parenthèse n’est jamais fermée." in page.text
    assert 'value="(brumelo"' in page.text


def test_paging_forth_and_back_shows_each_mention_once(browser: TestClient, say: Say) -> None:
    start = datetime.now(UTC) - timedelta(days=2)
    words = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf"]
    ids = say(
        *({"text": f"Brumelo {words[n % 7]} {words[n // 7 % 7]} number {n} of many different things {n * n}",
           "published_at": (start + timedelta(minutes=n)).isoformat()} for n in range(45))
    )  # fmt: skip
    first = browser.get("/?copies=1").text
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    second = browser.get(older[1].replace("&amp;", "&")).text
    shown = [re.findall(r'id="m-([0-9a-f-]{36})"', html) for html in (first, second)]
    assert sorted(shown[0] + shown[1]) == sorted(ids)
    newer = re.search(r'rel="prev" href="([^"]+)"', second)
    assert newer
    assert re.findall(r'id="m-([0-9a-f-]{36})"', browser.get(newer[1].replace("&amp;", "&")).text) == shown[0]


def test_new_mentions_are_announced_with_their_number(browser: TestClient, say: Say) -> None:
    since = datetime.now(UTC) - timedelta(minutes=1)
    assert browser.get("/mentions/new", params={"since": since.isoformat()}).text.strip() == ""
    say({"text": "Brumelo is here"}, {"text": "Something else about Brumelo, quite another matter"})
    assert "2 new mentions" in browser.get("/mentions/new", params={"since": since.isoformat()}).text
    assert browser.get("/mentions/new", params={"since": "yesterday"}).text == ""


def test_a_brand_is_named_with_a_query_and_told_where_the_query_is_wrong(browser: TestClient, db: Database) -> None:
    wrong = browser.post("/settings/brands/new", data={"name": "Acme", "kind": "own", "query": "acme OR"})
    assert wrong.status_code == 422
    assert "OR has nothing after it." in wrong.text
    assert (
        browser.post("/settings/brands/new", data={"name": "Acme", "kind": "own", "query": "acme"}).status_code == 200
    )
    again = browser.post("/settings/brands/new", data={"name": "Acme", "kind": "own", "query": "acme"})
    assert again.status_code == 409
    assert "Choose another name." in again.text
    with db.reading() as session:
        assert session.scalars(select(Brand.name)).all() == ["Acme"]


def test_the_preview_shows_what_a_query_matches(browser: TestClient, say: Say) -> None:
    say({"text": "Brumelo delivery is late"}, {"text": "Brumelo is wonderful, truly something else"})
    assert "1 mention" in browser.get("/settings/brands/preview?query=delivery").text
    assert "nested" not in browser.get("/settings/brands/preview?query=(").text
    assert "<mark>" in browser.get("/settings/brands/preview?query=(acme").text


def test_setting_up_a_brand_adds_a_rule_for_negative_buzz(browser: TestClient, db: Database) -> None:
    page = browser.post("/setup/brand", data={"name": "Acme", "query": "acme"})
    assert "Where do people speak of it?" in page.text
    with db.reading() as session:
        assert session.scalars(select(AlertRule.kind)).all() == ["negative_spike"]


def test_a_rule_is_written_as_a_sentence(browser: TestClient, brand: Brand, db: Database) -> None:
    data = {
        "kind": "threshold", "name": "Too many", "brand_id": str(brand.id), "params.counted": "detractors",
        "params.measure": "count", "params.limit": "12,5", "params.window_hours": "6", "params.min_mentions": "10",
        "params.severity": "warning", "severity": "warning", "for_minutes": "0", "repeat_hours": "4", "enabled": "1",
        "quiet_start": "22:00", "quiet_end": "07:00",
    }  # fmt: skip
    page = browser.post("/alerts/rules/new", data=data)
    assert "Rings when Brumelo gets 12.5 or more detractors in 6 hours." in page.text
    with db.reading() as session:
        row = session.scalars(select(AlertRule)).one()
    assert row.quiet_hours == {"start": "22:00", "end": "07:00", "timezone": "UTC"}
    wrong = browser.post(f"/alerts/rules/{row.id}", data={**data, "params.limit": "-1"})
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.text
    assert browser.post(f"/alerts/rules/{row.id}/delete").url.path == "/alerts/rules"


def test_a_channel_keeps_its_secret_to_itself(browser: TestClient, db: Database) -> None:
    data = {
        "kind": "webhook", "name": "Hook", "params.url": "https://hooks.example.com/in", "language": "fr",
        "timezone": "Europe/Paris", "enabled": "1",
    }  # fmt: skip
    shown = browser.post("/settings/channels/new", data=data).text
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", shown)
    assert secret
    with db.reading() as session:
        row = session.scalars(select(Channel)).one()
    for path in ("/settings/channels", f"/settings/channels/{row.id}", "/settings/audit"):
        assert secret[0] not in browser.get(path).text
    changed = browser.post(f"/settings/channels/{row.id}", data={**data, "name": "Other hook"})
    assert "Other hook" in changed.text


def test_a_source_is_added_paused_resumed_and_deleted(browser: TestClient, db: Database) -> None:
    data = {"collector": "rss", "name": "News", "params.url": "http://127.0.0.1/feed.xml", "minutes": "60"}
    assert browser.post("/sources/new", data=data).url.path.startswith("/sources/")
    with db.reading() as session:
        row = session.scalars(select(Source)).one()
    for verb, told in (("pause", "The source is paused."), ("resume", "read again"), ("poll", "within a few seconds")):
        assert told in browser.post(f"/sources/{row.id}/{verb}").text
    assert "The source was deleted." in browser.post(f"/sources/{row.id}/delete").text
    assert browser.post(f"/sources/{row.id}/explode").status_code == 404


def test_an_address_that_may_not_be_read_is_told_beside_its_field(browser: TestClient) -> None:
    data = {"collector": "rss", "name": "Inside", "params.url": "http://169.254.169.254/latest", "minutes": "60"}
    page = browser.post("/sources/new", data=data)
    assert page.status_code == 422
    assert 'id="wrong-params.url"' in page.text


@pytest.mark.slow
def test_the_feeds_of_a_reader_become_sources(browser: TestClient, db: Database) -> None:
    opml = b'<opml version="2.0"><body><outline text="A" xmlUrl="https://a.example.com/feed"/></body></opml>'
    page = browser.post("/sources/opml", files={"file": ("feeds.opml", opml, "text/xml")})
    assert page.status_code == 200
    assert "added" in page.text
    assert browser.post("/sources/opml", files={"file": ("x.opml", b"not xml", "text/xml")}).status_code == 422
    with db.reading() as session:
        assert len(session.scalars(select(Source)).all()) == 1


def test_a_key_is_shown_once_and_opens_the_api_until_it_is_revoked(browser: TestClient, app: FastAPI) -> None:
    page = browser.post("/settings/keys", data={"name": "script", "scopes": ["read"], "days": "30"}).text
    key = re.search(r"vig_[A-Za-z0-9]+", page.split('id="secret"')[1])
    assert key
    program = TestClient(app, base_url="http://localhost:8000", headers={"authorization": f"Bearer {key[0]}"})
    assert program.get("/api/v1/me").status_code == 200
    listed = browser.get("/settings/keys").text
    assert key[0] not in listed
    browser.post(re.search(r'action="(/settings/keys/[^"]+/delete)"', listed)[1])  # type: ignore[index]
    assert program.get("/api/v1/me").status_code == 401


def test_a_language_and_a_time_zone_are_remembered(browser: TestClient) -> None:
    page = browser.post("/settings/account", data={"name": "Ana", "language": "fr", "timezone": "Europe/Paris"})
    assert "Vos réglages sont enregistrés." in page.text
    assert '<html lang="fr">' in browser.get("/", headers={"accept-language": "en"}).text


def test_a_new_password_needs_the_old_one(browser: TestClient) -> None:
    data = {"current": "wrong", "new": "agrafe cheval pile encore", "again": "agrafe cheval pile encore"}
    assert browser.post("/settings/account/password", data=data).status_code == 422
    changed = browser.post("/settings/account/password", data={**data, "current": "cheval pile agrafe juste"})
    assert "Your password was changed." in changed.text
    assert browser.get("/").url.path == "/"


def test_the_sample_comes_and_goes_with_one_click(browser: TestClient, db: Database) -> None:
    assert "Remove the sample data" in browser.post("/sample/load").text
    assert "Remove the sample data" not in browser.post("/sample/remove").text
    with db.reading() as session:
        assert session.scalars(select(Source)).all() == []


def test_reading_pages_changes_nothing(browser: TestClient, say: Say, db: Database) -> None:
    [one] = say({"text": "Brumelo"})
    with db.reading() as session:
        before = [session.scalars(select(table).order_by(table.id)).all() for table in (Mention, Brand, Source)]
        versions = [[row.updated_at for row in rows] for rows in before]
    for path in (*PAGES, f"/mentions/{one}"):
        browser.get(path)
    with db.reading() as session:
        after = [session.scalars(select(table).order_by(table.id)).all() for table in (Mention, Brand, Source)]
        assert [[row.updated_at for row in rows] for rows in after] == versions
