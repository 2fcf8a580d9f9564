"""Brands are removed in the background, a changed query goes on where it was interrupted, days are summed up.

Requests are counted for all web processes together. A filter by platform or language that finds little has an index,
and tables whose rows come and go are vacuumed often.
The mentions of a deleted source keep its id: to clear it took longer than a request may.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BUSY = ("procrastinate_jobs", "procrastinate_events", "dirty_hour", "rematch_candidate")
"""Tables whose rows come and go: vacuumed after so many changes, not after a share of rows that is small by chance."""
VACUUM = "autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000"
COUNTED = (
    "number", "promoters", "passives", "detractors", "fixed_promoters", "fixed_passives", "fixed_detractors",
    "model_number", "squares",
)  # fmt: skip
CELLS = ", ".join(f"sum(histogram[{cell}])" for cell in range(1, 16))
SUM_UP = f"""
    INSERT INTO day_bucket (workspace_id, brand_id, day, weight, language, {", ".join(COUNTED)}, histogram)
    SELECT workspace_id, brand_id, (hour AT TIME ZONE 'UTC')::date, weight, language,
        {", ".join(f"sum({name})" for name in COUNTED)}, ARRAY[{CELLS}]
    FROM bucket WHERE source_id = 'ffffffff-ffff-ffff-ffff-ffffffffffff' GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608 - the pieces are ours


def upgrade() -> None:
    op.add_column("brand", sa.Column("rematch_total", sa.BigInteger(), nullable=True))
    op.add_column("brand", sa.Column("rematch_done", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("brand", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("brand", sa.Column("removal_total", sa.BigInteger(), nullable=True))
    op.add_column("brand", sa.Column("removal_done", sa.BigInteger(), server_default="0", nullable=False))
    op.drop_constraint("uq_brand_workspace_id_name", "brand")
    op.create_index(
        "uq_brand_name", "brand", ["workspace_id", "name"], unique=True, postgresql_where=sa.text("removed_at IS NULL")
    )
    op.create_index(
        "ix_brand_removed", "brand", ["workspace_id", "id"], postgresql_where=sa.text("removed_at IS NOT NULL")
    )
    op.create_table(
        "rematch_candidate",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("mention_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "brand_id"],
            ["brand.workspace_id", "brand.id"],
            name=op.f("fk_rematch_candidate_workspace_id_brand_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "brand_id", "mention_id", name=op.f("pk_rematch_candidate")),
    )
    op.drop_constraint("fk_mention_workspace_id_source_id", "mention")
    op.create_table(
        "day_bucket",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("weight", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=False) for name in COUNTED),
        sa.Column("histogram", postgresql.ARRAY(sa.Float()), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "brand_id"],
            ["brand.workspace_id", "brand.id"],
            name=op.f("fk_day_bucket_workspace_id_brand_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "brand_id", "day", "weight", "language", name=op.f("pk_day_bucket")),
    )
    op.execute(SUM_UP)
    op.create_table(
        "request_count",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("counted_in", sa.BigInteger(), nullable=False),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "counted_in", name=op.f("pk_request_count")),
        prefixes=["UNLOGGED"],
    )
    for column in ("platform", "language"):
        op.create_index(f"ix_mention_{column}", "mention", ["workspace_id", column, "published_at", "id"])
    for table in BUSY:
        op.execute(f"ALTER TABLE {table} SET ({VACUUM})")


def downgrade() -> None:
    for table in BUSY:
        op.execute(f"ALTER TABLE {table} RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)")
    for column in ("platform", "language"):
        op.drop_index(f"ix_mention_{column}", "mention")
    op.drop_table("request_count")
    op.drop_table("day_bucket")
    op.execute(
        "UPDATE mention SET source_id = NULL WHERE source_id IS NOT NULL AND NOT EXISTS ("
        "SELECT FROM source WHERE source.workspace_id = mention.workspace_id AND source.id = mention.source_id)"
    )
    op.create_foreign_key(
        "fk_mention_workspace_id_source_id",
        "mention",
        "source",
        ["workspace_id", "source_id"],
        ["workspace_id", "id"],
        ondelete="SET NULL (source_id)",
    )
    op.drop_table("rematch_candidate")
    op.drop_index("ix_brand_removed", "brand")
    op.drop_index("uq_brand_name", "brand")
    # the older version finishes nothing in the background: what was being removed goes at once
    op.execute("DELETE FROM brand WHERE removed_at IS NOT NULL")
    op.create_unique_constraint("uq_brand_workspace_id_name", "brand", ["workspace_id", "name"])
    for column in ("removal_done", "removal_total", "removed_at", "rematch_done", "rematch_total"):
        op.drop_column("brand", column)
