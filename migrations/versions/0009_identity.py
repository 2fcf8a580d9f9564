"""What a mention is known by, beside its fingerprint: its page, and for items of a feed their guid and their words.

They stay empty in what is stored already: an item is found once more by the fingerprint it has, and then gets them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEYS = ("page_key", "guid_key", "words_key")


def upgrade() -> None:
    for key in KEYS:
        op.add_column("mention", sa.Column(key, sa.LargeBinary(), nullable=True))
        where = sa.text(f"{key} IS NOT NULL")
        op.create_index(f"ix_mention_{key}", "mention", ["workspace_id", key], postgresql_where=where)


def downgrade() -> None:
    for key in KEYS:
        op.drop_index(f"ix_mention_{key}", "mention")
        op.drop_column("mention", key)
