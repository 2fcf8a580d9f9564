"""What a channel wants to hear, when, how often, and whether texts may leave; how many messages one stands for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    every = sa.text("'{opened,worsened,reminder,resolved}'")
    op.add_column("channel", sa.Column("events", postgresql.ARRAY(sa.Text()), server_default=every, nullable=False))
    op.add_column("channel", sa.Column("quiet_hours", postgresql.JSONB(), nullable=True))
    op.add_column("channel", sa.Column("max_per_hour", sa.BigInteger(), nullable=True))
    op.add_column("channel", sa.Column("link_only", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("delivery", sa.Column("capped", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("delivery", sa.Column("suppressed", sa.BigInteger(), server_default=sa.text("0"), nullable=False))


def downgrade() -> None:
    for name in ("suppressed", "capped"):
        op.drop_column("delivery", name)
    for name in ("link_only", "max_per_hour", "quiet_hours", "events"):
        op.drop_column("channel", name)
