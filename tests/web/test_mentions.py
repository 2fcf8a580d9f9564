"""The feed, one mention, and what is done about it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import Database
from app.models import Brand, Match, Mention, User
from tests.web.conftest import EMAIL

Say = Callable[..., list[str]]


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
    [one] = say({"text": "Brumelo, what a wonderful day, great and beautiful", "language": "en"})
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
    with db.reading() as session:
        ana = session.scalars(select(User)).one()
    data = {"status": "in_progress", "assignee": str(ana.id), "tags": "support, delay", "note": "called back"}
    assert "called back" in browser.post(f"/mentions/{one}", data=data).text
    with db.reading() as session:
        row = session.scalars(select(Mention)).one()
    assert (row.status, row.assignee, row.tags, row.note) == ("in_progress", EMAIL, ["support", "delay"], "called back")
    assert row.assignee_id == ana.id


FILTERS = [
    ("q=delivery", {1}), ("language=fr", {2}), ("platform=reviews", {1}), ("q=delivery OR merci", {1, 2}),
    ("stance=nonsense", {0, 1, 2}), ("period=1", {0, 1, 2}), ("brand=not-an-id", {0, 1, 2}), ("status=closed", set()),
    ("told=1", {0, 1, 2}), ("told=2", set()), ("told=many", {0, 1, 2}), ("reach=5000", {2}), ("reach=-1", {0, 1, 2}),
    ("sure=100", set()), ("sure=1", {0, 1, 2}), ("sure=101", {0, 1, 2}),
]  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), FILTERS)
def test_the_feed_keeps_what_its_address_asks_for(
    browser: TestClient, say: Say, query: str, expected: set[int]
) -> None:
    ids = say(
        {"text": "Brumelo opens a shop in town", "language": "en"},
        {"text": "Brumelo delivery took three weeks to arrive", "language": "en", "platform": "reviews"},
        {"text": "Merci Brumelo pour la réponse rapide", "language": "fr", "reach": 5000},
    )
    html = browser.get(f"/?{query}").text
    assert {n for n, one in enumerate(ids) if f"m-{one}" in html} == expected


def test_the_place_of_the_chosen_mention_leads_to_the_first_one_until_one_is_chosen(
    browser: TestClient, say: Say
) -> None:
    [one] = say({"text": "Brumelo delivery took three weeks to arrive", "language": "en"})
    link = re.search(r'href="([^"]+)">Read the first mention', browser.get("/").text)
    assert link
    chosen = browser.get(html.unescape(link[1])).text
    assert f'href="/mentions/{one}' in chosen
    assert "Read the first mention" not in chosen
    assert "Read the first mention" not in browser.get("/?told=2").text


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


@pytest.mark.parametrize(
    ("language", "unknown", "found", "why", "counted"),
    [
        ("en", "Date unknown, found on Mar 5, 2024", "Date unknown", "does not understand as a date. So the mention",
         "Mentions whose date is unknown: 1. They count in no curve and no alert. The source writes “le 3e jour”"),
        ("fr", "Date inconnue, trouvée le 5 mars 2024", "Date inconnue", "ne reconnaît pas comme une date. La mention",
         "Mentions dont la date est inconnue : 1. Elles ne comptent dans aucune courbe ni aucune alerte."),
    ],
)  # fmt: skip
def test_a_mention_without_a_date_is_shown_as_such_and_its_source_says_what_to_do(
    browser: TestClient, say: Say, db: Database, language: str, unknown: str, found: str, why: str, counted: str
) -> None:
    lost, other = say({"text": "Brumelo, the worst ever"}, {"text": "Brumelo, not bad"})
    with db.writing() as session:
        row = session.scalars(select(Mention).where(Mention.external_id == "m0")).one()
        row.published_guessed, row.date_spelling = True, "le 3e jour"
        row.collected_at = datetime(2024, 3, 5, 12, tzinfo=UTC)
        source = row.source_id
    pages = {path: browser.get(path, headers={"accept-language": language}).text for path in (
        "/", "/?undated=1", f"/mentions/{lost}", f"/sources/{source}"
    )}  # fmt: skip
    feed, narrowed, mention, of_source = (" ".join(page.split()) for page in pages.values())
    assert feed.count(unknown) == 1
    assert f"m-{other}" in feed
    assert f"m-{lost}" in narrowed
    assert f"m-{other}" not in narrowed
    assert f"<bdi>{found}</bdi>" in narrowed
    assert unknown in mention
    assert why in mention
    assert counted in of_source
    assert f"/?source={source}&amp;undated=1&amp;copies=1" in of_source


@pytest.mark.parametrize(
    ("language", "sentence", "question"),
    [
        ("en", "“et” is searched for as a word: for the operator, write AND.", "Did you mean AND, both of them?"),
        (
            "fr",
            "« et » est cherché comme un mot : pour l’opérateur, écrivez AND.",
            "Vouliez-vous dire ET (les deux) ?",
        ),
    ],
)
def test_a_query_in_the_manner_of_another_tool_says_what_became_of_it(
    browser: TestClient, brand: Brand, language: str, sentence: str, question: str
) -> None:
    browser.headers["accept-language"] = language
    shown = browser.get("/", params={"q": "brumelo et panne"})
    assert sentence in html.unescape(shown.text).replace("\u202f", " ")
    typed = browser.get("/settings/brands/preview", params={"query": "brumelo et panne"})
    assert question in html.unescape(typed.text).replace("\u202f", " ")


@pytest.mark.parametrize(("language", "chip"), [("en", "“zzzz”"), ("fr", "«\u202fzzzz\u202f»")])
def test_what_is_searched_is_quoted_as_the_language_quotes(
    browser: TestClient, brand: Brand, language: str, chip: str
) -> None:
    browser.headers["accept-language"] = language
    assert f"<bdi>{chip}</bdi>" in browser.get("/?q=zzzz").text


def test_a_list_of_many_says_how_many_without_counting_them_all(browser: TestClient, say: Say) -> None:
    say(*({"text": f"Brumelo says {chr(97 + n % 26) * 6} about thing {n * n}"} for n in range(42)))
    page = browser.get("/").text
    assert "more than 40 mentions" in page
    assert browser.get("/mentions/count").text.strip() == "42 mentions"
    assert page.count("data-item") == 40
    assert browser.get("/?pages=2").text.count("data-item") == 42
    assert browser.get("/?pages=nonsense").text.count("data-item") == 40
