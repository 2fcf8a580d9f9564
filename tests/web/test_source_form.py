"""Trying a source before it is saved."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from app.db import Database
from app.models import Brand, Mention, Source
from app.settings import Settings

CLOSED = "127.0.0.1:9"
"""The discard port: allowed to be asked, and nothing listens."""
TAG = '<span class="tag good"><bdi>Brumelo</bdi></span>'


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return Settings(**{**settings.model_dump(), "allowed_private_hosts": (CLOSED,)})


def test_a_trial_shows_what_a_source_brings_and_stores_nothing(browser: TestClient, db: Database, brand: Brand) -> None:
    tried = {"collector": "sample", "try": "1", "minutes": "60", "params.started": "2026-11-02T08:00:00Z"}
    page = browser.post("/sources/new", data=tried)
    assert page.status_code == 200
    assert re.search(r"\b[1-9] of the 20 newest match one of your queries\.", page.text)
    assert 0 < page.text.count(TAG) < 10
    tied = browser.post("/sources/new", data=tried | {"brand_id": str(brand.id)})
    assert "All of them would be kept." in tied.text
    assert tied.text.count(TAG) == 20
    with db.reading() as session:
        assert [session.scalar(select(func.count()).select_from(model)) for model in (Mention, Source)] == [0, 0]


def test_a_source_that_cannot_be_read_says_why_in_the_language_of_the_page(browser: TestClient) -> None:
    tried = {"collector": "rss", "try": "1", "minutes": "60", "params.url": f"http://{CLOSED}/feed"}
    page = browser.post("/sources/new", data=tried, headers={"accept-language": "fr"})
    assert page.status_code == 200
    assert "Lecture impossible" in page.text
    assert "le serveur a refusé la connexion." in page.text.lower()


def test_a_trial_of_an_address_that_is_not_allowed_says_so_at_its_field(browser: TestClient) -> None:
    tried = {"collector": "rss", "try": "1", "minutes": "60", "params.url": "http://10.0.0.1/feed"}
    page = browser.post("/sources/new", data=tried, headers={"accept-language": "fr"})
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text
    assert "Cette adresse n’est pas autorisée." in page.text


def test_an_address_that_may_not_be_read_is_told_beside_its_field(browser: TestClient) -> None:
    data = {"collector": "rss", "name": "Inside", "params.url": "http://169.254.169.254/latest", "minutes": "60"}
    page = browser.post("/sources/new", data=data)
    assert page.status_code == 422
    assert 'id="wrong-params.url"' in page.text


X = {"base_url": "https://api.x.com", "mode": "search", "query": "brumelo", "monthly_budget": 5.0}


def text_of(browser: TestClient, path: str) -> str:
    return " ".join(browser.get(path).text.split())


def test_the_form_of_a_paid_kind_says_that_trying_costs(browser: TestClient) -> None:
    page = text_of(browser, "/sources/new?collector=x")
    assert "The requests it makes to the platform count against the budget" in page
    assert 'name="params.monthly_budget"' in page
    assert "The requests it makes to the platform count against the budget" not in text_of(
        browser, "/sources/new?collector=rss"
    )
    wrong = browser.post("/sources/new", data={"collector": "x", "name": "X", "minutes": "60", "params.mode": "search"})
    assert wrong.status_code == 422
    assert 'id="wrong-params.query"' in wrong.text
    assert 'id="wrong-params.token"' in wrong.text
