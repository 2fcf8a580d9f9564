"""A guessed date is no date: what a source wrote instead is kept, and the hours that counted guesses are recounted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mention", sa.Column("date_spelling", sa.Text(), nullable=True))
    op.create_index(
        "ix_mention_undated", "mention", ["workspace_id", "source_id"], postgresql_where=sa.text("published_guessed")
    )
    _recount()


def downgrade() -> None:
    _recount()
    op.drop_index("ix_mention_undated", "mention")
    op.drop_column("mention", "date_spelling")


def _recount() -> None:
    op.execute(
        """
        INSERT INTO dirty_hour (workspace_id, brand_id, hour)
        SELECT DISTINCT match.workspace_id, match.brand_id, date_trunc('hour', match.published_at, 'UTC')
        FROM mention
        JOIN match ON match.workspace_id = mention.workspace_id AND match.mention_id = mention.id
        WHERE mention.published_guessed
        ON CONFLICT DO NOTHING
        """
    )
