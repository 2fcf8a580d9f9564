"""The filters of a feed as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError

from app.problems import Problem
from app.queries.feed import FeedFilter
from app.queries.wanted import Wanted, check_no_null, filter_of
from tests.rows import NOW

ONE = "01920000-0000-7000-8000-000000000001"


def read(**filters: object) -> Wanted:
    return Wanted.model_validate_json(json.dumps(filters), strict=True)


def test_a_single_value_may_stand_for_a_list_of_one() -> None:
    assert read(brand=ONE, stance="unsure", status=["new"], language="FR") == read(
        brand=[ONE], stance=["unsure"], status="new", language=["FR"]
    )
    found = filter_of(read(brand=ONE, stance="unsure", language="FR"), NOW)
    assert found == FeedFilter(brands=(UUID(ONE),), stances=("unsure",), languages=("fr",))


def test_times_are_those_of_an_address_and_days_count_back_from_now() -> None:
    found = filter_of(read(**{"from": "2026-11-01", "to": "2026-11-02T10:00:00+02:00"}), NOW)
    assert (found.since, found.until) == (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, 8, tzinfo=UTC))
    assert filter_of(read(days=7), NOW).since == NOW - timedelta(days=7)


@pytest.mark.parametrize(
    "filters", [{"brand": "x"}, {"colour": "red"}, {"stance": "glad"}, {"days": 0}, {"from": "soon"}, {"sort": "size"}]
)
def test_what_means_nothing_is_refused(filters: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        read(**filters)


def test_what_is_stored_reads_back_as_the_same() -> None:
    wanted = read(**{"brand": ONE, "from": "2026-11-01T00:00:00Z", "q": "a", "folded": True, "author": None})
    assert wanted.stored() == {"brand": [ONE], "from": "2026-11-01T00:00:00Z", "q": "a", "folded": True}
    assert filter_of(read(**wanted.stored()), NOW) == filter_of(wanted, NOW)


def test_a_null_character_is_refused_at_its_field() -> None:
    with pytest.raises(Problem) as refused:
        filter_of(read(q="a\x00"), NOW)
    assert refused.value.errors[0].field == "q"
    check_no_null("q", None, "plain")
