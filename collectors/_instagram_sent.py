"""What Meta sends about an Instagram account (webhooks `mentions` and `comments`): ids to look up."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from ._answers import Part, Text, each
from ._facebook_sent import META, changes_of
from ._instagram import Of
from .base import Json, Received

COMMENTS = ("comments", "live_comments")


class Value(Part):
    """A comment under our own media has an `id`, a mention elsewhere a `media_id` and perhaps a `comment_id`."""

    id: Text = ""
    media: Annotated[Of, BeforeValidator(lambda value: value if isinstance(value, dict) else {})] = Of()
    media_id: Text = ""
    comment_id: Text = ""


class Change(Part):
    field: str
    value: Value


def received(body: bytes, account: str) -> Received:
    """What a request about this account brings. Raises SourceError."""
    inbox: dict[str, Json] = {}

    def taken(change: Change) -> None:
        if ask := _to_ask(change):
            inbox[f"{ask}"] = ask

    _, broken = each(Change, changes_of(body, account), taken, META)
    return Received(inbox=tuple(inbox.values()), broken=broken)


def _to_ask(change: Change) -> dict[str, Json]:
    value = change.value
    if change.field in COMMENTS and value.id:
        return {"comment": value.id, "media": value.media.id, "where": "own"}
    if change.field == "mentions" and value.comment_id:
        return {"comment": value.comment_id, "media": value.media_id}
    return {"media": value.media_id} if change.field == "mentions" and value.media_id else {}
