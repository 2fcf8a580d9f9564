"""Where somebody begins who has just made the first account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.queries.incidents import incidents
from app.queries.overview import overview
from app.viewer import Viewer

FIRST_STEPS = "/setup"


def landing(session: Session, viewer: Viewer, now: datetime) -> str:
    """The incident that is open, else the feed, where there is something to see; else the first steps."""
    if not overview(session, viewer, now).has_sample:
        return FIRST_STEPS
    open_now = incidents(session, viewer, limit=1, state="open").items
    return f"/alerts/{open_now[0].incident.id}" if open_now else "/"
