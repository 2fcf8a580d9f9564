"""Saved views of the feed, canned answers, and who is looking at which mention."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def _tenant(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f(f"fk_{table}_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f(f"pk_{table}")),
    ]


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filter", postgresql.JSONB(), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("given", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_saved_view_owner_id"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint("workspace_id", "given", name=op.f("uq_saved_view_workspace_id_given")),
        *_tenant("saved_view"),
    )
    op.create_index("ix_saved_view_order", "saved_view", ["workspace_id", "position", "id"])
    op.create_table(
        "canned_answer",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_canned_answer_workspace_id_name")),
        *_tenant("canned_answer"),
    )
    op.create_table(
        "claim",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("mention_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "mention_id"],
            ["mention.workspace_id", "mention.id"],
            name=op.f("fk_claim_workspace_id_mention_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"],
            ["member.workspace_id", "member.user_id"],
            name=op.f("fk_claim_workspace_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "mention_id", "user_id", name=op.f("pk_claim")),
    )
    op.create_index("ix_claim_until", "claim", ["until"])
    op.create_index("ix_story_copies", "story", ["workspace_id", "copies"])


def downgrade() -> None:
    op.drop_index("ix_story_copies", "story")
    for table in ("claim", "canned_answer", "saved_view"):
        op.drop_table(table)
