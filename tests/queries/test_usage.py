"""What will be used of a budget at the end of its period."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.pipeline.gather.meters import Period
from app.queries.usage import forecast

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
