"""Mentions of one thread are found together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_mention_thread",
        "mention",
        ["workspace_id", "kind", "thread_id"],
        postgresql_where=sa.text("thread_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_mention_thread", "mention")
