"""Mentions of feeds carry the platform that their kind declares, web, where they were stored as rss. Sources of X lose
the choice to read what a post quotes: it is no longer taken for the words of the post."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE mention SET platform = 'web' WHERE kind = 'rss' AND platform = 'rss'")
    op.execute("UPDATE source SET params = params - 'quotes' WHERE collector = 'x' AND params ? 'quotes'")


def downgrade() -> None:
    op.execute("UPDATE mention SET platform = 'rss' WHERE kind = 'rss' AND platform = 'web'")
