"""A rule tried on the past, under its form."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.actions import accounts
from app.db import Database
from app.models import Brand
from app.viewer import Viewer
from tests.rows import match_row, mention_row, rule_row
from tests.web.conftest import OWN, PASSWORD

PATH = "/alerts/rules/backtest"
PART = {"HX-Request": "true"}


@pytest.fixture
def said(db: Database, brand: Brand) -> datetime:
    """Six detractors in an hour ten days ago, among 40 days. Returns when they were published."""
    at = datetime.now(UTC).replace(minute=1, second=0, microsecond=0) - timedelta(days=10)
    with db.writing() as session:
        for number, each in enumerate([at - timedelta(days=30), *[at] * 6]):
            mention = mention_row(brand.workspace_id, f"broken {number}", each)
            session.add(mention)
            session.flush()
            session.add(match_row(mention, brand, stance="detractor"))
    return at


def typed(brand: Brand, **more: Any) -> dict[str, str]:
    return {
        "kind": "threshold", "name": "Too many", "brand_id": str(brand.id), "params.counted": "detractors",
        "params.measure": "count", "params.limit": "5", "params.window_hours": "2", "params.min_mentions": "1",
        "params.severity": "warning", "severity": "warning", "for_minutes": "0", "repeat_hours": "4", "enabled": "1",
        "quiet_start": "", "quiet_end": "", "days": "30", **more,
    }  # fmt: skip


def test_a_script_gets_the_panel_alone_and_everybody_else_the_form_with_it(
    browser: TestClient, brand: Brand, said: datetime
) -> None:
    part = browser.post(PATH, data=typed(brand), headers=PART)
    assert "<form" not in part.text
    assert "1 alert</strong> in 30 days, about 1 a month" in part.text
    assert "6 negative stories" in part.text
    whole = browser.post(PATH, data=typed(brand, name="Not yet saved"))
    assert 'value="Not yet saved"' in whole.text
    assert "1 alert</strong>" in whole.text


def test_the_mentions_of_a_firing_open_in_the_feed(browser: TestClient, brand: Brand, said: datetime) -> None:
    part = browser.post(PATH, data=typed(brand), headers=PART).text
    address = part.split('href="/?')[1].split('"')[0].replace("&amp;", "&")
    listed = browser.get(f"/?{address}").text
    assert all(f"broken {number}" in listed for number in range(1, 7))
    assert "broken 0" not in listed


def test_a_level_that_is_chosen_fills_the_form(browser: TestClient, brand: Brand, said: datetime) -> None:
    page = browser.post(PATH, data=typed(brand, level="7.5")).text
    assert 'id="params.limit" name="params.limit" type="number" value="7.5"' in page
    assert "0 alerts</strong> in 30 days" in page


def test_what_is_wrong_in_the_form_is_told_where_the_trial_would_be(browser: TestClient, brand: Brand) -> None:
    part = browser.post(PATH, data=typed(brand, **{"params.limit": "-1"}), headers=PART)
    assert part.status_code == 200
    assert "Correct the form above" in part.text
    whole = browser.post(PATH, data=typed(brand, **{"params.limit": "-1"}))
    assert 'aria-invalid="true"' in whole.text


def test_a_brand_without_mentions_has_nothing_to_try_on(browser: TestClient, brand: Brand) -> None:
    assert "Nothing to try it on yet" in browser.post(PATH, data=typed(brand), headers=PART).text


def test_a_saved_rule_is_tried_by_its_address(browser: TestClient, db: Database, brand: Brand, said: datetime) -> None:
    row = rule_row(brand, params={"limit": 5, "window_hours": 2, "min_mentions": 1})
    with db.writing() as session:
        session.add(row)
    address = f"{PATH}?rule_id={row.id}&days=30"
    assert "1 alert</strong>" in browser.get(address, headers=PART).text
    assert "<form" in browser.get(address).text
    assert browser.get(f"{PATH}?rule_id=nothing").status_code == 404
    assert browser.post(PATH, data=typed(brand, rule_id=str(row.id)), headers=PART).status_code == 200


def test_a_reader_sees_the_trial_of_a_saved_rule_and_no_way_to_change_it(
    app: FastAPI, db: Database, viewer: Viewer, brand: Brand, said: datetime
) -> None:
    row = rule_row(brand, params={"limit": 5, "window_hours": 2, "min_mentions": 1})
    with db.writing() as session:
        accounts.create(session, viewer, accounts.NewAccount(email="eve@example.com", password=PASSWORD), "viewer")
        session.add(row)
    reader = TestClient(app, base_url="http://localhost:8000", headers=OWN)
    reader.post("/login", data={"email": "eve@example.com", "password": PASSWORD})
    page = reader.get(f"/alerts/rules/{row.id}").text
    assert f'hx-get="/alerts/rules/backtest?rule_id={row.id}"' in page
    assert "hx-post" not in page
    part = reader.get(f"{PATH}?rule_id={row.id}&days=30", headers=PART).text
    assert "1 alert</strong>" in part
    assert "<button" not in part
    assert reader.post(PATH, data=typed(brand)).status_code == 403
