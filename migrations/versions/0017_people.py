"""Four roles, members to assign to, invitations, letters to members, and what a key is used for.

Revision ID: 0017
Revises: 0016
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROLES = """
    UPDATE member SET role = 'manager' WHERE role = 'editor';
    UPDATE member SET role = 'owner' FROM (
        SELECT DISTINCT ON (workspace_id) workspace_id, user_id FROM member
        WHERE role = 'admin' ORDER BY workspace_id, created_at, user_id
    ) first WHERE member.workspace_id = first.workspace_id AND member.user_id = first.user_id;
"""
MADE_BY = """
    UPDATE api_key SET user_id = account.id
    FROM audit_entry entry JOIN user_account account ON account.email = entry.actor
    WHERE entry.workspace_id = api_key.workspace_id AND entry.action = 'key.create'
        AND entry.target = api_key.id::text
"""
ASSIGNED = """
    UPDATE {table} SET assignee_id = known.user_id, assignee = known.shown FROM (
        SELECT workspace_id, user_id, email, lower(name) AS name, CASE name WHEN '' THEN email ELSE name END AS shown,
            count(*) OVER (PARTITION BY workspace_id, lower(name)) AS namesakes
        FROM member JOIN user_account ON user_account.id = member.user_id
    ) known WHERE {table}.workspace_id = known.workspace_id AND {table}.assignee IS NOT NULL
        AND (lower({table}.assignee) = known.email OR lower({table}.assignee) = known.name AND known.namesakes = 1)
"""
"""What was typed as an assignee is a member where it is the address or the name of just one; else it stays as it is."""


def upgrade() -> None:
    op.execute(ROLES)
    op.add_column("api_key", sa.Column("user_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_api_key_user_id"), "api_key", "user_account", ["user_id"], ["id"], ondelete="CASCADE"
    )
    op.execute(MADE_BY)
    op.drop_index("ix_mention_assignee", "mention")
    for table in ("mention", "incident"):
        op.add_column(table, sa.Column("assignee_id", sa.Uuid(), nullable=True))
        op.execute(ASSIGNED.format(table=table))
        op.create_foreign_key(
            op.f(f"fk_{table}_workspace_id_assignee_id"),
            table,
            "member",
            ["workspace_id", "assignee_id"],
            ["workspace_id", "user_id"],
            ondelete="SET NULL (assignee_id)",
        )
    assigned = sa.text("assignee_id IS NOT NULL")
    op.create_index(
        "ix_mention_assignee",
        "mention",
        ["workspace_id", "assignee_id", "published_at", "id"],
        postgresql_where=assigned,
    )
    op.create_index("ix_incident_assignee", "incident", ["workspace_id", "assignee_id"], postgresql_where=assigned)
    for column in ("actor", "action"):
        op.create_index(f"ix_audit_entry_{column}", "audit_entry", ["workspace_id", column, "id"])
    op.add_column("user_account", sa.Column("appearance", sa.Text(), nullable=True))
    op.add_column(
        "user_account",
        sa.Column("occasions", sa.ARRAY(sa.Text()), server_default="{assigned,mentioned}", nullable=False),
    )
    _tables()


def _tables() -> None:
    now = sa.text("now()")
    op.create_table(
        "invitation",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("invited_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_invitation_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_table(
        "letter",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_letter_workspace_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"],
            ["member.workspace_id", "member.user_id"],
            name=op.f("fk_letter_workspace_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_letter")),
    )
    op.create_index("ix_letter_due", "letter", ["next_try_at"], postgresql_where=sa.text("state = 'pending'"))
    op.create_table(
        "key_usage",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "key_id"],
            ["api_key.workspace_id", "api_key.id"],
            name=op.f("fk_key_usage_workspace_id_key_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "key_id", "day", name=op.f("pk_key_usage")),
    )


def downgrade() -> None:
    for table in ("key_usage", "letter", "invitation"):
        op.drop_table(table)
    for column in ("occasions", "appearance"):
        op.drop_column("user_account", column)
    for column in ("action", "actor"):
        op.drop_index(f"ix_audit_entry_{column}", "audit_entry")
    op.drop_index("ix_incident_assignee", "incident")
    op.drop_index("ix_mention_assignee", "mention")
    for table in ("incident", "mention"):
        op.drop_constraint(f"fk_{table}_workspace_id_assignee_id", table)
        op.drop_column(table, "assignee_id")
    op.create_index(
        "ix_mention_assignee",
        "mention",
        ["workspace_id", "assignee"],
        postgresql_where=sa.text("assignee IS NOT NULL"),
    )
    op.drop_constraint("fk_api_key_user_id", "api_key")
    op.drop_column("api_key", "user_id")
    op.execute("UPDATE member SET role = 'editor' WHERE role = 'manager'")
    op.execute("UPDATE member SET role = 'admin' WHERE role = 'owner'")
