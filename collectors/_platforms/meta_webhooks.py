"""Reads the webhooks of Facebook Pages and Instagram accounts: Meta sends entries, each with a list of changes."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import from_json

from collectors._kit.answers import Part, Text, read
from collectors.base import SourceError

META = "Meta"
OK = 200  # the only status that Meta takes for success: after any other it sends again, then ends the subscription


class Entry(Part):
    id: Text = ""
    time: Text = ""
    changes: Annotated[list[Any], BeforeValidator(lambda value: value if isinstance(value, list) else [])] = Field([])


class WebhookBody(Part):
    entry: Annotated[list[Entry], Field(max_length=1_000)]


def changes_of(body: bytes, account: str) -> list[Any]:
    """The changes of our Page or account, each with the `time` of its entry. Raises SourceError.

    Meta sends an app the changes of all its accounts; those of other accounts are left out.
    """
    try:
        webhook = read(WebhookBody, from_json(body), META)
    except (ValueError, RecursionError):
        raise SourceError("what {host} sent is not JSON", host=META) from None
    return [
        {"time": entry.time, **change} if isinstance(change, dict) else change
        for entry in webhook.entry
        if entry.id in ("", account)
        for change in entry.changes
    ]
