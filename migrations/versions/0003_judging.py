"""Phrases, stances decided again, and the models that score."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "phrase",
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("stance", sa.Text(), nullable=False),
        sa.Column("brand_id", sa.Uuid(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "brand_id"],
            ["brand.workspace_id", "brand.id"],
            name=op.f("fk_phrase_workspace_id_brand_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_phrase_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_phrase")),
    )
    op.create_index(
        "uq_phrase_scope",
        "phrase",
        ["workspace_id", "words", "brand_id", "language"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "restance",
        sa.Column("phrase_id", sa.Uuid(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("before", sa.Uuid(), nullable=True),
        sa.Column("done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_restance_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_restance")),
    )
    op.create_table(
        "model_run",
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("per_second", sa.Float(), nullable=True),
        sa.Column("quick_per_second", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("model", name=op.f("pk_model_run")),
    )
    op.add_column("match", sa.Column("provisional", sa.Boolean(), server_default="false", nullable=False))
    op.create_index("ix_match_urgent", "match", ["published_at"], postgresql_where=sa.text("scored_at IS NULL"))
    op.create_index("ix_match_model", "match", ["model", "collected_at"], postgresql_where=sa.text("model IS NOT NULL"))
    op.create_index(
        "ix_mention_rated", "mention", ["workspace_id", "id"], postgresql_where=sa.text("rating IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_mention_rated", table_name="mention")
    op.drop_index("ix_match_model", table_name="match")
    op.drop_index("ix_match_urgent", table_name="match")
    op.drop_column("match", "provisional")
    op.drop_table("model_run")
    op.drop_table("restance")
    op.drop_index("uq_phrase_scope", table_name="phrase")
    op.drop_table("phrase")
