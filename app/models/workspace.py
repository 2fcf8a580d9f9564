"""Who may do what: workspaces, users, sessions, API keys, and what protects them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Dated, Json, Tenant, uuid7


class Workspace(Dated, Base):
    """One team's mentions, kept apart from every other's."""

    __tablename__ = "workspace"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    settings: Mapped[Json] = mapped_column(server_default="{}")


class User(Dated, Base):
    """A person with an account. `email` is kept in lower case."""

    __tablename__ = "user_account"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(server_default="")
    password_hash: Mapped[str]
    language: Mapped[str | None]
    timezone: Mapped[str | None]
    appearance: Mapped[str | None]
    """light or dark; None: as the system."""
    occasions: Mapped[list[str]] = mapped_column(server_default="{assigned,mentioned}")
    """What this person is told by mail."""


class Member(Base):
    """What a user may do in a workspace. `role` is one of `app.viewer.Role`."""

    __tablename__ = "member"
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class LoginSession(Base):
    """A browser that is logged in. `token_hash` is SHA-256 of the cookie's 256 random bits."""

    __tablename__ = "login_session"
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    agent: Mapped[str] = mapped_column(server_default="")
    network: Mapped[str] = mapped_column(server_default="")
    """Where from: the beginning of an IP address, not the whole."""
    second_factor: Mapped[bool] = mapped_column(server_default="false")
    """Whether more than a password was shown: a code, or what the provider of the single sign-on asked for."""


class OneTimeLink(Base):
    """A link that works once. `token_hash` is the SHA-256 of its token.

    It may be for one person (`user_id`) or for whoever has an e-mail address (`address`), in lower case.
    """

    __tablename__ = "one_time_link"
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    purpose: Mapped[str]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    address: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]


class LoginAttempts(Base):
    """Failed logins of one account or address: after each failure, the next try has to wait longer, never for ever."""

    __tablename__ = "login_attempts"
    subject: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    not_before: Mapped[datetime]


WINDOW = 60
"""Seconds over which requests are counted."""


class RequestCount(Base):
    """How many requests a key, an address or a source sent in the window `counted_in`, numbered from 1970 on.

    Unlogged: after a crash of the database the count begins again.
    """

    __tablename__ = "request_count"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)
    subject: Mapped[str] = mapped_column(primary_key=True)
    counted_in: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    requests: Mapped[int]


class ApiKey(Tenant, Base):
    """A key of one workspace. The key itself is shown once; `secret_hash` is its SHA-256.

    It may do no more than the member `user_id` who made it; None: it was made at the terminal.
    """

    __tablename__ = "api_key"
    __table_args__ = (UniqueConstraint("public_id"),)
    name: Mapped[str]
    public_id: Mapped[str]
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    scopes: Mapped[list[str]]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class IdempotentAnswer(Base):
    """The answer to a POST that carried an Idempotency-Key, kept 24 hours."""

    __tablename__ = "idempotent_answer"
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    content_type: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)


class AuditEntry(Tenant, Base):
    """Who did what, when. Never the text of a mention."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_actor", "workspace_id", "actor", "id"),
        Index("ix_audit_entry_action", "workspace_id", "action", "id"),
    )
    at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
    actor: Mapped[str]
    action: Mapped[str]
    target: Mapped[str] = mapped_column(server_default="")
    details: Mapped[Json] = mapped_column(server_default="{}")


class Heartbeat(Base):
    """When a process last said that it lives: any `worker`, or that of one machine, `worker@machine`."""

    __tablename__ = "heartbeat"
    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    details: Mapped[Json] = mapped_column(server_default="{}")
