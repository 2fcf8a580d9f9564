"""One cell of a file: its day and hour, its number, its zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from app.pipeline.files.cells import Unread, count_of, date_of, order_of_dates, with_clock, zone_said

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("title", "hours"),
    [
        ("Date (GMT)", 0),
        ("Submit Date (UTC)", 0),
        ("review_created_utc", 0),
        ("Heure UTC+2", 2),
        ("time (UTC -03:30)", -3.5),
        ("Date", None),
        ("Date (Europe/Paris)", None),
        ("GMTools", None),
        ("UTC+99", None),
    ],
)
def test_a_title_may_say_the_zone_of_its_dates(title: str, hours: float | None) -> None:
    expected = PARIS if hours is None else timezone(timedelta(hours=hours))
    assert zone_said(title, PARIS) == expected


@pytest.mark.parametrize(
    ("day", "clock", "moment"),
    [
        ("20/11/2026", "14:05", "20/11/2026 14:05"),
        ("20/11/2026", "9", "20/11/2026 9:00"),
        ("20/11/2026 08:00", "14:05", "20/11/2026 08:00"),
        ("20/11/2026", None, "20/11/2026"),
        (datetime(2026, 11, 20, tzinfo=UTC), "14:05", "2026-11-20 14:05"),
        (datetime(2026, 11, 20, 8, tzinfo=UTC), "14:05", datetime(2026, 11, 20, 8, tzinfo=UTC)),
    ],
)
def test_a_day_takes_its_hour_from_another_cell_unless_it_has_one(
    day: str | datetime, clock: str | None, moment: str | datetime
) -> None:
    assert with_clock(day, clock) == moment


@pytest.mark.parametrize(
    ("rows", "order"),
    [
        ([{"date": "03/04/2026"}], "day first"),
        ([{"date": "03/04/2026"}, {"date": "11/24/2026"}], "month first"),
        ([{"date": "24/11/2026"}, {"date": "11/24/2026"}], None),
        ([{"date": "03/04/2026 3:05 PM"}], None),
        ([{"date": "03/04/2026", "time": "3:05 PM"}], None),
        ([{"date": "03/04/2026", "time": "15:05"}], "day first"),
        ([{}, {"date": None}, {"date": 46_345}], "day first"),
    ],
)
def test_the_dates_of_all_rows_decide_which_number_comes_first(
    rows: list[dict[str, str | int | None]], order: str | None
) -> None:
    assert order_of_dates(rows) == order


def test_a_number_of_days_is_the_day_that_a_spreadsheet_means() -> None:
    assert date_of(46_345.5, UTC, "day first") == datetime(2026, 11, 19, 12, tzinfo=UTC)
    assert date_of("", UTC, "day first") is None
    with pytest.raises(Unread, match="31/11/2026"):
        date_of("31/11/2026", UTC, "day first")


@pytest.mark.parametrize(
    ("written", "count"), [("1,200", 1200), ("1.200", 1200), ("12", 12), ("n/a", None), ("–", None), ("", None)]
)
def test_a_count_may_have_thousands_or_be_missing(written: str, count: int | None) -> None:
    assert count_of("likes", written) == count
