"""«To check» as a page: the list, its count elsewhere, and how one click settles."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from app.db import Database
from app.models import Brand, Match

Say = Callable[..., list[str]]


@pytest.fixture
def doubtful(say: Say, db: Database) -> list[str]:
    """Two mentions that the model cannot tell, whatever it said of them."""
    ids = say(*({"text": f"Brumelo et la chose {n * n} qui rame encore", "language": "fr"} for n in (3, 4)))
    with db.writing() as session:
        chances = {"negative": 0.45, "neutral": 0.11, "positive": 0.44}
        session.execute(update(Match).values(stance="unsure", stance_source="model", **chances))
    return ids


def settle(browser: TestClient, brand: Brand, mention: str, stance: str) -> str:
    sent = {"stance": stance, "brand_id": str(brand.id), "copies": "1", "next": "/check"}
    return browser.post(f"/mentions/{mention}/stance", data=sent).text


def test_what_is_to_check_is_listed_counted_and_settled(
    browser: TestClient, brand: Brand, doubtful: list[str], db: Database
) -> None:
    page = browser.get("/check").text
    assert "2 stories to check" in page
    assert "Positive 44%, neutral 11%, negative 45%" in page
    assert 'href="/check"' in browser.get("/").text
    assert "To check" in browser.get("/?stance=unsure").text
    assert "The model is not sure enough to say." in browser.get(f"/mentions/{doubtful[0]}").text
    after = settle(browser, brand, doubtful[0], "detractor")
    assert "1 story to check" in after
    assert "The stance was corrected." in after
    with db.reading() as session:
        assert sorted(session.scalars(select(Match.stance))) == ["detractor", "unsure"]
    assert "Nothing to check" in settle(browser, brand, doubtful[1], "detractor")


def test_the_second_equal_correction_offers_a_phrase(browser: TestClient, brand: Brand, doubtful: list[str]) -> None:
    first = settle(browser, brand, doubtful[0], "promoter")
    assert "Make a phrase of it" not in first
    second = settle(browser, brand, doubtful[1], "promoter")
    assert "2 mentions with “qui rame encore” were corrected to the same stance." in second
    form = browser.get("/settings/phrases/new?text=qui+rame+encore&stance=promoter&language=fr").text
    assert 'value="qui rame encore"' in form
    assert "What they say" in form


def test_nothing_to_check_is_said(browser: TestClient, brand: Brand) -> None:
    assert "Nothing to check" in browser.get("/check").text
    assert "Nothing to check" in browser.get(f"/check?brand={brand.id}").text
    assert browser.get("/check?brand=nonsense").status_code == 200
