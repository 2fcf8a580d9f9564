"""What people change of mentions, one or many at once, can be undone. Mentions keep when they were first answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

WAITING = sa.text("state IN ('applying', 'undoing')")


def upgrade() -> None:
    op.create_table(
        "bulk_change",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changes", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.Text(), server_default="applying", nullable=False),
        sa.Column("position", sa.Uuid(), nullable=True),
        *(
            sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)
            for name in ("total", "done", "restored", "kept")
        ),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("undo_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_bulk_change_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_bulk_change")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_bulk_change_token_hash")),
    )
    op.create_index("ix_bulk_change_waiting", "bulk_change", ["workspace_id", "id"], postgresql_where=WAITING)
    op.create_index("ix_bulk_change_undo_until", "bulk_change", ["undo_until"])
    op.create_table(
        "bulk_item",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("mention_id", sa.Uuid(), nullable=False),
        sa.Column("was", postgresql.JSONB(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "change_id"],
            ["bulk_change.workspace_id", "bulk_change.id"],
            name=op.f("fk_bulk_item_workspace_id_change_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "change_id", "mention_id", name=op.f("pk_bulk_item")),
    )
    op.add_column("mention", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
    _fill()
    op.create_index(
        "ix_mention_answered",
        "mention",
        ["workspace_id", "answered_at"],
        postgresql_where=sa.text("answered_at IS NOT NULL"),
    )


def _fill() -> None:
    """When a mention was first answered stands in its history."""
    op.execute(
        """
        UPDATE mention SET answered_at = first.at
        FROM (
            SELECT workspace_id, mention_id, min(at) AS at FROM revision
            WHERE change -> 'status' ->> 1 = 'answered' AND actor <> '' GROUP BY 1, 2
        ) AS first
        WHERE mention.workspace_id = first.workspace_id AND mention.id = first.mention_id
        """
    )


def downgrade() -> None:
    op.drop_index("ix_mention_answered", "mention")
    op.drop_column("mention", "answered_at")
    op.drop_table("bulk_item")
    op.drop_index("ix_bulk_change_undo_until", "bulk_change")
    op.drop_index("ix_bulk_change_waiting", "bulk_change")
    op.drop_table("bulk_change")
