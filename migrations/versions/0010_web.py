"""Mentions of feeds carry the platform that their kind declares, web, where they were stored as rss."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE mention SET platform = 'web' WHERE kind = 'rss' AND platform = 'rss'")


def downgrade() -> None:
    op.execute("UPDATE mention SET platform = 'rss' WHERE kind = 'rss' AND platform = 'web'")
