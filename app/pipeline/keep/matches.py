"""The matches of mentions with brands: their rows, which of them lead a story, and which hours they make stale."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
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
class Leads:
    """The stories and brands that have a lead: one whose date is known, or one without a date."""

    dated: Collection[Lead] = frozenset()
    undated: Collection[Lead] = frozenset()


@dataclass(frozen=True, slots=True)
class MentionRef:
    """What a match has from its mention: two of its dates, and the story that it may lead.

    `undated`: `published_at` is a guess.
    """

    id: UUID
    story_id: UUID | None
    published_at: datetime
    collected_at: datetime
    undated: bool = False


def match_rows(
    workspace_id: UUID,
    mentions: Iterable[tuple[MentionRef, Sequence[Matched]]],
    led: Collection[Lead],
    undated: Collection[Lead] = (),
) -> Iterator[tuple[Any, ...]]:
    """The rows of new matches, as MATCH_COLUMNS. The first match of a story for a brand leads, unless it is `led`.

    A mention without a date counts nowhere, so the first one with a date leads beside it: `undated` has the stories
    that only such a mention leads.
    """
    dated, guessed = set(led), set(undated)
    for mention, matches in mentions:
        for match in matches:
            lead = may_lead(mention, match.brand_id, Leads(dated, guessed))
            if mention.story_id is not None:
                (guessed if mention.undated else dated).add((mention.story_id, match.brand_id))
            spans = Jsonb(spans_json(match))
            dates = (mention.published_at, mention.collected_at)
            yield (workspace_id, match.brand_id, mention.id, spans, *dates, lead)


def may_lead(mention: MentionRef, brand_id: UUID, taken: Leads) -> bool:
    """Whether a match would lead the story of its mention: only one without a date yields to one without a date."""
    if mention.story_id is None:
        return True
    lead = (mention.story_id, brand_id)
    return lead not in taken.dated and not (mention.undated and lead in taken.undated)


def spans_json(match: Matched) -> dict[str, list[list[int]]]:
    """Where the query matched: {"title": [[start, end], …], "text": […]}, counted in characters."""
    return {
        "title": [[start, end] for start, end, in_title in match.spans if in_title],
        "text": [[start, end] for start, end, in_title in match.spans if not in_title],
    }


def hidden_of(matches: Sequence[Matched]) -> dict[str, str] | None:
    """Why a mention is hidden, as its column holds it: no brand that it matches wants to see it."""
    first = next((match for match in matches if match.hidden is not None), None)
    if first is None or first.hidden is None or any(match.hidden is None for match in matches):
        return None
    return {"brand_id": str(first.brand_id), "why": first.hidden.why, "what": first.hidden.what}


def leads(session: Session, workspace_id: UUID, stories: Collection[UUID]) -> Leads:
    """The stories and brands that have a lead already."""
    if not stories:
        return Leads()
    rows = session.execute(
        select(Mention.story_id, Match.brand_id, Mention.published_guessed)
        .join(Match, (Match.workspace_id == Mention.workspace_id) & (Match.mention_id == Mention.id))
        .where(Mention.workspace_id == workspace_id, Mention.story_id.in_(stories), Match.lead)
    )
    found: dict[bool, set[Lead]] = {True: set(), False: set()}
    for story_id, brand_id, guessed in rows:
        if story_id is not None:
            found[guessed].add((story_id, brand_id))
    return Leads(found[False], found[True])


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
            lead=may_lead(mention, match.brand_id, led),
        )
    )


def give_date(session: Session, workspace_id: UUID, mention: MentionRef, at: datetime) -> MentionRef:
    """Writes the date that is known now where one was guessed, and has both hours counted again.

    Its matches lead their story unless one whose date was known before does. Returns the mention as it is now.
    """
    mark_dirty(session, workspace_id, [mention.id])
    led = leads(session, workspace_id, [mention.story_id] if mention.story_id else [])
    now = replace(mention, published_at=at, undated=False)
    session.execute(
        update(Mention)
        .where(Mention.workspace_id == workspace_id, Mention.id == mention.id)
        .values(published_at=at, published_guessed=False, date_spelling=None, updated_at=func.now())
    )
    here = (Match.workspace_id == workspace_id, Match.mention_id == mention.id)
    for brand_id in session.scalars(select(Match.brand_id).where(*here)).all():
        values = {"published_at": at, "lead": may_lead(now, brand_id, led)}
        session.execute(update(Match).where(*here, Match.brand_id == brand_id).values(**values))
    mark_dirty(session, workspace_id, [mention.id])
    return now


def mark_dirty(session: Session, workspace_id: UUID, mention_ids: Sequence[UUID]) -> None:
    """Asks for the hours of these mentions to be recounted, for each brand they match."""
    hours = select(Match.workspace_id, Match.brand_id, func.date_trunc("hour", Match.published_at, "UTC")).where(
        Match.workspace_id == workspace_id, Match.mention_id.in_(mention_ids)
    )
    statement = upsert(DirtyHour).from_select(["workspace_id", "brand_id", "hour"], hours.distinct())
    session.execute(statement.on_conflict_do_update(constraint="pk_dirty_hour", set_={"since": func.now()}))
