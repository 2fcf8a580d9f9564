"""What a push of mentions sends, and the answer to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from app.actions import push as actions
from app.actions.fields import Fields
from app.api.schemas import FieldErrorOut, Out

PUSHED: dict[str, Any] = {
    "type": "object",
    "description": "One mention: " + ", ".join(actions.PushedMention.model_fields) + ". "
    "`external_id`, `text` and `published_at` (with its time zone) are required. Checked one by one.",
    "examples": [
        {
            "external_id": "ticket-4711",
            "url": "https://forum.example.com/t/4711",
            "text": "Acme answered within the hour, I am impressed.",
            "published_at": "2026-11-22T09:30:00Z",
            "platform": "forum",
        }
    ],
}


def _pushed_schema(schema: dict[str, Any]) -> None:
    """A push may send the list alone instead of putting it under `items`."""
    whole = {name: schema.pop(name) for name in [*schema] if name not in ("title", "description")}
    schema["anyOf"] = [whole, dict(whole["properties"]["items"])]


class PushIn(Fields):
    """Up to 1,000 mentions: {"items": […]}, or the list alone."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_pushed_schema)

    items: Annotated[
        list[Annotated[dict[str, Any], Field(json_schema_extra=PUSHED)]],
        Field(min_length=1, max_length=actions.PUSH_MAX),
    ]

    @model_validator(mode="before")
    @classmethod
    def _wrap_list(cls, body: object) -> object:
        return {"items": body} if isinstance(body, list) else body


class PushItemOut(Out):
    """The result of one mention: stored, updated, unchanged, unmatched (no brand is named: not kept) or refused."""

    index: int
    external_id: str
    status: str
    id: UUID | None
    errors: list[FieldErrorOut]


class PushOut(Out):
    """The result of each mention, in the order of the request."""

    stored: int
    updated: int
    items: list[PushItemOut]


def push_out(results: Sequence[actions.PushResult]) -> PushOut:
    """The results of a push as the API shows them."""
    return PushOut(
        stored=sum(result.status == "stored" for result in results),
        updated=sum(result.status == "updated" for result in results),
        items=[PushItemOut.model_validate(result) for result in results],
    )
