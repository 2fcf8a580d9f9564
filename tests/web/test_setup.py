"""The first minutes: a brand, its rule, the sample."""

from __future__ import annotations

from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import Database
from app.models import AlertRule, Source


def test_setting_up_a_brand_adds_a_rule_for_negative_buzz(browser: TestClient, db: Database) -> None:
    page = browser.post("/setup/brand", data={"name": "Acme", "query": "acme"})
    assert "Where do people talk about it?" in page.text
    with db.reading() as session:
        assert session.scalars(select(AlertRule.kind)).all() == ["negative_spike"]


def test_the_sample_comes_and_goes_with_one_click(browser: TestClient, db: Database) -> None:
    assert "Remove the sample data" in browser.post("/sample/load").text
    assert "Remove the sample data" not in browser.post("/sample/remove").text
    with db.reading() as session:
        assert session.scalars(select(Source)).all() == []
