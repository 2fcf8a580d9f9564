"""Mentions and all that tell the same: their copies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.models import Mention
from app.problems import not_found
from app.viewer import Viewer, may


@may("read")
def named(session: Session, viewer: Viewer, ids: Sequence[UUID]) -> Select[Any]:
    """Selects the ids of these mentions. Raises Problem 404 where one is not the viewer's."""
    here = _of(viewer).where(Mention.id.in_(ids))
    if len(session.scalars(here).all()) != len(set(ids)):
        raise not_found("mention")
    return here


@may("read")
def either(viewer: Viewer, one: Select[Any], other: Select[Any]) -> Select[Any]:
    """Selects the ids that one or the other selects."""
    both = [select(each.order_by(None).subquery().c[0]) for each in (one, other)]
    return _of(viewer).where(or_(*(Mention.id.in_(each) for each in both)))


@may("read")
def with_their_copies(viewer: Viewer, wanted: Select[Any]) -> Select[Any]:
    """Selects the ids of these mentions and of all that tell the same."""
    first = wanted.order_by(None).subquery()
    stories = select(Mention.story_id).where(
        Mention.workspace_id == viewer.workspace_id, Mention.id.in_(select(first.c[0])), Mention.story_id.is_not(None)
    )
    return _of(viewer).where(or_(Mention.id.in_(select(first.c[0])), Mention.story_id.in_(stories)))


def _of(viewer: Viewer) -> Select[Any]:
    return select(Mention.id).where(Mention.workspace_id == viewer.workspace_id, Mention.deleted_at.is_(None))
