"""What people keep for their daily work: saved views of the feed, canned answers, who is looking at what."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Dated, Json, Tenant


class SavedView(Tenant, Dated, Base):
    """The filters of a feed under a name. `owner_id` None: nobody's own, made by a key, and then shared.

    `given`: the one of those that Vigie gives which was removed here; such a row has no filter.
    """

    __tablename__ = "saved_view"
    __table_args__ = (
        Index("ix_saved_view_order", "workspace_id", "position", "id"),
        UniqueConstraint("workspace_id", "given"),
    )
    name: Mapped[str]
    filter: Mapped[Json]
    shared: Mapped[bool] = mapped_column(server_default="false")
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(server_default="0")
    given: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default="1")


class CannedAnswer(Tenant, Dated, Base):
    """A text to answer with, with {author}, {brand} and {my name} to fill in."""

    __tablename__ = "canned_answer"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)
    name: Mapped[str]
    text: Mapped[str]
    version: Mapped[int] = mapped_column(server_default="1")


class Claim(Base):
    """Who is looking at a mention, until a moment that comes by itself."""

    __tablename__ = "claim"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "mention_id"], ["mention.workspace_id", "mention.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["workspace_id", "user_id"], ["member.workspace_id", "member.user_id"], ondelete="CASCADE"
        ),
        Index("ix_claim_until", "until"),
    )
    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    mention_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    until: Mapped[datetime]
