"""What Meta's webhooks of Facebook Pages and Instagram accounts share: entries, each with what changed."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import from_json

from collectors._kit.answers import Part, Text, read
from collectors.base import SourceError

META = "Meta"
OK = 200  # the only status that Meta takes for success: after others it sends again, and ends the subscription


class Entry(Part):
    id: Text = ""
    time: Text = ""
    changes: Annotated[list[Any], BeforeValidator(lambda value: value if isinstance(value, list) else [])] = Field([])


class Sent(Part):
    entry: Annotated[list[Entry], Field(max_length=1_000)]


def changes_of(body: bytes, account: str) -> list[Any]:
    """What changed on our Page or account, each with the `time` of its entry. Raises SourceError.

    One app tells us of all its accounts.
    """
    try:
        told = read(Sent, from_json(body), META)
    except (ValueError, RecursionError):
        raise SourceError("what {host} sent is not JSON", host=META) from None
    return [
        {"time": entry.time, **change} if isinstance(change, dict) else change
        for entry in told.entry
        if entry.id in ("", account)
        for change in entry.changes
    ]
