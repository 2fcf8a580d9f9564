"""What an address of the reputation page chooses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from app.queries.bucket_sums import Slant
from app.queries.periods import Period
from app.web.reputation_choice import Choice, as_moment, choice_of, listed

NOW = datetime(2026, 11, 22, 9, 20, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
SOURCE = UUID(int=7)


@pytest.mark.parametrize(
    ("given", "choice"),
    [
        ({}, Choice("30", "week", "stories")),
        ({"period": "365"}, Choice("365", "month", "stories")),
        ({"period": "90", "by": "day", "weight": "reach"}, Choice("90", "day", "reach")),
        ({"period": "31", "by": "hour", "weight": "noise"}, Choice("30", "week", "stories")),
        ({"source": str(SOURCE), "language": "FR"}, Choice("30", "week", "stories", None, None, SOURCE, "fr")),
        ({"source": "x", "language": "<b>"}, Choice("30", "week", "stories")),
        (
            {"from": "2026-11-16", "to": "2026-11-22"},
            Choice("", "day", "stories", date(2026, 11, 16), date(2026, 11, 22)),
        ),
        (
            {"from": "2026-11-20", "to": "2026-11-20", "by": "week"},
            Choice("", "week", "stories", date(2026, 11, 20), date(2026, 11, 20)),
        ),
        ({"from": "2026-11-20", "to": "2026-11-19"}, Choice("30", "week", "stories")),
        ({"from": "2027-01-01", "to": "2027-01-02"}, Choice("30", "week", "stories")),
        ({"from": "2026-11-16", "to": "2026-11-22", "period": "7"}, Choice("7", "day", "stories")),
    ],
)
def test_what_an_address_does_not_choose_or_chooses_wrongly_is_the_usual(given: dict[str, str], choice: Choice) -> None:
    assert choice_of(given, date(2026, 11, 22)) == choice


@pytest.mark.parametrize(("days", "by"), [(1, "hour"), (2, "hour"), (7, "day"), (30, "week"), (200, "month")])
def test_dates_of_ones_own_are_cut_by_their_length(days: int, by: str) -> None:
    first = date(2026, 11, 22) - timedelta(days=days - 1)
    assert choice_of({"from": str(first), "to": "2026-11-22"}, date(2026, 11, 22)).by == by


def test_a_period_ends_now_and_a_day_is_the_readers_own() -> None:
    assert Choice("7", "day", "stories").period(NOW, PARIS) == Period(NOW - timedelta(days=7), NOW, "day")
    own = Choice("", "day", "stories", date(2026, 11, 20), date(2026, 11, 21)).period(NOW, PARIS)
    assert own.since == datetime(2026, 11, 19, 23, tzinfo=UTC)
    assert own.until == datetime(2026, 11, 21, 23, tzinfo=UTC)
    assert Choice("", "day", "stories", date(2026, 11, 20), date(2026, 11, 25)).period(NOW, PARIS).until == NOW


def test_a_choice_survives_its_own_address() -> None:
    for choice in (
        Choice("90", "day", "reach", None, None, SOURCE, "fr"),
        Choice("", "day", "stories", date(2026, 11, 1), date(2026, 11, 20)),
    ):
        assert choice_of(choice.parameters(), date(2026, 11, 22)) == choice
    assert Choice("90", "day", "reach", None, None, SOURCE, "fr").slant == Slant("reach", (SOURCE,), ("fr",))


def test_a_list_holds_whole_hours_as_the_counts_do() -> None:
    brand = UUID(int=3)
    found = listed(brand, Choice("7", "day", "mentions", language="fr"), NOW - timedelta(days=7), NOW)
    assert found == {
        "brand": str(brand), "from": "2026-11-15T09:00Z", "to": "2026-11-22T10:00Z", "language": "fr", "copies": "1",
    }  # fmt: skip
    assert as_moment(datetime(2026, 11, 22, 10, tzinfo=PARIS)) == "2026-11-22T09:00Z"
