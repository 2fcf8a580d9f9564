"""The conversation around a mention: the one that it answers, and the others of its thread that are stored."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Mention
from app.pipeline.sift.fingerprint import fingerprint
from app.pipeline.sift.place import scope_of
from app.viewer import Viewer, may
from collectors.base import RawMention

MOST = 50


@may("read")
def conversation(session: Session, viewer: Viewer, row: Mention) -> list[Mention]:
    """The other stored mentions of its thread, oldest first: the first 50, and in any case the one it answers.

    Threads are told apart by kind and host, as two forums may both have a thread 12. Mentions that matched no brand
    are not stored, and so are missing.
    """
    here = (Mention.workspace_id == viewer.workspace_id, Mention.id != row.id, Mention.deleted_at.is_(None))
    same_thread = (
        Mention.kind == row.kind,
        Mention.thread_id == (row.thread_id or row.external_id),
        Mention.host == row.host,
    )
    mentions = list(
        session.scalars(
            select(Mention).where(*here, *same_thread).order_by(Mention.published_at, Mention.id).limit(MOST)
        )
    )
    if marks := [_mark(row, name) for name in {row.parent_id, row.thread_id} if name]:
        mentions += session.scalars(select(Mention).where(*here, Mention.fingerprint.in_(marks)))
    return sorted(
        {mention.id: mention for mention in mentions}.values(), key=lambda mention: (mention.published_at, mention.id)
    )


def _mark(row: Mention, external_id: str) -> bytes:
    """The fingerprint of the neighbour of this id, within the scope that the kind declares."""
    return fingerprint(row.kind, RawMention(external_id, url=row.url), scope_of(row.kind, row.source_id))
