"""Acting on rows of the list, as a form and as a script, and undoing it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import Database
from app.models import Brand, Match, Mention

Say = Callable[..., list[str]]
SCRIPT = {"accept": "application/json"}
TEXTS = ({"text": "Brumelo answers nobody"}, {"text": "Brumelo, thank you so much for the quick repair"})


def rows(db: Database) -> dict[str, Mention]:
    with db.reading() as session:
        return {str(row.id): row for row in session.scalars(select(Mention))}


def stances(db: Database) -> list[str | None]:
    with db.reading() as session:
        return list(session.scalars(select(Match.stance).order_by(Match.mention_id)))


def test_a_script_is_told_which_rows_stay_and_which_leave_its_list(browser: TestClient, say: Say) -> None:
    one, two = say(*TEXTS)
    sent = {"ids": [one, two], "do": "status:closed", "next": "/?status=new"}
    answer = browser.post("/mentions/act", data=sent, headers=SCRIPT).json()
    assert (set(answer["gone"]), answer["rows"].strip()) == ({one, two}, "")
    again = browser.post("/mentions/act", data={**sent, "ids": [one], "next": "/"}, headers=SCRIPT).json()
    assert (again["gone"], f'id="m-{one}"' in again["rows"]) == ([], True)


def test_several_are_undone_at_once_whatever_each_was_before(browser: TestClient, say: Say, db: Database) -> None:
    one, two = say(*TEXTS)
    browser.post("/mentions/act", data={"ids": one, "do": "status:answered"}, headers=SCRIPT)
    sent = {"ids": [one, two], "do": "status:irrelevant", "next": "/"}
    token = browser.post("/mentions/act", data=sent, headers=SCRIPT).json()["undo"]
    assert {row.status for row in rows(db).values()} == {"irrelevant"}
    assert browser.post("/mentions/undo", data={"undo": token, "next": "/"}, headers=SCRIPT).status_code == 200
    assert {key: row.status for key, row in rows(db).items()} == {one: "answered", two: "new"}


def test_a_stance_that_nobody_had_said_is_the_models_again(
    browser: TestClient, say: Say, brand: Brand, db: Database
) -> None:
    [one] = say(TEXTS[0])
    before = stances(db)
    for said in ("promoter", "detractor", "passive"):
        sent = {"one": f"{one}:stance:{said}:{brand.id}", "next": "/"}
        token = browser.post("/mentions/act", data=sent, headers=SCRIPT).json()["undo"]
        assert stances(db) == [said]
        browser.post("/mentions/undo", data={"undo": token}, headers=SCRIPT)
        assert stances(db) == before


def test_without_a_script_the_page_comes_back_with_its_filters_and_an_undo(
    browser: TestClient, say: Say, db: Database
) -> None:
    [one] = say(TEXTS[0])
    page = browser.post("/mentions/act", data={"one": f"{one}:status:closed", "next": "/?status=new&q=brumelo"})
    assert page.url.params["status"] == "new"
    assert page.url.params["q"] == "brumelo"
    form = re.search(r'action="/mentions/undo".*?name="undo" value="([^"]+)".*?name="next" value="([^"]+)"', page.text)
    assert form
    back = browser.post("/mentions/undo", data={"undo": form[1], "next": form[2].replace("&amp;", "&")})
    assert "Undone: it is as it was before." in back.text
    assert rows(db)[one].status == "new"
    assert f'id="m-{one}"' in back.text


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"do": "status:closed"}, "Select at least one mention."),
        ({"ids": "x", "do": "status:closed"}, "This is not a mention."),
        ({"ids": "0190aaaa-0000-7000-8000-000000000000", "do": "nonsense:1"}, "Choose one of the values offered."),
        ({"ids": "0190aaaa-0000-7000-8000-000000000000", "do": "status:lost"}, "Choose one of the values offered."),
        ({"ids": "0190aaaa-0000-7000-8000-000000000000", "do": "status:closed"}, "There is no such mention."),
    ],
)
def test_what_cannot_be_done_is_told_in_words(
    browser: TestClient, brand: Brand, sent: dict[str, Any], why: str
) -> None:
    answer = browser.post("/mentions/act", data=sent, headers=SCRIPT)
    assert answer.status_code in (404, 422)
    assert answer.json() == {"why": why}


STORY = "Brumelo recalls its machines after the update of spring, says the maker in a note to the press of this morning"


def test_all_of_a_list_is_changed_as_it_was_when_it_was_shown_and_undone_at_once(
    browser: TestClient, say: Say, db: Database
) -> None:
    one, two = say(*TEXTS)
    at = datetime.now(UTC).isoformat()
    [late] = say({"text": "Brumelo came up once more in the meantime", "external_id": "late"})
    sent = {"ids": one, "all": "1", "at": at, "do": "status:closed", "next": "/?status=new"}
    answer = browser.post("/mentions/act", data=sent, headers=SCRIPT).json()
    assert answer["total"] == 2
    assert {key: row.status for key, row in rows(db).items()} == {one: "closed", two: "closed", late: "new"}
    browser.post("/mentions/undo", data={"undo": answer["undo"]}, headers=SCRIPT)
    assert {row.status for row in rows(db).values()} == {"new"}


def test_what_repeats_a_mention_goes_with_it(browser: TestClient, say: Say, db: Database) -> None:
    ids = say(*({"text": STORY, "url": f"https://forum.example/{n}"} for n in range(3)), TEXTS[0])
    sent = {"ids": ids[0], "stories": "1", "do": "tags:", "tags": "recall, press", "next": "/"}
    assert browser.post("/mentions/act", data=sent, headers=SCRIPT).json()["total"] == 3
    assert sorted(row.tags for row in rows(db).values()) == [[], *[["recall", "press"]] * 3]


def test_an_undo_that_is_none_is_refused(browser: TestClient, brand: Brand) -> None:
    answer = browser.post("/mentions/undo", data={"undo": "nonsense"}, headers=SCRIPT)
    assert answer.status_code in (404, 422)
