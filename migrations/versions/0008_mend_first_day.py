"""A database made on the first day gets the six indexes, and the key of buckets, that 0002 gained later."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INDEXES = (
    "ix_bucket_hour ON bucket (workspace_id, brand_id, hour)",
    "ix_mention_assignee ON mention (workspace_id, assignee) WHERE assignee IS NOT NULL",
    "ix_mention_author ON mention (workspace_id, lower(author), published_at, id)",
    "ix_mention_reach ON mention (workspace_id, COALESCE(reach, '-1'::bigint), id)",
    "ix_mention_status ON mention (workspace_id, status, published_at, id)",
    "ix_mention_tags ON mention USING gin (tags)",
)
KEY = ["workspace_id", "brand_id", "weight", "source_id", "hour", "language"]


def upgrade() -> None:
    for index in INDEXES:
        op.execute(f"CREATE INDEX IF NOT EXISTS {index}")
    columns = op.get_bind().exec_driver_sql(
        "SELECT attname FROM pg_index, unnest(indkey) WITH ORDINALITY AS k(number, place), pg_attribute "
        "WHERE indexrelid = 'pk_bucket'::regclass AND attrelid = indrelid AND attnum = k.number ORDER BY place"
    )
    if list(columns.scalars()) != KEY:
        op.drop_constraint("pk_bucket", "bucket", type_="primary")
        op.create_primary_key("pk_bucket", "bucket", KEY)


def downgrade() -> None:
    """Nothing: 0002 has all of it by now."""
