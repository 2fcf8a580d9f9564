"""Where the model is not sure enough, the stance of a match is unsure: to check.

The limits stay with the model that they belong to. They are empty in what is stored already, so that a worker sees at
its start that stances were decided without them, and has all of them decided again from the stored probabilities.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("scorer", sa.Column("sureness", postgresql.JSONB(), server_default="{}", nullable=False))
    op.add_column("scorer", sa.Column("common", sa.Text(), server_default="", nullable=False))
    op.add_column("restance", sa.Column("everything", sa.Boolean(), server_default="false", nullable=False))
    op.create_index(
        "ix_match_unsure",
        "match",
        ["workspace_id", "published_at", "mention_id"],
        postgresql_where=sa.text("stance = 'unsure' AND lead"),
    )
    op.create_index(
        "ix_match_corrected",
        "match",
        ["workspace_id", "corrected_at"],
        postgresql_where=sa.text("corrected_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_match_corrected", "match")
    op.drop_index("ix_match_unsure", "match")
    op.execute("UPDATE match SET stance = 'passive' WHERE stance = 'unsure'")
    op.execute("UPDATE match SET stance_source = 'phrase' WHERE stance_source = 'common'")
    op.execute("DELETE FROM restance WHERE everything")
    op.drop_column("restance", "everything")
    op.drop_column("scorer", "common")
    op.drop_column("scorer", "sureness")
