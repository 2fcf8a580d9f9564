"""What will be used of a budget at the end of its period."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.pipeline.gather.meters import Period
from app.queries.usage import UsageView, _runs_out, forecast

DAY = timedelta(days=1)


def test_a_forecast_follows_the_pace_since_the_period_or_the_source_began() -> None:
    march = Period(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
    long_ago = datetime(2025, 1, 1, tzinfo=UTC)
    tenth = datetime(2026, 3, 11, tzinfo=UTC)
    assert forecast(100, march, long_ago, tenth) == pytest.approx(310)
    assert forecast(100, march, tenth - 5 * DAY, tenth) == pytest.approx(100 + 100 / 5 * 21)
    assert forecast(0, march, long_ago, tenth) == 0
    assert forecast(100, march, long_ago, march.starts_at + timedelta(hours=14)) is None
    assert forecast(100, march, tenth - timedelta(hours=2), tenth) is None


MARCH = Period(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
TENTH = datetime(2026, 3, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("units", "limit", "ahead", "after"),
    [
        (100, 310, 310.0, None),
        (100, 200, None, None),
        (200, 200, 400.0, None),
        (100, 205, 310.0, 10.5 * DAY),
        (0, 100, 210.0, 10 * DAY),
    ],
    ids=["just enough", "too early", "used up already", "half of the rest", "before its end"],
)
def test_a_budget_runs_out_when_the_pace_meets_its_limit(
    units: int, limit: int, ahead: float | None, after: timedelta | None
) -> None:
    found = _runs_out(units, limit, ahead, MARCH, TENTH)
    assert found == (None if after is None else TENTH + after)


def view(used: float, limit: float, period: str = "month") -> UsageView:
    return UsageView("m", {"en": "calls"}, period, used, limit, TENTH, TENTH, None, None, TENTH)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (view(79, 100), None),
        (view(80, 100), "80% of what it may use this month is used up"),
        (view(250, 100), "100% of what it may use this month is used up"),
        (view(9, 10, "day"), "90% of what it may use today is used up"),
        (view(0, 0), "100% of what it may use this month is used up"),
    ],
)
def test_a_warning_comes_from_four_fifths_on(given: UsageView, text: str | None) -> None:
    assert (str(given.warning) if given.warning else None) == text
