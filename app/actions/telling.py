"""Tells members what is for them: in the app, and by mail if they want it. Once, until they have read it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.auth.occasions import Occasion
from app.models import ForYou, Member, Mention, uuid7
from app.pipeline.tell.letters import write_letters
from app.pipeline.tell.naming import names_in, newly_named
from app.viewer import Viewer, may

Target = Literal["mention", "incident"]
AT_ONCE = 3
"""Of many mentions that change at once, the first few are told of."""
KEPT = timedelta(days=90)
"""How long what was read is listed."""


@may("write")
def tell(
    session: Session, viewer: Viewer, occasion: Occasion, target: Target, target_id: UUID, whom: Collection[UUID]
) -> None:
    """Tells these members; not who does it themselves, nor who is no member, nor who has not read the last time."""
    here = viewer.workspace_id
    theirs = select(Member.user_id).where(Member.workspace_id == here, Member.user_id.in_(whom))
    members = session.scalars(theirs.order_by(Member.user_id).with_for_update(read=True))
    what = {"workspace_id": here, "occasion": occasion, "target": target, "target_id": target_id}
    rows = [{**what, "id": uuid7(), "user_id": one, "actor": viewer.actor} for one in members if one != viewer.user_id]
    if not rows:
        return
    unread = insert(ForYou).values(rows).on_conflict_do_nothing().returning(ForYou.user_id)
    told = session.scalars(unread).all()
    write_letters(session, here, occasion, target, target_id, actor=viewer.actor, only=told)


@may("write")
def tell_assignee(
    session: Session, viewer: Viewer, member_id: UUID, target: Target, target_ids: Sequence[UUID]
) -> None:
    """Tells a member what is theirs now."""
    for target_id in target_ids[:AT_ONCE]:
        tell(session, viewer, "assigned", target, target_id, [member_id])


@may("write")
def tell_named(session: Session, viewer: Viewer, target: Target, notes: Mapping[UUID, tuple[str, str]]) -> None:
    """Tells those whom notes name: (before, after) by what they stand at. Who was named there before is not."""
    if not any("@" in after for _, after in notes.values()):
        return
    everybody = names_in(session, viewer.workspace_id)
    for target_id, (before, after) in list(notes.items())[:AT_ONCE]:
        if whom := newly_named(before, after, everybody):
            tell(session, viewer, "mentioned", target, target_id, whom)


@may("write")
def tell_of_mentions(
    session: Session, viewer: Viewer, ids: Sequence[UUID], assignee_id: UUID | None, note: str | None
) -> None:
    """Tells whom mentions are about to be given to, and whom their new note names. To be called before they change."""
    here = (Mention.workspace_id == viewer.workspace_id, Mention.id.in_(ids), Mention.deleted_at.is_(None))
    if assignee_id is not None:
        others = select(Mention.id).where(*here, Mention.assignee_id.is_distinct_from(assignee_id))
        tell_assignee(session, viewer, assignee_id, "mention", session.scalars(_few(others)).all())
    if note and "@" in note:
        rows = session.execute(_few(select(Mention.id, Mention.note).where(*here, Mention.note.is_distinct_from(note))))
        tell_named(session, viewer, "mention", {row.id: (row.note or "", note) for row in rows})


def _few(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return statement.order_by(Mention.id).limit(AT_ONCE)


@may("own")
def read(session: Session, viewer: Viewer, now: datetime, target: str = "", target_id: UUID | None = None) -> None:
    """Notes that the viewer has read what is for them: all of it, or what one mention or incident is about."""
    mine = (ForYou.workspace_id == viewer.workspace_id, ForYou.user_id == viewer.user_id)
    session.execute(delete(ForYou).where(*mine, ForYou.read_at < now - KEPT))
    statement = update(ForYou).where(*mine, ForYou.read_at.is_(None))
    if target_id is not None:
        statement = statement.where(ForYou.target == target, ForYou.target_id == target_id)
    session.execute(statement.values(read_at=now))
