"""Imports of files, and what each brought alone, so that one can be undone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

COUNTS = ("read", "stored", "updated", "unchanged", "unmatched", "refused", "undated", "removed")
ITEMS = {"imported_mention": "mention", "imported_answer": "survey_response"}


def upgrade() -> None:
    op.create_table(
        "file_import",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("brand_id", sa.Uuid(), nullable=True),
        sa.Column("source_name", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("shape", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undo_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        *(sa.Column(name, sa.BigInteger(), server_default="0", nullable=False) for name in COUNTS),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_file_import_workspace_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "source_id"],
            ["source.workspace_id", "source.id"],
            name=op.f("fk_file_import_workspace_id_source_id"),
            ondelete="SET NULL (source_id)",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "brand_id"],
            ["brand.workspace_id", "brand.id"],
            name=op.f("fk_file_import_workspace_id_brand_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_file_import")),
    )
    op.create_index(
        "ix_file_import_undo",
        "file_import",
        ["workspace_id", "undo_requested_at"],
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    for table, of in ITEMS.items():
        op.create_table(
            table,
            sa.Column("workspace_id", sa.Uuid(), nullable=False),
            sa.Column("import_id", sa.Uuid(), nullable=False),
            sa.Column("item_id", sa.Uuid(), nullable=False),
            sa.ForeignKeyConstraint(
                ["workspace_id", "import_id"],
                ["file_import.workspace_id", "file_import.id"],
                name=op.f(f"fk_{table}_workspace_id_import_id"),
                ondelete="CASCADE",
            ),
            sa.ForeignKeyConstraint(
                ["workspace_id", "item_id"],
                [f"{of}.workspace_id", f"{of}.id"],
                name=op.f(f"fk_{table}_workspace_id_item_id"),
                ondelete="CASCADE",
            ),
            sa.PrimaryKeyConstraint("workspace_id", "import_id", "item_id", name=op.f(f"pk_{table}")),
        )
        op.create_index(f"ix_{table}_item", table, ["workspace_id", "item_id"])


def downgrade() -> None:
    for table in ITEMS:
        op.drop_table(table)
    op.drop_table("file_import")
