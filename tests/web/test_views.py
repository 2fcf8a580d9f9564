"""Saved views: their links, their counts, the page that saves and removes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.queries.views import GIVEN
from app.queries.wanted import Wanted
from app.web.views import GIVEN as NAMES
from app.web.views import filters_of_query, query_of

Say = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("filters", "query"),
    [
        ({"stance": ["detractor"], "unanswered": True, "folded": True}, {"stance": "detractor", "unanswered": "1"}),
        ({"assignee": "me", "days": 7}, {"assignee": "me", "period": "7"}),
        ({"q": "panne", "from": "2026-11-01T00:00:00Z", "days": 5}, {"q": "panne", "from": "2026-11-01T00:00:00Z"}),
        ({"platform": []}, {}),
    ],
)
def test_the_filters_of_a_view_are_an_address(filters: dict[str, Any], query: dict[str, str]) -> None:
    assert query_of(filters) == query


def test_an_address_becomes_filters_that_can_be_kept() -> None:
    found = filters_of_query("/?stance=detractor&tag=sav&period=30&overdue=1&after=x&status=")
    assert found == {"stance": "detractor", "tag": "sav", "days": 30, "overdue": True, "folded": True}
    assert Wanted.model_validate(found).stored()["tag"] == ["sav"]
    assert filters_of_query("/?copies=1") == {}


def test_each_given_view_has_a_name_to_translate() -> None:
    assert {code: name for code, (name, _) in GIVEN.items()} == NAMES


def test_a_view_is_saved_from_a_list_counted_and_removed(browser: TestClient, say: Say) -> None:
    say({"text": "Brumelo, never again", "author": "Ana"}, {"text": "Brumelo, thank you", "author": "Ben"})
    back = "/?author=Ana"
    page = browser.get("/views", params={"next": back}).text
    assert 'value="/?author=Ana"' in page
    refused = browser.post("/views", data={"name": "", "next": back})
    assert refused.status_code == 422
    saved = browser.post("/views", data={"name": "D’Ana", "next": back})
    assert saved.status_code == 200
    menu = browser.get("/views/menu", params={"here": "author=Ana"}).text
    assert menu.count("<li>") == 5
    line = next(part for part in menu.split("<li>") if "D’Ana" in part)
    assert 'aria-current="true"' in line
    assert '<span class="number">1</span>' in line
    path = next(part.split('"')[0] for part in browser.get("/views").text.split('action="') if "/delete" in part[:60])
    browser.post(path, data={"next": "/"})
    assert browser.get("/views/menu").text.count("<li>") == 4


def test_the_list_is_narrowed_by_what_people_do_with_mentions(browser: TestClient, say: Say) -> None:
    say({"text": "Brumelo is slow", "author": "Ana"}, {"text": "Brumelo is quick", "author": "Ben"})
    assert "is quick" not in browser.get("/?author=ana").text
    assert "is slow" in browser.get("/?assignee=none&unanswered=1").text
    mine = browser.get("/?assignee=me").text
    assert "is slow" not in mine
    assert "Assigned to me" in mine
    assert browser.get("/?incident=01920000-0000-7000-8000-000000000000").status_code == 404
