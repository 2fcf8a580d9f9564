"""The page of an incident: its words, its chart, its timeline."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from alerts.base import Explanation
from app.actions import rules
from app.db import Database
from app.models import Brand, IncidentEvent, IncidentRow
from app.services import Services
from app.viewer import Viewer
from app.web.alerts import chart_range, event_in_words, explanation_of
from app.web.language import Tongue, zone
from app.web.page import Visit
from tests.api.things import opened

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("opened_ago", "since_ago", "resolved_ago", "start_ago", "end_ago"),
    [
        (HOUR, None, None, HOUR + 3 * DAY, timedelta()),
        (HOUR, 5 * HOUR, None, 5 * HOUR + 3 * DAY, timedelta()),
        (2 * DAY, None, DAY, 5 * DAY, DAY / 2),
        (HOUR, 30 * DAY, None, HOUR + 14 * DAY, HOUR),
        (30 * DAY, None, 20 * DAY, 33 * DAY, 19.5 * DAY),
        (30 * DAY, None, None, 33 * DAY, 19 * DAY),
    ],
    ids=["fresh", "began before", "over", "began long before", "over for long", "open for long"],
)
def test_the_chart_shows_what_was_before_and_after_and_fourteen_days_at_most(
    opened_ago: timedelta, since_ago: timedelta | None, resolved_ago: timedelta | None,
    start_ago: timedelta, end_ago: timedelta,
) -> None:  # fmt: skip
    row = IncidentRow(
        opened_at=NOW - opened_ago,
        since=None if since_ago is None else NOW - since_ago,
        resolved_at=None if resolved_ago is None else NOW - resolved_ago,
    )
    assert chart_range(row, NOW) == (NOW - start_ago, NOW - end_ago)


def test_an_explanation_in_another_shape_is_left_out() -> None:
    told = Explanation(
        observed=4, expected=1.0, total=9, share=None, usual_share=None, window_hours=6, since=NOW, words=("late",)
    )
    assert explanation_of(asdict(told)) == told
    assert explanation_of({"observed": "many"}) is None
    assert explanation_of({}) is None


ENGLISH = Visit(Request({"type": "http"}), None, Tongue("en", zone("UTC"), NOW), None)  # type: ignore[arg-type] # unused


@pytest.mark.parametrize(
    ("kind", "actor", "details", "words"),
    [
        ("note", "ana", {"text": "called them"}, "called them"),
        ("note", "ana", None, ""),
        ("assigned", "ana", {"assignee": "Léo"}, "Assigned to Léo"),
        ("assigned", "ana", {"assignee": None}, "Assigned to nobody"),
        ("resolved", "ana", {}, "Resolved by a person"),
        ("quiet", "", {"reason": "inhibited"}, "Nothing was sent: another incident already reports it"),
        (
            "quiet",
            "",
            {"reason": "inhibited", "incident": "1", "rule": "Buzz"},
            "Nothing was sent: the open incident of the rule Buzz already reports it",
        ),
    ],
)
def test_a_line_of_the_timeline_says_who_did_what(
    kind: str, actor: str, details: dict[str, Any] | None, words: str
) -> None:
    assert event_in_words(ENGLISH, IncidentEvent(kind=kind, actor=actor, details=details)) == words


def test_what_rang_is_seen_taken_charge_of_and_closed(
    browser: TestClient, db: Database, services: Services, viewer: Viewer, brand: Brand
) -> None:
    with db.writing() as session:
        new = rules.NewRule(name="Too many", brand_id=brand.id, kind="threshold")
        rule = rules.create(session, viewer, new, services.jobs)
    path = f"/alerts/{opened(db, viewer.workspace_id, rule.id, brand.id)}"
    assert path in browser.get("/alerts").text
    assert "You have taken charge of this incident" in browser.post(f"{path}/acknowledge").text
    empty = browser.post(f"{path}/note", data={"text": " "})
    assert empty.status_code == 422
    assert "Write something first." in empty.text
    assert "the rule stays silent" not in browser.get(path).text
    closed = browser.post(f"{path}/resolve").text
    assert "Resolved by a person" in closed
    assert "A person closed it: the rule stays silent until" in closed
    again = browser.post(f"{path}/resolve")
    assert again.status_code == 409
    assert "This incident is over already." in again.text
    assert browser.post(f"{path}/explode").status_code == 404
