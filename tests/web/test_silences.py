"""The pages of silences."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.actions import rules
from app.db import Database
from app.models import Brand, Silence
from app.problems import Problem
from app.services import Services
from app.viewer import Viewer
from app.web.silences import fields_of, moment_of, query_for
from tests.api.things import opened

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)
FORM = {"brand_id": "", "kind": "", "q": "", "starts_at": "", "lasting": "24", "until": "", "reason": "A sale"}


@pytest.mark.parametrize(
    ("typed", "fold", "utc"),
    [
        ("2026-01-15T09:30", 0, "2026-01-15T08:30"),
        ("2026-07-15T09:30", 0, "2026-07-15T07:30"),
        ("2026-10-25T02:30", 0, "2026-10-25T00:30"),
        ("2026-10-25T02:30", 1, "2026-10-25T01:30"),
        ("2026-03-29T02:30", 0, "2026-03-29T01:30"),
    ],
    ids=["winter", "summer", "the first of an hour shown twice", "the second", "an hour that is skipped"],
)
def test_a_time_is_read_in_the_zone_of_whoever_typed_it(typed: str, fold: int, utc: str) -> None:
    found = moment_of(typed, PARIS, "until", fold=fold)
    assert found is not None
    assert found.astimezone(UTC) == datetime.fromisoformat(f"{utc}+00:00")


def test_a_day_of_silence_lasts_24_hours_also_when_the_clocks_change() -> None:
    fields = fields_of({**FORM, "starts_at": "2026-03-28T20:00"}, PARIS, NOW)
    assert fields["starts_at"].astimezone(UTC) == datetime(2026, 3, 28, 19, tzinfo=UTC)
    assert fields["until"].astimezone(UTC) == datetime(2026, 3, 29, 19, tzinfo=UTC)
    assert fields_of(FORM, PARIS, NOW)["until"] == NOW + timedelta(days=1)
    for wrong in ({"lasting": "until"}, {"lasting": "until", "until": "soon"}, {"starts_at": "then"}):
        with pytest.raises(Problem):
            fields_of({**FORM, **wrong}, PARIS, NOW)


@pytest.mark.parametrize(
    ("field", "value", "query"),
    [
        ("author:", "ana", "author:ana"), ("author:", "Ana Lopez", 'author:"Ana Lopez"'),
        ("site:", "forum.example.com", "site:forum.example.com"), ("site:", "", ""),
        ("", 'the "sale" begins', '"the sale begins"'), ("", "…", ""),
    ],
)  # fmt: skip
def test_what_is_offered_to_be_silenced_is_a_query_that_can_be_read(field: str, value: str, query: str) -> None:
    assert " ".join(query_for(field, value).split()) == query


def test_everything_is_paused_in_one_click_and_the_banner_ends_it(browser: TestClient, db: Database) -> None:
    page = browser.get("/alerts")
    assert "Pause everything for an hour" in page.text
    page = browser.post("/alerts/silences/pause")
    assert "Alerts are paused" in page.text
    assert "Pause everything for an hour" not in page.text
    for path in ("/alerts", "/alerts/rules", "/alerts/silences", "/alerts/silences/new"):
        assert "Alerts are paused" in browser.get(path).text, path
    assert "Alerts are paused" not in browser.get("/sources").text
    page = browser.post("/alerts/silences/resume", data={"next": "/alerts/rules"})
    assert page.url.path == "/alerts/rules"
    assert "Alerts are paused" not in page.text
    with db.reading() as session:
        row = session.scalars(select(Silence)).one()
    assert row.until - row.starts_at == timedelta(hours=1)
    assert row.ended_by == "ana@example.com"


def test_a_silence_is_made_from_an_incident_shown_and_ended(
    browser: TestClient, brand: Brand, services: Services, viewer: Viewer, db: Database
) -> None:
    with services.db.writing() as session:
        new = rules.NewRule(name="Too many", brand_id=brand.id, kind="threshold")
        rule = rules.create(session, viewer, new, services.jobs).id
    incident = opened(db, viewer.workspace_id, rule, brand.id)
    form = browser.get(f"/alerts/silences/new?incident={incident}").text
    assert f'<option value="{brand.id}" selected>' in form
    assert '<option value="threshold" selected>' in form
    sent = {**FORM, "brand_id": str(brand.id), "kind": "threshold"}
    asked = browser.post("/alerts/silences/new", data={**sent, "preview": "1", "reason": ""}).text
    assert "It would have kept back 0 messages about 1 incident." in asked
    wrong = browser.post("/alerts/silences/new", data={**sent, "reason": "", "q": "the sale"})
    assert wrong.status_code == 422
    assert 'value="the sale"' in wrong.text
    page = browser.post("/alerts/silences/new", data=sent)
    assert "The silence is set. It ends by itself." in page.text
    with db.reading() as session:
        row = session.scalars(select(Silence)).one()
    assert "A sale" in browser.get(f"/alerts/silences/{row.id}").text
    assert "The silence is over." in browser.post(f"/alerts/silences/{row.id}/end").text
    assert browser.post(f"/alerts/silences/{row.id}/end").status_code == 409
    assert browser.get(f"/alerts/silences/{UUID(int=7)}").status_code == 404


def test_a_mention_offers_its_author_its_site_and_its_words(
    browser: TestClient, brand: Brand, say: Callable[..., list[str]]
) -> None:
    [mention] = say({"text": "brumelo broke down again", "author": "ana", "url": "https://forum.example.com/1"})
    page = browser.get(f"/alerts/silences/new?mention={mention}").text
    assert f'<option value="{brand.id}" selected>' in page
    assert 'value="author:ana"' in page
    assert "site%3Aforum.example.com" in page
    assert "%22brumelo+broke+down+again%22" in page
