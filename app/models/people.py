"""What goes with members: invitations, what one of them is told in the app and by mail, and how much a key is used."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Tenant


class Invitation(Tenant, Base):
    """A link by which one person becomes a member. It is shown once; `token_hash` is the SHA-256 of its token.

    With an `email`, only the account of this address may use it.
    """

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("token_hash"),)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    role: Mapped[str]
    email: Mapped[str | None]
    invited_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]


class Letter(Tenant, Base):
    """A mail to one member about something that concerns them: `occasion` says why, `target` what it is about.

    Ids only: the words are looked up when it is sent.
    """

    __tablename__ = "letter"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "user_id"], ["member.workspace_id", "member.user_id"], ondelete="CASCADE"
        ),
        Index("ix_letter_due", "next_try_at", postgresql_where=text("state = 'pending'")),
    )
    user_id: Mapped[UUID]
    occasion: Mapped[str]
    target: Mapped[str]
    """mention or incident."""
    target_id: Mapped[UUID]
    actor: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str] = mapped_column(server_default="pending")
    """pending, sent or dead."""
    attempts: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    next_try_at: Mapped[datetime] = mapped_column(server_default=func.now())
    lease_until: Mapped[datetime | None]
    last_error: Mapped[str | None]


class ForYou(Tenant, Base):
    """What one member is told in the app: why and by whom, about a mention or an incident. Unread, it is there once.

    No constraint towards the target: what is gone is left out when the list is read.
    """

    __tablename__ = "for_you"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "user_id"], ["member.workspace_id", "member.user_id"], ondelete="CASCADE"
        ),
        Index("ix_for_you_mine", "workspace_id", "user_id", "id"),
        Index(
            "ix_for_you_unread",
            "workspace_id",
            "user_id",
            "target_id",
            "occasion",
            unique=True,
            postgresql_where=text("read_at IS NULL"),
        ),
    )
    user_id: Mapped[UUID]
    occasion: Mapped[str]
    """assigned or mentioned."""
    target: Mapped[str]
    """mention or incident."""
    target_id: Mapped[UUID]
    actor: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    read_at: Mapped[datetime | None]


class KeyUsage(Base):
    """How many requests an API key sent on one day, in UTC. The requests of the last minutes are in `request_count`."""

    __tablename__ = "key_usage"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "key_id"], ["api_key.workspace_id", "api_key.id"], ondelete="CASCADE"),
    )
    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    key_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    requests: Mapped[int]
