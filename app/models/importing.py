"""Files that were imported, and what each of them brought."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Json, Tenant


class FileImport(Tenant, Base):
    """One import of a file: of mentions into a source, or of answers to a survey about a brand.

    `source_name` is the name of the source, or of the brand, at the time. `shape` is how the file was read, as
    `Shape.as_json` tells it, but for `columns`, pairs in their order. The counts are those of what is stored so far;
    `finished_at` is None while the import goes on, and for one that was broken off. `removed` counts what was deleted
    since it was asked to be undone.
    """

    __tablename__ = "file_import"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "source_id"], ["source.workspace_id", "source.id"], ondelete="SET NULL (source_id)"
        ),
        ForeignKeyConstraint(["workspace_id", "brand_id"], ["brand.workspace_id", "brand.id"], ondelete="CASCADE"),
        Index("ix_file_import_undo", "workspace_id", "undo_requested_at", postgresql_where=text("undone_at IS NULL")),
    )
    source_id: Mapped[UUID | None]
    brand_id: Mapped[UUID | None]
    source_name: Mapped[str]
    file: Mapped[str]
    actor: Mapped[str]
    shape: Mapped[Json] = mapped_column(server_default="{}")
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]
    read: Mapped[int] = mapped_column(server_default="0")
    stored: Mapped[int] = mapped_column(server_default="0")
    updated: Mapped[int] = mapped_column(server_default="0")
    unchanged: Mapped[int] = mapped_column(server_default="0")
    unmatched: Mapped[int] = mapped_column(server_default="0")
    refused: Mapped[int] = mapped_column(server_default="0")
    undated: Mapped[int] = mapped_column(server_default="0")
    undo_requested_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    removed: Mapped[int] = mapped_column(server_default="0")


class ImportedMention(Base):
    """A mention that this import brought, and that nothing but imports has brought: who else does removes its rows."""

    __tablename__ = "imported_mention"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "import_id"], ["file_import.workspace_id", "file_import.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["workspace_id", "item_id"], ["mention.workspace_id", "mention.id"], ondelete="CASCADE"),
        Index("ix_imported_mention_item", "workspace_id", "item_id"),
    )
    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    item_id: Mapped[UUID] = mapped_column(primary_key=True)


class ImportedAnswer(Base):
    """The same for answers to a survey."""

    __tablename__ = "imported_answer"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "import_id"], ["file_import.workspace_id", "file_import.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["workspace_id", "item_id"], ["survey_response.workspace_id", "survey_response.id"], ondelete="CASCADE"
        ),
        Index("ix_imported_answer_item", "workspace_id", "item_id"),
    )
    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    item_id: Mapped[UUID] = mapped_column(primary_key=True)
