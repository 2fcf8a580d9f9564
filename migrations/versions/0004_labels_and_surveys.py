"""The audit sample, survey answers, and how concentrated a brand's authors are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("brand", sa.Column("same_author", postgresql.JSONB(), server_default="{}", nullable=False))
    op.add_column("brand", sa.Column("same_author_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "audit_match",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("mention_id", sa.Uuid(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("negative", sa.REAL(), nullable=False),
        sa.Column("neutral", sa.REAL(), nullable=False),
        sa.Column("positive", sa.REAL(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("labelled_by", sa.Text(), nullable=True),
        sa.Column("labelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_audit_match_workspace_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "brand_id"],
            ["brand.workspace_id", "brand.id"],
            name=op.f("fk_audit_match_workspace_id_brand_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "mention_id"],
            ["mention.workspace_id", "mention.id"],
            name=op.f("fk_audit_match_workspace_id_mention_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_audit_match")),
        sa.UniqueConstraint(
            "workspace_id", "brand_id", "mention_id", name=op.f("uq_audit_match_workspace_id_brand_id_mention_id")
        ),
    )
    op.create_index("ix_audit_match_mention", "audit_match", ["workspace_id", "mention_id"])
    op.create_index("ix_audit_match_week", "audit_match", ["workspace_id", "week"])
    op.create_index(
        "ix_audit_match_labelled",
        "audit_match",
        ["workspace_id", "labelled_at"],
        postgresql_where=sa.text("label IS NOT NULL"),
    )
    op.create_table(
        "survey_response",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.Text(), server_default="", nullable=False),
        sa.Column("respondent", sa.Text(), server_default="", nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_survey_response_workspace_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "brand_id"],
            ["brand.workspace_id", "brand.id"],
            name=op.f("fk_survey_response_workspace_id_brand_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_survey_response")),
        sa.UniqueConstraint(
            "workspace_id", "brand_id", "external_id", name=op.f("uq_survey_response_workspace_id_brand_id_external_id")
        ),
    )
    op.create_index("ix_survey_response_answered", "survey_response", ["workspace_id", "brand_id", "answered_at", "id"])
    op.create_index(
        "ix_survey_response_respondent",
        "survey_response",
        ["workspace_id", "respondent"],
        postgresql_where=sa.text("respondent <> ''"),
    )
    op.execute(  # what buckets hold of repeated authors is counted again, by the watch
        "INSERT INTO dirty_hour (workspace_id, brand_id, hour) "
        "SELECT DISTINCT workspace_id, brand_id, hour FROM bucket ON CONFLICT DO NOTHING"
    )


def downgrade() -> None:
    op.drop_table("survey_response")
    op.drop_table("audit_match")
    op.drop_column("brand", "same_author_at")
    op.drop_column("brand", "same_author")
