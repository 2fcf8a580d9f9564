"""What a workspace watches: brands, sources, and what each poll brought."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    UniqueConstraint,
    event,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column, with_loader_criteria

from .base import Base, Dated, Json, Tenant


class Brand(Tenant, Dated, Base):
    """A brand that is watched. `kind` is own, competitor, product or person.

    A removed brand stays until the job has deleted its mentions. Until then no statement finds it, see
    `leave_out_removed`, but one with the execution option `removed`.
    """

    __tablename__ = "brand"
    __table_args__ = (
        Index("uq_brand_name", "workspace_id", "name", unique=True, postgresql_where=text("removed_at IS NULL")),
        Index("ix_brand_removed", "workspace_id", "id", postgresql_where=text("removed_at IS NOT NULL")),
    )
    name: Mapped[str]
    kind: Mapped[str]
    query: Mapped[str]
    languages: Mapped[list[str]] = mapped_column(server_default="{}")
    colour: Mapped[str]
    competitors: Mapped[list[UUID] | None] = mapped_column(ARRAY(PG_UUID(as_uuid=True)))
    """The ids of the brands that it is compared with; None follows every competitor of the workspace, also those added
    later. An id may be that of a brand that was deleted since."""
    context: Mapped[Json] = mapped_column(server_default="{}")
    """{"any": […], "none": […], "how": "not_collected" or "hidden"}: words it is, and is not, spoken of with."""
    exclude: Mapped[Json] = mapped_column(server_default="{}")
    """{"sites": […], "authors": […], "how": as of `context`}."""
    version: Mapped[int] = mapped_column(server_default="1")
    rematch_requested_at: Mapped[datetime | None]
    """Set when the query must be applied to history again; cleared by the job that has done it."""
    rematch_total: Mapped[int | None]
    """How many stored mentions are to be matched again; None until the job has looked for them."""
    rematch_done: Mapped[int] = mapped_column(server_default="0")
    removed_at: Mapped[datetime | None]
    removal_total: Mapped[int | None]
    """How many mentions are to be taken from a removed brand; None until the job has counted them."""
    removal_done: Mapped[int] = mapped_column(server_default="0")
    first_mention_at: Mapped[datetime | None]
    watched_at: Mapped[datetime | None]
    same_author: Mapped[Json] = mapped_column(server_default="{}")
    """By weight, the chance that two of its mentions are by the same author: see pipeline/tell/voices.py."""
    same_author_at: Mapped[datetime | None]


@event.listens_for(Session, "do_orm_execute")
def leave_out_removed(state: ORMExecuteState) -> None:
    """Leaves removed brands out of whatever is selected, unless the execution option `removed` asks for them."""
    if state.is_select and not state.execution_options.get("removed"):
        state.statement = state.statement.options(WATCHED)


WATCHED = with_loader_criteria(Brand, Brand.removed_at.is_(None), include_aliases=True)


class RematchCandidate(Base):
    """A stored mention that is still to be matched again with the changed query of a brand."""

    __tablename__ = "rematch_candidate"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "brand_id"], ["brand.workspace_id", "brand.id"], ondelete="CASCADE"),
    )
    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    brand_id: Mapped[UUID] = mapped_column(primary_key=True)
    mention_id: Mapped[UUID] = mapped_column(primary_key=True)


class Source(Tenant, Dated, Base):
    """One configured place we read, with its schedule, its cursor and its health.

    A worker claims a poll by writing `lease_until` and raising `fence`: once another worker has taken over, what the
    slow one stores is refused. A backfill is claimed in the same way, with columns of its own, so that it never delays
    new mentions. `state` is waiting (never read), ok, failing, throttled, changed (the platform answers in another
    shape), budget (the allowance is used up), refused, gone or paused.
    """

    __tablename__ = "source"
    __table_args__ = (
        UniqueConstraint("workspace_id", "name"),
        ForeignKeyConstraint(["workspace_id", "brand_id"], ["brand.workspace_id", "brand.id"], ondelete="CASCADE"),
        Index("ix_source_due", "next_run_at", postgresql_where=text("enabled AND next_run_at IS NOT NULL")),
        Index("ix_source_address_digest", "address_digest", unique=True),
    )
    collector: Mapped[str]
    name: Mapped[str]
    params: Mapped[Json]
    secrets: Mapped[bytes | None] = mapped_column(LargeBinary)
    brand_id: Mapped[UUID | None]
    interval_seconds: Mapped[int]
    enabled: Mapped[bool] = mapped_column(server_default="true")
    sample: Mapped[bool] = mapped_column(server_default="false")
    version: Mapped[int] = mapped_column(server_default="1")
    host: Mapped[str] = mapped_column(server_default="")
    limit_key: Mapped[str] = mapped_column(server_default="")
    """Sources of one key wait together: the host, and a fingerprint of the secrets where there are some."""

    cursor: Mapped[Json] = mapped_column(server_default="{}")
    next_run_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(server_default="0")

    state: Mapped[str] = mapped_column(server_default="waiting")
    last_attempt_at: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    last_new_at: Mapped[datetime | None]
    last_error: Mapped[Json | None]
    """{"text": English template, "args": {…}}, translated when it is shown."""
    warning: Mapped[Json | None]
    consecutive_failures: Mapped[int] = mapped_column(server_default="0")
    pace_seconds: Mapped[int | None]
    """The interval in use: it follows how often the source brings something new, within bounds."""
    unmatched: Mapped[int] = mapped_column(server_default="0")

    backfill: Mapped[Json | None]
    """How far back the backfill is to go, and how far it has come: see pipeline/gather/backfill.py."""
    backfill_due_at: Mapped[datetime | None]
    backfill_lease_until: Mapped[datetime | None]
    backfill_fence: Mapped[int] = mapped_column(server_default="0")

    address_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    """SHA-256 of the token in the address to which others send: `POST /in/{token}`."""
    address_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    inbox: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    """What others sent that only names something new, in a list: the next poll gets it in its cursor and reads it."""


class Host(Base):
    """A host, as all workers together treat it: until when they leave it alone, and when the next turn is.

    `key` is the `limit_key` of its sources, or the host alone for the turns of a collector with a `gap`.
    """

    __tablename__ = "host"
    key: Mapped[str] = mapped_column(primary_key=True)
    paused_until: Mapped[datetime | None]
    reason: Mapped[Json | None]
    turn_at: Mapped[datetime | None]


class Usage(Base):
    """How many units of a meter were used in one period; they are counted before they are asked for.

    `key` is the id of the source, or the `limit_key` where all sources with the same secrets share the meter.
    """

    __tablename__ = "usage"
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True)
    collector: Mapped[str] = mapped_column(primary_key=True)
    meter: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    used: Mapped[int] = mapped_column(server_default="0")


class Poll(Base):
    """What came of reading a source once. An answer without any change leaves no row."""

    __tablename__ = "poll"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "source_id"], ["source.workspace_id", "source.id"], ondelete="CASCADE"),
        Index("ix_poll_source", "workspace_id", "source_id", "id"),
    )
    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    source_id: Mapped[UUID]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime] = mapped_column(server_default=func.now())
    outcome: Mapped[str]
    read: Mapped[int] = mapped_column(server_default="0")
    stored: Mapped[int] = mapped_column(server_default="0")
    updated: Mapped[int] = mapped_column(server_default="0")
    unmatched: Mapped[int] = mapped_column(server_default="0")
    quarantined: Mapped[int] = mapped_column(server_default="0")
    error: Mapped[Json | None]


class Quarantined(Tenant, Base):
    """A mention that could not be stored, with the reason; the rest of its batch was stored."""

    __tablename__ = "quarantined"
    __table_args__ = (
        UniqueConstraint("workspace_id", "source_id", "external_id"),
        ForeignKeyConstraint(["workspace_id", "source_id"], ["source.workspace_id", "source.id"], ondelete="CASCADE"),
    )
    source_id: Mapped[UUID]
    external_id: Mapped[str]
    reason: Mapped[str]
    excerpt: Mapped[str] = mapped_column(server_default="")
    tries: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ShareLink(Tenant, Base):
    """A read-only page of a brand's reputation, for whoever has its link. `token_hash` is SHA-256 of 256 random bits.

    `choice` is what the address of the page chose when the link was made. `mentions`: whether it shows texts too.
    """

    __tablename__ = "share_link"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        ForeignKeyConstraint(["workspace_id", "brand_id"], ["brand.workspace_id", "brand.id"], ondelete="CASCADE"),
    )
    brand_id: Mapped[UUID]
    name: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    choice: Mapped[Json]
    mentions: Mapped[bool] = mapped_column(server_default="false")
    timezone: Mapped[str] = mapped_column(server_default="UTC")
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    opened: Mapped[int] = mapped_column(server_default="0")
    opened_at: Mapped[datetime | None]
