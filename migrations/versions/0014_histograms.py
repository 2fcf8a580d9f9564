"""Buckets hold a histogram of the model's probabilities, and models what corrects the shares behind it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

STEPS = 4
CELLS = [(a, b) for a in range(STEPS + 1) for b in range(STEPS + 1 - a)]
"""The quarters of negative and of neutral that each cell stands for, as in sentiment/mixture.py."""
SUMS = ("negative", "neutral", "positive")


def upgrade() -> None:
    op.add_column("bucket", sa.Column("histogram", postgresql.ARRAY(sa.Float()), nullable=True))
    corners = {(STEPS, 0): "negative", (0, STEPS): "neutral", (0, 0): "positive"}
    cells = ", ".join(corners.get(cell, "0") for cell in CELLS)
    # until the hour is counted again, its sums stand on the corners: their mean is right
    op.execute(f"UPDATE bucket SET histogram = ARRAY[{cells}]::float8[]")  # noqa: S608 - the pieces are ours
    op.alter_column("bucket", "histogram", nullable=False)
    for name in SUMS:
        op.drop_column("bucket", name)
    op.execute(
        "INSERT INTO dirty_hour (workspace_id, brand_id, hour) "
        "SELECT DISTINCT workspace_id, brand_id, hour FROM bucket ON CONFLICT DO NOTHING"
    )
    op.drop_column("scorer", "matrices")
    op.add_column("scorer", sa.Column("corrections", postgresql.JSONB(), server_default="{}", nullable=False))


def downgrade() -> None:
    op.drop_column("scorer", "corrections")
    # without a matrix the older version cannot read a row: its worker writes one at its start
    op.execute("DELETE FROM scorer")
    op.add_column("scorer", sa.Column("matrices", postgresql.JSONB(), nullable=False))
    for name in SUMS:
        op.add_column("bucket", sa.Column(name, sa.Float(), nullable=True))
    quarters = {
        "negative": [a for a, _ in CELLS],
        "neutral": [b for _, b in CELLS],
        "positive": [STEPS - a - b for a, b in CELLS],
    }
    sums = ", ".join(
        f"{name} = " + " + ".join(f"{n / STEPS} * histogram[{i}]" for i, n in enumerate(parts, 1) if n)
        for name, parts in quarters.items()
    )
    op.execute(f"UPDATE bucket SET {sums}")  # noqa: S608 - the pieces are ours
    for name in SUMS:
        op.alter_column("bucket", name, nullable=False)
    op.drop_column("bucket", "histogram")
