"""Runs migrations on the connection that `app.migrate` hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from app.models import Base


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    include_name=_ours,
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
