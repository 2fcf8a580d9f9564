"""What narrows a brand beside its query, and why a mention is hidden."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("context", "exclude"):
        op.add_column("brand", sa.Column(column, JSONB(), server_default="{}", nullable=False))
    op.add_column("mention", sa.Column("hidden", JSONB(), nullable=True))
    op.create_index(
        "ix_mention_hidden",
        "mention",
        ["workspace_id", "published_at", "id"],
        postgresql_where=sa.text("hidden IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_mention_hidden", table_name="mention")
    op.drop_column("mention", "hidden")
    for column in ("exclude", "context"):
        op.drop_column("brand", column)
