"""What people did to mentions at once, so that it can be undone."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Json, Tenant


class BulkChange(Tenant, Base):
    """The same change for one mention or many, and its undo, page by page. `token_hash` is the SHA-256 of its token.

    `state`: applying, done, undoing, undone. `position` is the last mention that the present state has done. `done`
    counts the mentions looked at, `restored` those that the undo put back, `kept` those that somebody else had changed
    since.
    """

    __tablename__ = "bulk_change"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index(
            "ix_bulk_change_waiting",
            "workspace_id",
            "id",
            postgresql_where=text("state IN ('applying', 'undoing')"),
        ),
        Index("ix_bulk_change_undo_until", "undo_until"),
    )
    actor: Mapped[str]
    asked_at: Mapped[datetime]
    changes: Mapped[Json]
    state: Mapped[str] = mapped_column(server_default="applying")
    position: Mapped[UUID | None]
    total: Mapped[int] = mapped_column(server_default="0")
    done: Mapped[int] = mapped_column(server_default="0")
    restored: Mapped[int] = mapped_column(server_default="0")
    kept: Mapped[int] = mapped_column(server_default="0")
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    undo_until: Mapped[datetime]
    undone_by: Mapped[str | None]


class BulkItem(Base):
    """One mention of a change: `was` holds its values from before, where the change made a difference, since `at`.

    No constraint towards the mention: to delete one need not look here, and what is gone is left out.
    """

    __tablename__ = "bulk_item"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "change_id"], ["bulk_change.workspace_id", "bulk_change.id"], ondelete="CASCADE"
        ),
    )
    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    change_id: Mapped[UUID] = mapped_column(primary_key=True)
    mention_id: Mapped[UUID] = mapped_column(primary_key=True)
    was: Mapped[Json | None]
    at: Mapped[datetime | None]
