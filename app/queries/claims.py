"""Who is looking at which mention now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Claim, User
from app.viewer import Viewer, may


@may("read")
def looking(session: Session, viewer: Viewer, mention_ids: Collection[UUID], now: datetime) -> dict[UUID, list[str]]:
    """The names of the others who are looking at these mentions, by mention."""
    found: dict[UUID, list[str]] = defaultdict(list)
    if not mention_ids:
        return found
    shown = func.coalesce(func.nullif(User.name, ""), User.email)
    rows = session.execute(
        select(Claim.mention_id, shown)
        .join(User, User.id == Claim.user_id)
        .where(Claim.workspace_id == viewer.workspace_id, Claim.mention_id.in_(mention_ids), Claim.until > now)
        .where(Claim.user_id != viewer.user_id if viewer.user_id else Claim.user_id.is_not(None))
        .order_by(shown)
    )
    for mention_id, name in rows:
        found[mention_id].append(name)
    return found
