"""A rule without a choice of its own notifies every channel.

Until now such a rule had an empty list, and notified nobody for ever: the first rule is made before any channel. That
of the sample stays as it is.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NOT_OF_THE_SAMPLE = """
    AND NOT EXISTS (
        SELECT FROM source JOIN brand USING (workspace_id)
        WHERE source.workspace_id = alert_rule.workspace_id AND source.sample
          AND brand.id = alert_rule.brand_id AND brand.name = 'Percolune'
    )
"""


def upgrade() -> None:
    channels = postgresql.ARRAY(sa.UUID())
    op.alter_column("alert_rule", "channels", existing_type=channels, nullable=True, server_default=None)
    op.execute(f"UPDATE alert_rule SET channels = NULL WHERE channels = '{{}}' {NOT_OF_THE_SAMPLE}")  # noqa: S608
    op.create_index("ix_delivery_channel", "delivery", ["workspace_id", "channel_id", "created_at"])


def downgrade() -> None:
    channels = postgresql.ARRAY(sa.UUID())
    op.drop_index("ix_delivery_channel", "delivery")
    op.execute(
        "UPDATE alert_rule SET channels = ARRAY(SELECT id FROM channel "
        "WHERE channel.workspace_id = alert_rule.workspace_id) WHERE channels IS NULL"
    )
    op.alter_column("alert_rule", "channels", existing_type=channels, nullable=False, server_default="{}")
