"""The page of the reputation score: what an address chooses, what is drawn, and the model behind it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.actions.keys import NewKey, create
from app.models import Brand
from app.pipeline.judge.active_model import record
from app.pipeline.keep.aggregate import recount_dirty
from app.queries.periods import Period
from app.queries.reputation import ReputationView
from app.queries.sums import Counts, Point
from app.services import Services
from app.viewer import Viewer
from app.web.language import Tongue, zone
from app.web.reputation import Choice, choice_of, gauge, holds_few, trend, volume
from bench._bert import write
from sentiment.compact import compact
from sentiment.indices import Reputation
from sentiment.scorers import scorer

WIDE = "Nobody has measured how often it is right: its interval is wide"


def test_a_model_that_nobody_measured_is_said_to_be_so(
    browser: TestClient, services: Services, viewer: Viewer, brand: Brand, say: Callable[..., Any], tmp_path: Path
) -> None:
    say(*({"text": f"Brumelo est parfait, merci {n}", "external_id": f"p{n}"} for n in range(5)))
    larger = scorer(str(write(tmp_path / "tiny")))
    with services.db.writing() as session:
        made = create(session, viewer, NewKey(name="test", scopes=["read"]), datetime.now(UTC))
    key = {"Authorization": f"Bearer {made.secret}"}
    pages, answers = [], []
    for model in (compact(), larger):
        with services.db.writing() as session:
            recount_dirty(session, brand.workspace_id, brand.id)
            record(session, model, datetime.now(UTC), services.jobs)
        pages.append(browser.get(f"/reputation?brand={brand.id}").text)
        answers.append(browser.get(f"/api/v1/brands/{brand.id}/reputation", headers=key).json())
    assert f"Model compact {compact().version}." in pages[0]
    assert WIDE not in pages[0]
    assert "estimated from how sure the model is of each" in pages[0]
    assert f"Model tiny {larger.version}." in pages[1]
    assert WIDE in pages[1]
    assert "estimated from how sure the model is of each" not in pages[1]
    assert answers[0]["model"]["measured"]["macro_f1"].keys() == {"all", "en", "fr"}
    assert answers[1]["model"] == {"name": "tiny", "version": larger.version, "measured": None}
    width = [answer["interval"][1] - answer["interval"][0] for answer in answers]
    assert width[1] > 40
    compared = browser.get(f"/api/v1/reputation/compare?brands={brand.id}", headers=key).json()
    assert compared["model"] == answers[1]["model"]
    assert compared["items"][0]["interval"] == answers[1]["interval"]


NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ENGLISH = Tongue("en", zone("UTC"), NOW)


@pytest.mark.parametrize(
    ("given", "choice"),
    [
        ({}, Choice("30", "day", "stories")),
        ({"period": "365"}, Choice("365", "month", "stories")),
        ({"period": "90", "by": "day", "weight": "reach"}, Choice("90", "day", "reach")),
        ({"period": "31", "by": "hour", "weight": "noise"}, Choice("30", "day", "stories")),
    ],
)
def test_what_an_address_does_not_choose_or_chooses_wrongly_is_the_usual(given: dict[str, str], choice: Choice) -> None:
    assert choice_of(given) == choice


def test_a_period_ends_now() -> None:
    assert choice_of({"period": "7"}).period(NOW) == Period(NOW - timedelta(days=7), NOW, "day")


@pytest.mark.parametrize(("score", "place"), [(-100, 0), (0, 130), (100, 260), (None, 130), (150, 260), (-150, 0)])
def test_a_score_stands_on_its_scale(score: float | None, place: float) -> None:
    assert gauge(score, 260) == place


def test_a_trend_leaves_a_period_without_mentions_blank() -> None:
    full = Reputation(90, score=12.345, low=-1.0, high=20.06, raw_score=10.0, voices=60.0)
    points = [
        Point(NOW, full, 9, 9, Counts(4, 2, 3, 5)),
        Point(NOW + timedelta(days=1), Reputation(0), 0, 0, Counts(0, 0, 0)),
    ]
    view = ReputationView(Brand(name="Acme"), points[0], points, None, points[1], "unknown")  # type: ignore[arg-type] # no model is drawn
    chart = trend(ENGLISH, view, "day")
    assert chart.spec["lines"][0]["data"] == [12.3, None]
    assert (chart.spec["band"]["low"], chart.spec["band"]["high"]) == ([-1.0, None], [20.1, None])
    assert chart.rows == [("Nov 22", "+12", "−1 to +20", "+10", "9"), ("Nov 23", "–", "–", "–", "0")]
    assert chart.spec["lines"][0]["hollow"] == [None, None]
    assert [bar["data"] for bar in volume(ENGLISH, view, "day").spec["bars"]] == [[4, 0], [2, 0], [3, 0], [5, 0]]


def point(voices: float | None, score: float = 12.0, raw: float = 10.0) -> Point:
    said = Reputation(9, score, -10.0, 34.0, raw, voices=voices) if voices is not None else Reputation(0)
    return Point(NOW, said, 9, 9, Counts(4, 2, 3))


def test_a_point_of_few_voices_is_hollow_and_one_that_cannot_be_told_has_its_interval_alone() -> None:
    series = [point(12.0), point(9.9), point(30.0, 12.0, -3.0), point(None)]
    view = ReputationView(Brand(name="Acme"), series[0], series, None, series[3], "unknown")  # type: ignore[arg-type] # no model is drawn
    chart = trend(ENGLISH, view, "day")
    assert chart.spec["lines"][0]["data"] == [12.0, None, None, None]
    assert chart.spec["lines"][0]["hollow"] == [None, 12.0, None, None]
    assert chart.spec["band"]["low"] == [-10.0, -10.0, -10.0, None]
    assert [row[1] for row in chart.rows] == ["+12", "+12", "cannot be told yet", "–"]


@pytest.mark.parametrize(
    ("voices", "few"), [([3.0, 4.0, None], True), ([30.0, 4.0], True), ([30.0, 40.0, 4.0, None], False), ([], True)]
)
def test_days_of_few_voices_are_better_shown_by_the_week(voices: list[float | None], few: bool) -> None:
    assert holds_few([point(each) for each in voices]) is few


def test_bars_and_lists_count_the_same_and_the_step_is_the_week_where_days_hold_few(
    browser: TestClient, services: Services, brand: Brand, say: Callable[..., Any]
) -> None:
    say(*({"text": f"Brumelo est parfait, merci {n}", "external_id": f"p{n}"} for n in range(5)))
    with services.db.writing() as session:
        recount_dirty(session, brand.workspace_id, brand.id)
    page = browser.get(f"/reputation?brand={brand.id}").text
    assert "Counted as the lists and the chart show them." in page
    assert re.search(r'by=week[^>]*aria-current="true"', page)
    assert re.search(r'by=day[^>]*aria-current="true"', browser.get(f"/reputation?brand={brand.id}&by=day").text)
    copies = browser.get(f"/reputation?brand={brand.id}&weight=mentions").text
    assert "copies=1" in copies
    assert "copies=1" not in page
