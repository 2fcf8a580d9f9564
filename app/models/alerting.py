"""When we speak and to whom: rules, incidents, channels, deliveries."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Float, ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Dated, Json, Tenant


class Channel(Tenant, Dated, Base):
    """Where alerts go. The secret fields of `params` are kept sealed in `secrets`."""

    __tablename__ = "channel"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)
    kind: Mapped[str]
    name: Mapped[str]
    params: Mapped[Json]
    secrets: Mapped[bytes | None] = mapped_column(LargeBinary)
    language: Mapped[str] = mapped_column(server_default="en")
    timezone: Mapped[str] = mapped_column(server_default="UTC")
    events: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{opened,worsened,reminder,resolved}'"))
    """The reasons of which it is told."""
    quiet_hours: Mapped[Json | None]
    """Without a time zone of their own, they are in that of the channel."""
    max_per_hour: Mapped[int | None]
    link_only: Mapped[bool] = mapped_column(server_default="false")
    """No text and no author leaves: only figures and the link."""
    enabled: Mapped[bool] = mapped_column(server_default="true")
    disabled_reason: Mapped[str | None]
    last_sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default="1")


class AlertRule(Tenant, Dated, Base):
    """What is checked for a brand, and who is told."""

    __tablename__ = "alert_rule"
    __table_args__ = (
        UniqueConstraint("workspace_id", "name"),
        ForeignKeyConstraint(["workspace_id", "brand_id"], ["brand.workspace_id", "brand.id"], ondelete="CASCADE"),
        Index("ix_alert_rule_brand", "workspace_id", "brand_id"),
    )
    brand_id: Mapped[UUID]
    kind: Mapped[str]
    name: Mapped[str]
    params: Mapped[Json]
    channels: Mapped[list[UUID] | None] = mapped_column(ARRAY(PG_UUID(as_uuid=True)))
    """The ids of those it notifies; None follows every channel of the workspace, also those added later."""
    severity: Mapped[str] = mapped_column(server_default="warning")
    for_minutes: Mapped[int] = mapped_column(server_default="0")
    repeat_hours: Mapped[float] = mapped_column(Float, server_default="4")
    quiet_hours: Mapped[Json | None]
    enabled: Mapped[bool] = mapped_column(server_default="true")
    disabled_reason: Mapped[str | None]
    last_evaluated_at: Mapped[datetime | None]
    last_verdict: Mapped[Json | None]
    failures: Mapped[int] = mapped_column(server_default="0")
    version: Mapped[int] = mapped_column(server_default="1")


class IncidentRow(Tenant, Dated, Base):
    """An incident, from first firing to resolved. `memory` is what `alerts.incident.step` needs to know next time.

    `assignee` and `assignee_id`: as of a mention.
    """

    __tablename__ = "incident"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "rule_id"], ["alert_rule.workspace_id", "alert_rule.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["workspace_id", "brand_id"], ["brand.workspace_id", "brand.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["workspace_id", "assignee_id"],
            ["member.workspace_id", "member.user_id"],
            ondelete="SET NULL (assignee_id)",
        ),
        Index("ix_incident_assignee", "workspace_id", "assignee_id", postgresql_where=text("assignee_id IS NOT NULL")),
        Index("ix_incident_opened", "workspace_id", "opened_at", "id"),
        Index(
            "uq_incident_open_rule",
            "workspace_id",
            "rule_id",
            unique=True,
            postgresql_where=text("state <> 'resolved'"),
        ),
    )
    rule_id: Mapped[UUID]
    brand_id: Mapped[UUID]
    kind: Mapped[str]
    state: Mapped[str]
    severity: Mapped[str]
    opened_at: Mapped[datetime]
    since: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]
    assignee: Mapped[str | None]
    assignee_id: Mapped[UUID | None]
    false_alarm: Mapped[bool] = mapped_column(server_default="false")
    explanation: Mapped[Json]
    memory: Mapped[Json]
    version: Mapped[int] = mapped_column(server_default="1")


class IncidentEvent(Tenant, Base):
    """One line of an incident's timeline: a message that went out, why none did, or what a person did."""

    __tablename__ = "incident_event"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "incident_id"], ["incident.workspace_id", "incident.id"], ondelete="CASCADE"
        ),
        Index("ix_incident_event_incident", "workspace_id", "incident_id", "id"),
    )
    incident_id: Mapped[UUID]
    at: Mapped[datetime]
    kind: Mapped[str]
    actor: Mapped[str] = mapped_column(server_default="")
    details: Mapped[Json] = mapped_column(server_default="{}")


class Delivery(Tenant, Base):
    """One message to one channel: the outbox, and the log of what was sent. Sent at least once, with a stable id."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("workspace_id", "incident_id", "channel_id", "why", "sequence"),
        ForeignKeyConstraint(
            ["workspace_id", "incident_id"], ["incident.workspace_id", "incident.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["workspace_id", "channel_id"], ["channel.workspace_id", "channel.id"], ondelete="CASCADE"
        ),
        Index("ix_delivery_due", "next_try_at", postgresql_where=text("state = 'pending'")),
        Index("ix_delivery_channel", "workspace_id", "channel_id", "created_at"),
    )
    incident_id: Mapped[UUID]
    channel_id: Mapped[UUID]
    why: Mapped[str]
    sequence: Mapped[int]
    state: Mapped[str] = mapped_column(server_default="pending")
    """pending, sent, dead (given up), suppressed (beyond what the channel takes in an hour) or expired."""
    message: Mapped[Json]
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_try_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None]
    ambiguous: Mapped[bool] = mapped_column(server_default="false")
    capped: Mapped[bool] = mapped_column(server_default="false")
    """It waits because the channel has had as many messages within the hour as it takes."""
    suppressed: Mapped[int] = mapped_column(server_default="0")
    """How many others it stands for, which were not sent."""
    last_error: Mapped[str | None]
