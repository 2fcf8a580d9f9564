"""The mentions of a source whose date is not known, and what to do about them."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Mention
from app.viewer import Viewer, may
from collectors import all_collectors
from ground.notice import Notice


@may("read")
def undated_by_source(
    session: Session, viewer: Viewer, source_ids: Collection[UUID]
) -> dict[UUID, tuple[int, str | None]]:
    """For each of these sources that has any: how many of its mentions have no known date, and what one says instead.

    Of several spellings, the last one in the order of the alphabet stands for all.
    """
    here = (
        Mention.workspace_id == viewer.workspace_id,
        Mention.source_id.in_(source_ids),
        Mention.deleted_at.is_(None),
    )
    rows = session.execute(
        select(Mention.source_id, func.count().label("number"), func.max(Mention.date_spelling).label("spelling"))
        .where(*here, Mention.published_guessed)
        .group_by(Mention.source_id)
    )
    return {row.source_id: (row.number, row.spelling) for row in rows}


def undated_notices(kind: str, number: int, spelling: str | None) -> list[Notice]:
    """That so many mentions of a source have no known date, why, and what to do; empty for none."""
    if not number:
        return []
    count = Notice("Mentions whose date is unknown: {n}. They count in no curve and no alert", {"n": number})
    why = (
        Notice("The source writes “{spelling}”, which Vigie does not understand as a date", {"spelling": spelling})
        if spelling
        else Notice("The source gives no date for them")
    )
    return [count, why, _advice(kind)]


def _advice(kind: str) -> Notice:
    declared = all_collectors().get(kind)
    if declared and not (declared.polled or declared.receive or declared.stream):
        return Notice("Import the file again with the column of its dates: the mentions get them, and none comes twice")
    if declared and "date" in declared.params.model_fields:
        return Notice("Change the source and say where the date is: what is read or sent again gets its date")
    return Notice(
        "The next reading that gives their date fills it in: ask those who run the source to write dates in full, such "
        "as 2026-11-30 14:05 +0100"
    )
