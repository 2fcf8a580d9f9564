"""«Label a sample» without a screen: one mention at a time, blind, undone; and what the score says it rests on."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import Database
from app.models import AuditMatch, Match, Mention, SurveyResponse, uuid7
from app.pipeline.keep.aggregate import recount_dirty

Say = Callable[..., list[str]]


def drawn(browser: TestClient, say: Say, number: int = 3) -> str:
    """The page, once some mentions were drawn."""
    say(*({"text": f"Brumelo made person {n} {chr(97 + n) * 6} happy at place {n * n}"} for n in range(number)))
    return browser.post("/reputation/sample").text


def first(page: str) -> str:
    found = re.search(r'action="(/reputation/sample/[0-9a-f-]{36})"', page)
    assert found, "no mention to label"
    return found[1]


def test_one_mention_at_a_time_until_all_are_labelled(browser: TestClient, say: Say) -> None:
    page = drawn(browser, say)
    for done, label in enumerate(("positive", "skip", "negative")):
        assert f"{done} of 3 this week" in page
        assert len(re.findall('name="label"', page)) == 4
        page = browser.post(first(page), data={"label": label}).text
    assert "All labelled" in page
    assert "2 labels so far. 18 more" in page


def test_nothing_on_the_page_tells_what_the_model_said(browser: TestClient, say: Say) -> None:
    page = drawn(browser, say).partition("<main")[2].partition("</main>")[0]
    assert "Positive" in page
    assert not re.search(r"Promoter|Detractor|Passive|\d+\s?%", page)


def test_undo_shows_the_mention_again(browser: TestClient, say: Say) -> None:
    address = first(drawn(browser, say))
    page = browser.post(address, data={"label": "neutral"}).text
    assert first(page) != address
    page = browser.post(f"{address}/undo").text
    assert "The label was removed." in page
    assert first(page) == address
    assert "0 of 3 this week" in page


def test_a_label_that_is_none_is_refused(browser: TestClient, say: Say, db: Database) -> None:
    assert browser.post(first(drawn(browser, say)), data={"label": "promoter"}).status_code == 422
    with db.reading() as session:
        assert set(session.scalars(select(AuditMatch.label))) == {None}


def test_with_nothing_to_draw_the_page_says_so(browser: TestClient) -> None:
    assert "Nothing drawn yet" in browser.get("/reputation/sample").text
    assert "There is nothing left to draw" in browser.post("/reputation/sample").text


def test_what_strangers_wrote_is_escaped(browser: TestClient, say: Say) -> None:
    say({"text": "Brumelo <script>alert(1)</script> and \u202eevil"})
    page = browser.post("/reputation/sample").text
    assert "<script>alert" not in page
    assert "\u202e" not in page


def test_another_site_labels_nothing(app: FastAPI, browser: TestClient, say: Say) -> None:
    address = first(drawn(browser, say))
    answer = browser.post(address, data={"label": "positive"}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


@pytest.fixture
def sampled(db: Database, say: Say, viewer: Any) -> None:
    """A hundred labels, 80 of them as the model said."""
    say(*({"text": f"Brumelo {n} {chr(97 + n % 26) * 6} {n * n} is what it is", "language": "en"} for n in range(100)))
    now = datetime.now(UTC)
    with db.writing() as session:
        for n, match in enumerate(session.scalars(select(Match))):
            match.negative, match.neutral, match.positive, match.stance = 0.8, 0.15, 0.05, "detractor"
            row = AuditMatch(id=uuid7(), workspace_id=match.workspace_id, brand_id=match.brand_id, drawn_at=now)
            row.mention_id, row.week, row.model, row.labelled_at = match.mention_id, now.date(), "x", now
            row.negative, row.neutral, row.positive, row.label = 0.8, 0.15, 0.05, "negative" if n < 80 else "neutral"
            session.add(row)


def test_the_score_says_what_it_was_measured_on(browser: TestClient, db: Database, sampled: None, brand: Any) -> None:
    with db.writing() as session:
        recount_dirty(session, brand.workspace_id, brand.id)
    assert "Measured on your own sample: 80% ± 8 right." in browser.get("/reputation").text
    assert "the model is right 80% of the time: between 71% and 87%" in browser.get("/reputation/sample").text
    french = browser.get("/reputation", headers={"accept-language": "fr"}).text
    assert "Mesuré sur votre propre échantillon" in french
    with db.writing() as session:
        for mention in session.scalars(select(Mention).limit(81)):
            session.delete(mention)
    assert "1 label more makes this interval narrower." in browser.get("/reputation").text


def test_a_survey_stands_beside_and_says_how_many_answered(
    browser: TestClient, db: Database, say: Say, brand: Any
) -> None:
    say({"text": "Brumelo, never again"})
    now = datetime.now(UTC)
    with db.writing() as session:
        recount_dirty(session, brand.workspace_id, brand.id)
    assert "NPS (survey)" not in browser.get("/reputation").text, "no space is wasted to say that there is nothing"
    with db.writing() as session:
        session.add(
            SurveyResponse(
                id=uuid7(), workspace_id=brand.workspace_id, brand_id=brand.id, external_id="1", score=10,
                answered_at=now.replace(microsecond=0),
            )
        )  # fmt: skip
    page = browser.get("/reputation").text
    assert "NPS (survey)" in page
    assert re.search(r"\+100 <small>[^<]* · 1 answer", page)


def test_a_script_gets_the_next_mention_and_no_whole_page(browser: TestClient, say: Say) -> None:
    address = first(drawn(browser, say))
    answer = browser.post(address, data={"label": "neutral"}, headers={"hx-request": "true"}).text
    assert "1 of 3 this week" in answer
    assert first(answer) != address
    assert "<html" not in answer
    assert "What the labels say" not in answer
    assert first(browser.post(f"{address}/undo", headers={"hx-request": "true"}).text) == address
