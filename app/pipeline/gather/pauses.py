"""Remembers the hosts that asked for a pause: every worker knows it, and polls none of their sources meanwhile."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.models import Host, Source


def pause(session: Session, key: str, until: datetime, reason: dict[str, Any] | None) -> None:
    """Leaves all sources of this `limit_key` alone until then, unless they wait longer already."""
    if not key:
        return
    statement = upsert(Host).values(key=key, paused_until=until, reason=reason)
    longer = func.coalesce(Host.paused_until, statement.excluded.paused_until) <= statement.excluded.paused_until
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["key"], set_={"paused_until": until, "reason": statement.excluded.reason}, where=longer
        )
    )


def host_is_paused(now: datetime) -> ColumnElement[bool]:
    """The condition that the host of a source is paused at this moment, whichever of its sources was asked to wait."""
    return exists().where(Host.key == Source.limit_key, Host.paused_until > now)
