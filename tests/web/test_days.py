"""The days that a list of mentions is divided into."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.web.days import by_day, name_of
from app.web.language import Code, Tongue

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def tongue(code: Code = "en", zone: str = "Europe/Paris") -> Tongue:
    return Tongue(code, ZoneInfo(zone), NOW)


def view(*moment: int) -> Any:
    return SimpleNamespace(mention=SimpleNamespace(published_at=datetime(*moment, tzinfo=UTC)))  # type: ignore[misc,arg-type]


def test_a_day_begins_at_midnight_where_the_reader_is() -> None:
    views = [view(2026, 3, 1, 23, 30), view(2026, 3, 1, 22, 30), view(2026, 2, 3)]
    assert [(one.name, len(one.views)) for one in by_day(views, tongue())] == [
        ("Today", 1), ("Yesterday", 1), ("Tuesday 3 February", 1),
    ]  # fmt: skip
    assert [len(one.views) for one in by_day(views, tongue(zone="UTC"))] == [2, 1]


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 3, 2), "Aujourd’hui"), (date(2026, 3, 1), "Hier"), (date(2026, 2, 1), "Dimanche 1er février"),
        (date(2025, 12, 24), "Mercredi 24 décembre 2025"),
    ],
)  # fmt: skip
def test_a_day_is_named_as_people_name_it(day: date, name: str) -> None:
    assert name_of(day, tongue("fr")) == name
