"""One mention on its own page and beside the list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import Database
from app.models import Brand, Mention

Say = Callable[..., list[str]]
STORY = "Brumelo recalls its machines after the update of spring, says the maker in a note to the press of this morning"


def test_beside_the_list_stands_what_the_page_tells(browser: TestClient, say: Say) -> None:
    [one] = say({"text": "Brumelo, the worst service ever"})
    pane = browser.get(f"/mentions/{one}/pane?stance=detractor")
    assert pane.status_code == 200
    assert "<html" not in pane.text
    for told in ("Open on its own page", "History", "Collected", "Negative"):
        assert told in pane.text
    assert browser.get("/mentions/0190aaaa-0000-7000-8000-000000000000/pane").status_code == 404


def test_an_address_that_names_a_mention_opens_it_beside_the_list(browser: TestClient, say: Say) -> None:
    [one] = say({"text": "Brumelo, the worst service ever"})
    assert f'data-mention="{one}"' in browser.get(f"/?open={one}").text
    assert "data-mention=" not in browser.get("/?open=nothing").text
    assert "data-mention=" not in browser.get("/?open=0190aaaa-0000-7000-8000-000000000000").text


def test_three_posts_of_one_forum_are_repeated_twice_and_stand_on_one_site(browser: TestClient, say: Say) -> None:
    ids = say(*({"text": STORY, "url": f"https://forum.example/{n}"} for n in range(3)))
    shown = browser.get("/").text
    assert "repeated 2 times" in shown
    assert "outlet" not in shown.replace('class="outlet"', "")
    page = browser.get(f"/mentions/{ids[0]}").text
    assert "Repeated 2 times" in page
    assert "sites" not in page
    other = say({"text": STORY, "url": "https://paper.example/1", "external_id": "other"})
    assert "on 2 sites" in browser.get(f"/mentions/{other[0]}").text


def test_it_says_how_long_a_detractor_waits_and_how_long_an_author_waited(
    browser: TestClient, say: Say, db: Database
) -> None:
    now = datetime.now(UTC)
    at = (now - timedelta(days=3, hours=1)).isoformat()
    one, kind = say(
        {"text": "Brumelo, the worst service ever", "published_at": at},
        {"text": "Brumelo, thank you so much for this wonderful repair, I love it", "published_at": at},
    )
    assert "no answer for 3 days" in browser.get(f"/mentions/{one}").text
    assert "data-waits" not in browser.get(f"/mentions/{kind}").text
    with db.writing() as session:
        row = session.scalars(select(Mention).where(Mention.text.startswith("Brumelo, the worst"))).one()
        row.status, row.answered_at = "answered", row.published_at + timedelta(hours=2, minutes=10)
    assert "answered after 2 h 10" in browser.get(f"/mentions/{one}/pane").text


def test_what_was_typed_comes_back_when_it_cannot_be_kept(browser: TestClient, say: Say) -> None:
    [one] = say({"text": "Brumelo again"})
    sent = {"status": "new", "tags": "t" * 300, "note": ""}
    refused = browser.post(f"/mentions/{one}", data=sent)
    assert refused.status_code == 422
    assert "At most 100" in refused.text


def test_the_undo_of_a_correction_for_two_brands_leaves_the_other_alone(
    browser: TestClient, say: Say, brand: Brand, db: Database
) -> None:
    [one] = say({"text": "Brumelo, the worst service ever"})
    answer = browser.post(f"/mentions/{one}/stance", data={"stance": "promoter", "brand_id": str(brand.id)})
    assert "Undo" in answer.text
    assert answer.url.params["undo"]


def test_the_days_of_a_list_are_named(browser: TestClient, say: Say, db: Database) -> None:
    now = datetime.now(UTC)
    say({"text": "Brumelo today"}, {"text": "Brumelo long ago and far away", "published_at": now.isoformat()})
    with db.writing() as session:
        row = session.scalars(select(Mention).where(Mention.external_id == "m1")).one()
        row.published_at = now - timedelta(days=40)
    page = browser.get("/").text
    assert "<h2>Today</h2>" in page
    assert page.count('class="day"') == 2
