"""Finds the workspace and the brand that a typed name stands for."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from app.bootstrap import operator_of, workspaces
from app.cli.reading import Failed
from app.queries.brands import brand_ids
from app.viewer import Viewer


def operator(session: Session, workspace: str) -> Viewer:
    """The person at the terminal, in the workspace of this short name. Raises Failed."""
    known = workspaces(session)
    if workspace not in known:
        raise Failed(f"there is no workspace {workspace!r}; there is: {', '.join(known)}")
    return operator_of(known[workspace])


def brand_id_of(session: Session, viewer: Viewer, name: str) -> UUID:
    """The id of the viewer's brand of this name. Raises Failed."""
    known = brand_ids(session, viewer)
    if name not in known:
        raise Failed(f"there is no brand {name!r}; there is: {', '.join(known) or 'none yet'}")
    return known[name]
