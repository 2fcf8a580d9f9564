"""Where alerts go."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from alerts.channels import all_channels
from app.actions import channels as actions
from app.api.deps import Id, IfMatch, Now, Paged, Reader, Reading, Served, Writer, Writing, ident
from app.api.route import Route
from app.api.schemas import Out, Page, page_of
from app.models import Channel
from app.queries.channels import channel, channels
from app.queries.paging import page_by_name

router = APIRouter(prefix="/api/v1", tags=["channels"], route_class=Route)


class ChannelKindOut(Out):
    """One kind of channel. `title` and `help` are {"en": …, "fr": …}."""

    kind: str
    title: dict[str, str]
    help: dict[str, str]
    params: dict[str, Any] = Field(description="JSON Schema of a channel's params; `writeOnly` ones are secrets.")


class ChannelOut(Out):
    """A place alerts go to. Secrets are never shown."""

    id: UUID
    kind: str
    name: str
    params: dict[str, Any]
    has_secret: bool
    language: str
    timezone: str
    events: list[str]
    quiet_hours: dict[str, Any] | None
    max_per_hour: int | None
    link_only: bool
    enabled: bool
    disabled_reason: str | None
    last_sent_at: datetime | None
    last_error: str | None
    created_at: datetime
    updated_at: datetime
    version: int


class NewChannelOut(ChannelOut):
    """A new channel. `secret` was generated for it, and is shown only this once."""

    secret: str | None


class TestOut(Out):
    """Whether the test message was accepted, and if not, why."""

    delivered: bool
    detail: str


def channel_out(row: Channel) -> ChannelOut:
    """A channel as it is answered."""
    return ChannelOut(
        id=row.id,
        kind=row.kind,
        name=row.name,
        params=row.params,
        has_secret=row.secrets is not None,
        language=row.language,
        timezone=row.timezone,
        events=row.events,
        quiet_hours=row.quiet_hours,
        max_per_hour=row.max_per_hour,
        link_only=row.link_only,
        enabled=row.enabled,
        disabled_reason=row.disabled_reason,
        last_sent_at=row.last_sent_at,
        last_error=row.last_error,
        created_at=row.created_at,
        updated_at=row.updated_at,
        version=row.version,
    )


@router.get("/channels")
def list_channels(viewer: Reader, session: Reading, page: Paged) -> Page[ChannelOut]:
    """The channels, oldest first."""
    return page_of(channels(session, viewer, page.after, page.limit), channel_out)


@router.get("/channels/kinds")
def list_channel_kinds(viewer: Reader, page: Paged) -> Page[ChannelKindOut]:  # noqa: ARG001 - the scope is declared so
    """Every kind of channel, and the params it takes."""
    return page_of(
        page_by_name(all_channels(), "channel kinds", page.after, page.limit),
        lambda declared: ChannelKindOut(
            kind=declared.kind,
            title=dict(declared.title),
            help=dict(declared.help),
            params=declared.params.model_json_schema(),
        ),
    )


@router.post("/channels", status_code=201)
def create_channel(new: actions.NewChannel, viewer: Writer, session: Writing, services: Served) -> NewChannelOut:
    """Adds a channel. A webhook without a secret gets one, shown in this answer only."""
    made = actions.create(session, viewer, new, services)
    return NewChannelOut(**dict(channel_out(made.channel)), secret=made.secret)


@router.get("/channels/{channel_id}")
def get_channel(channel_id: Id, viewer: Reader, session: Reading) -> ChannelOut:
    """One channel."""
    return channel_out(channel(session, viewer, ident(channel_id, "channel")))


@router.patch("/channels/{channel_id}")
def change_channel(
    channel_id: Id,
    changes: actions.ChannelChanges,
    viewer: Writer,
    session: Writing,
    services: Served,
    if_match: IfMatch,
) -> ChannelOut:
    """Changes a channel. New params replace the old ones, except secrets left out."""
    row = actions.lock(session, viewer, ident(channel_id, "channel"))
    if_match.check(row.version)
    return channel_out(actions.update(session, viewer, row.id, changes, services))


@router.delete("/channels/{channel_id}", status_code=204)
def delete_channel(channel_id: Id, viewer: Writer, session: Writing, if_match: IfMatch) -> None:
    """Removes a channel, and takes it out of the rules that use it."""
    row = actions.lock(session, viewer, ident(channel_id, "channel"))
    if_match.check(row.version)
    actions.delete(session, viewer, row.id)


@router.post("/channels/{channel_id}/test", openapi_extra={"x-costly": True})
def test_channel(channel_id: Id, viewer: Writer, services: Served, now: Now) -> TestOut:
    """Sends a test message now, and says whether it was accepted."""
    error = actions.send_test(services, viewer, ident(channel_id, "channel"), now).error
    return TestOut(delivered=error is None, detail=error or "The test message was accepted.")
