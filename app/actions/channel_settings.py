"""What a channel is told, when and how much of it: the fields that forms and the API share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, get_args

from pydantic import AfterValidator, Field, model_validator

from alerts.base import Why
from app.actions.fields import Fields, TimeZone

EVENTS: tuple[Why, ...] = get_args(Why)


def in_order(given: Sequence[Why]) -> list[Why]:
    """The events without repetition, in their usual order."""
    return [why for why in EVENTS if why in given]


Events = Annotated[
    list[Why],
    Field(min_length=1, max_length=20, description="The reasons of which it is told."),
    AfterValidator(in_order),
]
PerHour = Annotated[
    int,
    Field(ge=1, le=1000, description="What comes beyond waits, and the next message says for how many it stands."),
]
LinkOnly = Annotated[bool, Field(description="No author and no text leaves: only figures and the link.")]


class QuietTimes(Fields):
    """From `start` to `end` of every day (HH:MM) its messages wait; afterwards they are sent. Without a `timezone`, in
    that of the channel."""

    start: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    end: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    timezone: TimeZone | None = None

    @model_validator(mode="after")
    def _not_empty(self) -> QuietTimes:
        if self.start == self.end:
            raise ValueError("quiet hours start and end at the same time")
        return self
