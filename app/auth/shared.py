"""Links that show one page to whoever has them: 256 random bits in the address, their SHA-256 in the database."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.crypto import digest
from app.models import AuditEntry, ShareLink
from app.viewer import Viewer

NOTED_EVERY = timedelta(hours=1)
"""How often the audit log says of one link that it was opened; the link counts each time."""


def link_of(session: Session, token: str, now: datetime) -> ShareLink | None:
    """The link of a token; None when it never was, was revoked, or has expired."""
    if not 40 <= len(token) <= 100:
        return None
    row = session.scalars(select(ShareLink).where(ShareLink.token_hash == digest(token))).one_or_none()
    return row if row is not None and now < row.expires_at else None


def viewer_of(row: ShareLink) -> Viewer:
    """Who looks through a link: somebody who may read, and has no account."""
    return Viewer(row.workspace_id, f"link:{row.name}", frozenset({"read"}), timezone=row.timezone)


def note_opened(session: Session, row: ShareLink, now: datetime) -> None:
    """Counts that a link was opened, and says so in the audit log once an hour."""
    session.refresh(row, with_for_update=True)
    row.opened += 1
    if row.opened_at is None or now - row.opened_at >= NOTED_EVERY:
        row.opened_at = now
        session.add(
            AuditEntry(
                workspace_id=row.workspace_id,
                actor=f"link:{row.name}",
                action="share-link.open",
                target=str(row.id),
                details={"opened": row.opened},
            )
        )
