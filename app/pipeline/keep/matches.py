"""The matches of mentions with brands: their rows, which of them lead a story, and which hours they make stale."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.models import DirtyHour, Match, Mention
from matching.match import Matched

MATCH_COLUMNS = ("workspace_id", "brand_id", "mention_id", "spans", "published_at", "collected_at", "lead")

Lead = tuple[UUID, UUID]
"""A story and a brand for which one of its matches leads."""


@dataclass(frozen=True, slots=True)
class MentionRef:
    """What a match has from its mention: two of its dates, and the story that it may lead."""

    id: UUID
    story_id: UUID | None
    published_at: datetime
    collected_at: datetime


def match_rows(
    workspace_id: UUID, mentions: Iterable[tuple[MentionRef, Sequence[Matched]]], led: Collection[Lead]
) -> Iterator[tuple[Any, ...]]:
    """The rows of new matches, as MATCH_COLUMNS. The first match of a story for a brand leads, unless it is `led`."""
    taken = set(led)
    for mention, matches in mentions:
        for match in matches:
            lead = mention.story_id is None or (mention.story_id, match.brand_id) not in taken
            if mention.story_id is not None:
                taken.add((mention.story_id, match.brand_id))
            spans = Jsonb(spans_json(match))
            dates = (mention.published_at, mention.collected_at)
            yield (workspace_id, match.brand_id, mention.id, spans, *dates, lead)


def spans_json(match: Matched) -> dict[str, list[list[int]]]:
    """Where the query matched: {"title": [[start, end], …], "text": […]}, counted in characters."""
    return {
        "title": [[start, end] for start, end, in_title in match.spans if in_title],
        "text": [[start, end] for start, end, in_title in match.spans if not in_title],
    }


def leads(session: Session, workspace_id: UUID, stories: Collection[UUID]) -> set[Lead]:
    """The pairs of story and brand that have a lead already."""
    if not stories:
        return set()
    rows = session.execute(
        select(Mention.story_id, Match.brand_id)
        .join(Match, (Match.workspace_id == Mention.workspace_id) & (Match.mention_id == Mention.id))
        .where(Mention.workspace_id == workspace_id, Mention.story_id.in_(stories), Match.lead)
    )
    return {(story_id, brand_id) for story_id, brand_id in rows if story_id is not None}


def replace_matches(session: Session, workspace_id: UUID, mention: MentionRef, matches: Sequence[Matched]) -> None:
    """Gives an edited mention these matches: adds new ones, removes lost ones, has kept ones scored again.

    A stance that a person corrected stays.
    """
    mark_dirty(session, workspace_id, [mention.id])
    here = (Match.workspace_id == workspace_id, Match.mention_id == mention.id)
    before = set(session.scalars(select(Match.brand_id).where(*here)))
    after = {match.brand_id: match for match in matches}
    if lost := before - after.keys():
        session.execute(delete(Match).where(*here, Match.brand_id.in_(lost)))
    for brand_id, match in after.items():
        if brand_id in before:
            values = {"spans": spans_json(match), "scored_at": None}
            session.execute(update(Match).where(*here, Match.brand_id == brand_id).values(**values))
        else:
            add_match(session, workspace_id, mention, match)


def add_match(session: Session, workspace_id: UUID, mention: MentionRef, match: Matched) -> None:
    """Adds a match to a mention that is stored already."""
    led = leads(session, workspace_id, [mention.story_id] if mention.story_id else [])
    session.execute(
        insert(Match).values(
            workspace_id=workspace_id,
            brand_id=match.brand_id,
            mention_id=mention.id,
            spans=spans_json(match),
            published_at=mention.published_at,
            collected_at=mention.collected_at,
            lead=(mention.story_id, match.brand_id) not in led,
        )
    )


def mark_dirty(session: Session, workspace_id: UUID, mention_ids: Sequence[UUID]) -> None:
    """Asks for the hours of these mentions to be recounted, for each brand they match."""
    hours = select(Match.workspace_id, Match.brand_id, func.date_trunc("hour", Match.published_at, "UTC")).where(
        Match.workspace_id == workspace_id, Match.mention_id.in_(mention_ids)
    )
    statement = upsert(DirtyHour).from_select(["workspace_id", "brand_id", "hour"], hours.distinct())
    session.execute(statement.on_conflict_do_update(constraint="pk_dirty_hour", set_={"since": func.now()}))
