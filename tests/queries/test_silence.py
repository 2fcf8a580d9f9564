"""When a source that reads well counts as silent."""

from __future__ import annotations

from datetime import timedelta

from app.queries.silence import patience

DAY = timedelta(days=1)


def test_patience_is_a_day_at_least() -> None:
    hour = timedelta(hours=1)
    assert patience(hour, hour) == DAY
    assert patience(5 * hour, 10 * hour) == 40 * hour
    assert patience(hour, 60 * hour) == 90 * hour
