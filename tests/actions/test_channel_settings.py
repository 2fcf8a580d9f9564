"""What a channel may want to hear, and when."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.actions.channel_settings import EVENTS, QuietTimes, in_order


def test_events_stand_once_and_in_their_usual_order() -> None:
    assert in_order(["resolved", "opened", "resolved"]) == ["opened", "resolved"]
    assert in_order(EVENTS) == list(EVENTS)


@pytest.mark.parametrize(("start", "end"), [("22:00", "22:00"), ("24:00", "07:00"), ("22:00", "7")])
def test_quiet_hours_that_cannot_be_are_refused(start: str, end: str) -> None:
    with pytest.raises(ValidationError):
        QuietTimes(start=start, end=end)
    assert QuietTimes(start="22:00", end="07:00").timezone is None
