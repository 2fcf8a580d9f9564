"""Feeds in the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app.db import Database
from app.models import Source, uuid7


def add(db: Database, workspace_id: UUID, number: int = 1, name_of: str = "", **values: Any) -> list[UUID]:
    rows = [
        Source(
            workspace_id=workspace_id,
            id=uuid7(),
            **{
                "collector": "rss",
                "name": f"{name_of}{values.get('limit_key', '')} {n}",
                "params": {"url": f"http://127.0.0.1:1/{n}"},
                "interval_seconds": 3600,
                "host": "127.0.0.1",
                "limit_key": "127.0.0.1",
                "next_run_at": datetime.now(UTC) - timedelta(minutes=1),
                **values,
            },
        )
        for n in range(number)
    ]
    with db.writing() as session:
        session.add_all(rows)
    return [row.id for row in rows]
