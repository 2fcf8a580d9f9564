"""Reading more kinds of source: pauses of hosts, what is used up, backfills, addresses that others send to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.create_table(
        "host",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", JSON, nullable=True),
        sa.Column("turn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_host")),
    )
    op.create_table(
        "usage",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("collector", sa.Text(), nullable=False),
        sa.Column("meter", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_usage_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "collector", "meter", "key", "starts_at", name=op.f("pk_usage")),
    )
    op.add_column("source", sa.Column("limit_key", sa.Text(), server_default="", nullable=False))
    op.execute("UPDATE source SET limit_key = host")
    op.add_column("source", sa.Column("backfill", JSON, nullable=True))
    op.add_column("source", sa.Column("backfill_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("source", sa.Column("backfill_lease_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("source", sa.Column("backfill_fence", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("source", sa.Column("address_digest", sa.LargeBinary(), nullable=True))
    op.add_column("source", sa.Column("address_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("source", sa.Column("inbox", JSON, server_default="[]", nullable=False))
    op.create_index("ix_source_address_digest", "source", ["address_digest"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_source_address_digest", "source")
    for name in (
        "inbox",
        "address_sealed",
        "address_digest",
        "backfill_fence",
        "backfill_lease_until",
        "backfill_due_at",
        "backfill",
        "limit_key",
    ):
        op.drop_column("source", name)
    op.drop_table("usage")
    op.drop_table("host")
