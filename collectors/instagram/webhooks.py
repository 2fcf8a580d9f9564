"""What Meta sends about an Instagram account (webhooks `mentions` and `comments`): ids to look up."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import BeforeValidator, Field

from collectors._kit.answers import Part, Text, each
from collectors._platforms.meta_webhooks import META, OK, changes_of
from collectors.base import Received
from ground.notice import Json

from .media import MediaReference

LONGEST_WORDS = 1_500
COMMENTS = ("comments", "live_comments")


class Writer(Part):
    username: Text = ""


class Value(Part):
    """A comment under our own media has an `id`, a mention elsewhere a `media_id` and perhaps a `comment_id`."""

    id: Text = ""
    media: Annotated[MediaReference, BeforeValidator(lambda value: value if isinstance(value, dict) else {})] = (
        MediaReference()
    )
    media_id: Text = ""
    comment_id: Text = ""
    text: Text = ""
    parent_id: Text = ""
    writer: Annotated[Writer, BeforeValidator(lambda value: value if isinstance(value, dict) else {})] = Field(
        Writer(), alias="from"
    )


class Change(Part):
    field: str
    value: Value
    time: Text = ""


def receive_changes(body: bytes, account: str) -> Received:
    """The ids to look up in a request about this account. Raises SourceError."""
    inbox: dict[str, Json] = {}

    def collect(change: Change) -> None:
        if look_up := _look_up_of(change):
            inbox[f"{look_up}"] = look_up

    _, broken = each(Change, changes_of(body, account), collect, META)
    return Received(inbox=tuple(inbox.values()), broken=broken, status=OK)


def _look_up_of(change: Change) -> dict[str, Json]:
    value = change.value
    if change.field in COMMENTS and value.id:
        return {"comment": value.id, "media": value.media.id, "where": "own", **_words(value, change.time)}
    if change.field == "mentions" and value.comment_id:
        return {"comment": value.comment_id, "media": value.media_id}
    return {"media": value.media_id} if change.field == "mentions" and value.media_id else {}


def _words(value: Value, at: str) -> dict[str, Json]:
    """The text of a comment and who wrote it, in case it cannot be looked up; nothing where the text is too long."""
    comment = {"text": value.text, "username": value.writer.username, "timestamp": at, "parent_id": value.parent_id}
    fields: dict[str, Json] = {name: part for name, part in comment.items() if part}
    return fields if value.text and len(json.dumps(fields)) <= LONGEST_WORDS else {}
