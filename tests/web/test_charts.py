"""Charts as data: what is drawn, and the table that says the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import sqrt

import pytest

from alerts.base import Explanation, HourCounts
from app.web.charts import Usual, label, observed_against_expected, spark
from app.web.language import Tongue, zone

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ENGLISH, FRENCH = Tongue("en", zone("UTC"), NOW), Tongue("fr", zone("Europe/Paris"), NOW)
HOURS = [
    HourCounts(NOW, 20, 10, detractors=4),
    HourCounts(NOW + timedelta(hours=1)),
    HourCounts(NOW + timedelta(hours=2), 9, 5),
]
RANG = Explanation(
    observed=4, expected=24.0, total=15, share=0.3, usual_share=None, window_hours=12, since=NOW, counted="detractors"
)


@pytest.mark.parametrize(
    ("explanation", "usual"),
    [
        (None, Usual()),
        (replace(RANG, usual_share=0.2), Usual(share=0.2, level=2.0)),
        (RANG, Usual(level=2.0)),
        (replace(RANG, window_hours=0), Usual(level=24.0)),
        (replace(RANG, expected=0), Usual()),
        (replace(RANG, expected=None), Usual()),
    ],
)
def test_what_is_usual_is_said_for_one_hour(explanation: Explanation | None, usual: Usual) -> None:
    assert Usual.of(explanation) == usual


@pytest.mark.parametrize(
    ("usual", "expected", "deviation"),
    [
        (Usual(), None, 0.0),
        (Usual(level=4.0), 4.0, 2.0),
        (Usual(share=0.25), 2.5, sqrt(10 * 0.25 * 0.75)),
        (Usual(share=0.0, level=4.0), 0.0, 0.0),
    ],
)
def test_a_share_counts_before_a_level(usual: Usual, expected: float | None, deviation: float) -> None:
    assert usual.expected_in(HOURS[0]) == expected
    assert usual.deviation(HOURS[0]) == pytest.approx(deviation)


def test_a_band_of_two_deviations_lies_around_the_usual_level_and_never_under_zero() -> None:
    spec = observed_against_expected(ENGLISH, HOURS, NOW, replace(RANG, expected=12.0)).spec
    assert spec["lines"][0]["data"] == [1.0, 1.0, 1.0]
    assert (spec["band"]["low"], spec["band"]["high"]) == ([0.0] * 3, [3.0] * 3)


def test_where_nothing_is_usual_only_what_was_counted_is_drawn() -> None:
    spec = observed_against_expected(ENGLISH, HOURS, NOW, None).spec
    assert (spec["lines"], "band" in spec) == ([], False)
    assert spec["bars"] == [{"name": "Detractors", "tone": "detractor", "data": [4, 0, 0]}]


def test_a_rule_that_counts_all_mentions_is_drawn_with_stories() -> None:
    chart = observed_against_expected(ENGLISH, HOURS, NOW, replace(RANG, counted="mentions"))
    assert chart.spec["bars"] == [{"name": "Stories", "tone": "accent", "data": [10, 0, 5]}]
    assert chart.heads == ("Hour", "Stories", "Usual level", "Stories in total")


def test_the_table_leaves_out_hours_without_stories() -> None:
    chart = observed_against_expected(FRENCH, HOURS, NOW, RANG)
    assert chart.rows == [
        ("22 nov. 10:00", "4", "2", "10"),
        ("22 nov. 12:00", "0", "2", "5"),
    ]


@pytest.mark.parametrize(
    ("since", "shaded"), [(NOW, 0), (NOW + timedelta(minutes=30), 1), (NOW + timedelta(hours=3), None)]
)
def test_the_chart_is_shaded_from_the_first_hour_that_began_since(since: datetime, shaded: int | None) -> None:
    assert observed_against_expected(ENGLISH, HOURS, since, RANG).spec["from"] == shaded


@pytest.mark.parametrize(
    ("tongue", "by", "text"),
    [
        (ENGLISH, "hour", "22 Nov 09:00"),
        (FRENCH, "hour", "22 nov. 10:00"),
        (ENGLISH, "day", "Nov 22"),
        (FRENCH, "week", "22 nov."),
        (ENGLISH, "month", "Nov 2026"),
    ],
)
def test_a_label_is_as_short_as_its_step_allows(tongue: Tongue, by: str, text: str) -> None:
    assert label(tongue, NOW, by) == text


@pytest.mark.parametrize("values", [[], [3], [0, 0, 0]])
def test_a_picture_of_nothing_is_not_drawn(values: list[int]) -> None:
    assert spark(values) is None


def test_a_picture_of_a_series_goes_from_edge_to_edge() -> None:
    assert spark([0, 2, 1], width=20, height=10) == (
        "M0.0 9.0L10.0 1.0L20.0 5.0",
        "M0.0 9.0L10.0 1.0L20.0 5.0L20.0 10.0L0 10.0Z",
    )
