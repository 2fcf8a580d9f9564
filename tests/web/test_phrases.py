"""Settings → Phrases and Ratings, the line about a backlog, and the source of a stance, as pages."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select, text
from starlette.testclient import TestClient

from app.db import Database
from app.jobs import Jobs
from app.models import Brand, Phrase
from app.pipeline.judge.restance import RestanceHistory
from app.viewer import Viewer

Say = Callable[..., list[str]]


TYPED = {"text": "war zone", "stance": "promoter", "brand_id": "", "language": ""}


def test_a_phrase_is_added_shown_edited_and_deleted(
    browser: TestClient, say: Say, db: Database, viewer: Viewer
) -> None:
    [one] = say({"text": "Brumelo is a war zone, awful, the worst ever", "language": "en"})
    page = browser.post("/settings/phrases/new", data=TYPED)
    assert page.url.path == "/settings/phrases"
    assert "being applied to history" in page.text
    RestanceHistory(db, Jobs())(str(viewer.workspace_id))
    assert "being applied to history" not in browser.get("/settings/phrases").text
    assert "Set by a phrase of your workspace." in browser.get(f"/mentions/{one}").text
    with db.reading() as session:
        made = session.scalars(select(Phrase.id)).one()
    edited = browser.post(f"/settings/phrases/{made}", data={**TYPED, "text": "combat zone", "language": "EN"})
    assert "combat zone" in edited.text
    assert browser.post(f"/settings/phrases/{made}/delete").url.path == "/settings/phrases"
    RestanceHistory(db, Jobs())(str(viewer.workspace_id))
    assert "Set by a phrase of your workspace." not in browser.get(f"/mentions/{one}").text


def test_the_preview_shows_before_and_after(browser: TestClient, say: Say, brand: Brand) -> None:
    say({"text": "Brumelo is a war zone, awful, the worst ever", "language": "en"}, {"text": "Brumelo is here"})
    shown = browser.get("/settings/phrases/preview", params={**TYPED, "brand_id": str(brand.id)}).text
    assert "1 stance would change" in shown
    assert "in 1 stored mention that contains these words" in shown
    assert shown.index("Detractor") < shown.index("Promoter")
    for params, told in (
        ({**TYPED, "text": ""}, "What it would change"),
        ({**TYPED, "text": "…"}, "It contains no word"),
        ({**TYPED, "text": "unheard of"}, "No stored mention contains these words"),
        ({**TYPED, "brand_id": "nonsense"}, "Choose one of the values offered"),
        ({**TYPED, "brand_id": str(UUID(int=1))}, "There is no such brand"),
    ):
        answer = browser.get("/settings/phrases/preview", params=params)
        assert answer.status_code == 200
        assert told.lower() in answer.text.lower(), (params, answer.text)


def test_a_phrase_that_is_refused_keeps_what_was_typed_and_says_why_in_french(browser: TestClient) -> None:
    browser.post("/settings/phrases/new", data=TYPED)
    french = {"accept-language": "fr"}
    again = browser.post("/settings/phrases/new", data={**TYPED, "stance": "detractor"}, headers=french)
    assert again.status_code == 409
    assert "Ces mots fixent déjà une tonalité" in again.text
    assert 'value="war zone"' in again.text
    wrong = browser.post("/settings/phrases/new", data={**TYPED, "text": "?!"}, headers=french)
    assert wrong.status_code == 422
    assert "aucun mot" in wrong.text


def test_a_backlog_is_told_on_a_calm_line_and_nothing_when_there_is_none(
    browser: TestClient, say: Say, db: Database
) -> None:
    assert "mention" not in browser.get("/sources/scoring").text
    say({"text": "Brumelo is here"}, {"text": "Something else about Brumelo, quite another matter"})
    assert "mention" not in browser.get("/sources/scoring").text
    with db.writing() as session:
        session.execute(text("UPDATE match SET scored_at = NULL"))
        session.execute(text("UPDATE model_run SET per_second = 0.01"))
    shown = browser.get("/sources/scoring").text
    assert "2 mentions wait for their stance; new ones go first." in shown
    assert "About 3 minutes left." in shown


def test_common_phrases_are_switched_one_by_one_and_together(browser: TestClient) -> None:
    page = browser.get("/settings/phrases").text
    assert "aucun regret" in page
    assert "Switch all off" in page
    off = browser.post("/settings/phrases/common/fr:aucun-regret", data={"on": "0"}).text
    assert off.count('aria-pressed="false"') == 1
    none = browser.post("/settings/phrases/common", data={"on": "0"}).text
    assert 'aria-pressed="true"' not in none
    assert "Switch all on" in none
