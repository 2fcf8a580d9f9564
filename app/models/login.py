"""How people prove who they are, beside their password, and what is kept for them while they do."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, uuid7


class SecondFactor(Base):
    """The authenticator app of an account. `secret` is sealed; no code of a step up to `last_step` works again."""

    __tablename__ = "second_factor"
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    last_step: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RecoveryCode(Base):
    """A code that stands in for the app once. `code_hash` is the SHA-256 of its 80 random bits."""

    __tablename__ = "recovery_code"
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)


class KeptForm(Base):
    """A form that was sent when its session had ended, for the same person to send again.

    `token_hash` is the SHA-256 of the browser's cookie. `action` is where the form was sent, `page` where it stands.
    What was typed is sealed.
    """

    __tablename__ = "kept_form"
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    action: Mapped[str]
    page: Mapped[str]
    fields: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime]


class AccountMail(Base):
    """A mail about an account that waits to be sent: a link to a new password, or that something was changed.

    Its words are sealed, as they may hold a link. `for_account`: sent only if the address has an account by then.
    """

    __tablename__ = "account_mail"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    recipient: Mapped[str]
    for_account: Mapped[bool]
    words: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_try_at: Mapped[datetime] = mapped_column(index=True)
    lease_until: Mapped[datetime | None]
    last_error: Mapped[str | None]
