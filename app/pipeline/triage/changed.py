"""Tells whoever listens to the database which mentions have changed, by PostgreSQL's NOTIFY."""

from __future__ import annotations

import json
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

CHANNEL = "vigie_mention"
MOST = 100
"""Of more mentions none is named: who shows a list asks for it again."""


def tell_changed(session: Session, workspace_id: UUID, mention_ids: Collection[UUID]) -> None:
    """Sends {"workspace": id, "mentions": [ids]} once the transaction is committed; no ids mean many mentions."""
    if mention_ids:
        session.execute(
            text("SELECT pg_notify(:channel, :payload)"),
            {"channel": CHANNEL, "payload": payload(workspace_id, mention_ids)},
        )


def payload(workspace_id: UUID, mention_ids: Collection[UUID]) -> str:
    """What is sent: ids only, under the 8,000 bytes that PostgreSQL takes."""
    named = sorted(map(str, mention_ids)) if len(mention_ids) <= MOST else []
    return json.dumps({"workspace": str(workspace_id), "mentions": named}, separators=(",", ":"))
