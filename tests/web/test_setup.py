"""The first minutes: a brand, its rule, the sample, and the steps that come back to each other."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import Database
from app.models import AlertRule, Source
from app.queries.overview import Overview
from app.web.setup import step_of


def seen(*, brand: bool = False, source: bool = False, channel: bool = False) -> Overview:
    return Overview(0, 0, has_brand=brand, has_source=source, has_channel=channel, has_sample=False)


@pytest.mark.parametrize(
    ("asked", "done", "step"),
    [
        ("", seen(), "brand"),
        ("ready", seen(), "brand"),
        ("", seen(brand=True), "source"),
        ("alerts", seen(brand=True), "alerts"),
        ("nonsense", seen(brand=True, source=True), "alerts"),
        ("", seen(brand=True, source=True, channel=True), "ready"),
        ("brand", seen(brand=True, source=True, channel=True), "brand"),
    ],
)
def test_what_exists_decides_which_step_comes_next(asked: str, done: Overview, step: str) -> None:
    assert step_of(asked, done) == step


def test_setting_up_a_brand_adds_a_rule_for_negative_buzz(browser: TestClient, db: Database) -> None:
    page = browser.post("/setup/brand", data={"name": "Acme", "query": "acme"})
    assert "Where do people talk about you?" in page.text
    with db.reading() as session:
        assert session.scalars(select(AlertRule.kind)).all() == ["negative_spike"]


def test_a_wrong_query_comes_back_with_what_was_typed(browser: TestClient) -> None:
    page = browser.post("/setup/brand", data={"name": "Acme", "query": "acme AND ("})
    assert page.status_code == 422
    assert 'value="Acme"' in page.text
    assert "acme AND (" in page.text


def test_each_step_offers_the_sample_and_the_way_to_the_others(browser: TestClient) -> None:
    browser.post("/setup/brand", data={"name": "Acme", "query": "acme"})
    for path in ("brand", "source", "alerts", "ready"):
        page = browser.get(f"/setup?step={path}").text
        assert "Explore with sample data" in page
        assert page.count('href="/setup?step=') >= 4
    form = browser.get("/sources/new?collector=rss&from=setup").text
    assert "Explore with sample data" in form
    assert 'aria-current="step"><a href="/setup?step=source"' in form


def test_a_source_added_on_the_way_comes_back_to_its_step(browser: TestClient) -> None:
    browser.post("/setup/brand", data={"name": "Acme", "query": "acme"})
    page = browser.post(
        "/sources/new",
        data={
            "collector": "rss",
            "from": "setup",
            "name": "News",
            "params.url": "https://news.example.org/f",
            "minutes": "60",
        },
    )
    assert str(page.url).endswith("/setup?step=source&done=source-created")
    assert "Continue to the alerts" in page.text


def test_a_key_to_send_with_is_shown_once_with_a_call_that_works(browser: TestClient, db: Database) -> None:
    browser.post("/setup/brand", data={"name": "Acme", "query": "acme"})
    assert "Make a key and show an example" in browser.get("/setup?step=source").text
    page = browser.post("/setup/key").text
    key = re.search(r"vig_\w+", page)
    assert key
    call = html.unescape(re.findall(r"-d &#39;(.*?)&#39;|-d '(.*?)'</code>", page)[0][1])
    sent = TestClient(browser.app, base_url="http://localhost:8000").post(
        "/api/v1/mentions",
        content=call,
        headers={"authorization": f"Bearer {key[0]}", "content-type": "application/json"},
    )
    assert sent.status_code == 202, sent.text
    assert [one["status"] for one in sent.json()["items"]] == ["stored"]
    refused = TestClient(browser.app, base_url="http://localhost:8000").get(
        "/api/v1/mentions", headers={"authorization": f"Bearer {key[0]}"}
    )
    assert refused.status_code == 403
    assert key[0] not in browser.get("/setup?step=source").text


def test_the_sample_comes_and_goes_with_one_click(browser: TestClient, db: Database) -> None:
    assert "Remove the sample data" in browser.post("/sample/load").text
    assert "Remove the sample data" not in browser.post("/sample/remove").text
    with db.reading() as session:
        assert session.scalars(select(Source)).all() == []
