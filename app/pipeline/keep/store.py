"""Writes a batch of sifted mentions in the caller's transaction: new ones, changes to known ones, quarantine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import or_, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.live import tell_changed
from app.models import Brand, ImportedMention, uuid7
from app.pipeline.keep.brought import note_brought
from app.pipeline.keep.bulk import copy_rows
from app.pipeline.keep.changes import OUTCOMES, Intent, carry_out, decide
from app.pipeline.keep.identity import identify
from app.pipeline.keep.known import StoredMention, known_mentions, remember_keys
from app.pipeline.keep.matches import MATCH_COLUMNS, MentionRef, hidden_of, leads, match_rows
from app.pipeline.keep.quarantine import quarantine
from app.pipeline.keep.stories import place_in_stories
from app.pipeline.sift.batch import Origin, Placed, Stored
from app.pipeline.sift.normalise import Rejection

DRAFT_COLUMNS = (
    "fingerprint", "content_hash", "kind", "external_id", "url", "canonical_url", "host", "platform", "outlet",
    "author", "author_id", "author_followers", "title", "text", "language", "published_at", "published_guessed",
    "date_spelling", "collected_at", "edited_at", "thread_id", "parent_id", "rating", "rating_scale", "reach",
    "likes", "shares", "comments", "search", "page_key", "guid_key", "words_key",
)  # fmt: skip
"""The columns of a mention that hold what its draft holds under the same name."""
MENTION_COLUMNS = ("workspace_id", "id", "source_id", "story_id", "sample", "status", "hidden", *DRAFT_COLUMNS)


def store(session: Session, origin: Origin, placed: Sequence[Placed], rejections: Sequence[Rejection]) -> Stored:
    """Stores a batch, once, whatever the order and however often it comes. One writer per workspace at a time."""
    result = Stored()
    lock_workspace(session, origin.workspace_id)
    drafts = [mention.draft for mention in placed]
    known = known_mentions(session, origin.workspace_id, drafts)
    fresh: list[Placed] = []
    dated: list[Placed] = []
    for mention, identity in zip(placed, identify(drafts, known, origin.source_id), strict=True):
        if identity.repeats is not None:
            if mention.draft.fingerprint != drafts[identity.repeats].fingerprint:
                result.note(mention.draft.fingerprint, "unchanged")
            continue
        intent = decide(identity.known, mention.draft, origin.source_id)
        if intent.action == "add":
            fresh.append(mention)
        else:
            _change(session, origin, mention, identity.known, intent, result)
        if intent.dated:
            dated.append(mention)
    _add(session, origin, fresh, result)
    _note_brought(session, origin, fresh, result)
    _remember_first(session, origin.workspace_id, dated)
    quarantine(session, origin, rejections)
    result.quarantined += len(rejections)
    return result


def _change(
    session: Session, origin: Origin, mention: Placed, was: StoredMention | None, intent: Intent, result: Stored
) -> None:
    """Does to a mention that is stored what was decided, and notes what became of it."""
    if was is not None:
        carry_out(session, origin.workspace_id, intent, was, mention)
        if intent.action in {"leave", "recount", "date"} and was.is_from(origin.source_id):
            remember_keys(session, origin.workspace_id, was, mention.draft)
    result.note(mention.draft.fingerprint, OUTCOMES[intent.action], was.ref.id if was else None)


def _note_brought(session: Session, origin: Origin, fresh: Sequence[Placed], result: Stored) -> None:
    """Notes who brought the mentions of the batch, as far as imports are concerned."""
    new = {mention_id for placed in fresh if (mention_id := result.ids.get(placed.draft.fingerprint))}
    met = {*result.ids.values()} - new
    note_brought(session, ImportedMention, origin.workspace_id, origin.import_id, new, met)


def lock_workspace(session: Session, workspace_id: UUID) -> None:
    """Waits until no other transaction of the workspace decides about stories and leads, and keeps others waiting."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": workspace_id.int >> 65})


def _add(session: Session, origin: Origin, fresh: Sequence[Placed], result: Stored) -> None:
    """Inserts all at once; where that fails, halves the batch until the poison is alone, and quarantines it."""
    if not fresh:
        return
    try:
        with session.begin_nested():
            ids = _insert(session, origin, fresh)
    except (DBAPIError, psycopg.Error, ValueError) as error:
        if _is_connection_lost(error):
            raise
        if len(fresh) > 1:
            middle = len(fresh) // 2
            _add(session, origin, fresh[:middle], result)
            _add(session, origin, fresh[middle:], result)
            return
        draft = fresh[0].draft
        reason = f"the database refused it: {str(error).splitlines()[0][:200]}"
        quarantine(session, origin, [Rejection(draft.external_id, reason, f"{draft.title} {draft.text}"[:200].strip())])
        result.note(draft.fingerprint, "quarantined")
        return
    tell_changed(session, origin.workspace_id, ids)
    for mention, mention_id in zip(fresh, ids, strict=True):
        result.note(mention.draft.fingerprint, "stored", mention_id)


def _is_connection_lost(error: Exception) -> bool:
    """Whether the database went away, which says nothing about the mentions."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated
    return isinstance(error, psycopg.OperationalError)


def _insert(session: Session, origin: Origin, fresh: Sequence[Placed]) -> list[UUID]:
    """Writes new mentions, their stories and their matches. Returns their ids, in order."""
    drafts = [mention.draft for mention in fresh]
    texts = [(draft.story, draft.published_at) for draft in drafts]
    assignment = place_in_stories(session, origin.workspace_id, texts)
    led = leads(session, origin.workspace_id, assignment.grown)
    refs = [
        MentionRef(uuid7(), story_id, draft.published_at, draft.collected_at, draft.published_guessed)
        for story_id, draft in zip(assignment.stories, drafts, strict=True)
    ]
    copy_rows(session, "mention", MENTION_COLUMNS, map(partial(_mention_row, origin), refs, fresh))
    matches = zip(refs, (mention.matches for mention in fresh), strict=True)
    copy_rows(session, "match", MATCH_COLUMNS, match_rows(origin.workspace_id, matches, led.dated, led.undated))
    _remember_first(session, origin.workspace_id, fresh)
    return [ref.id for ref in refs]


def _mention_row(origin: Origin, ref: MentionRef, mention: Placed) -> tuple[Any, ...]:
    """The row of a new mention, as MENTION_COLUMNS."""
    hidden = hidden_of(mention.matches)
    status = ("irrelevant", Jsonb(hidden)) if hidden else ("new", None)
    head = (origin.workspace_id, ref.id, origin.source_id, ref.story_id, origin.sample, *status)
    return (*head, *(getattr(mention.draft, column) for column in DRAFT_COLUMNS))


def _remember_first(session: Session, workspace_id: UUID, fresh: Sequence[Placed]) -> None:
    """Moves `first_mention_at` of the brands back to the earliest of these mentions whose date is known."""
    first: dict[UUID, datetime] = {}
    for mention in (one for one in fresh if not one.draft.published_guessed):
        at = mention.draft.published_at
        for match in mention.matches:
            first[match.brand_id] = min(first.get(match.brand_id, at), at)
    for brand_id, at in first.items():
        session.execute(
            update(Brand)
            .where(Brand.workspace_id == workspace_id, Brand.id == brand_id)
            .where(or_(Brand.first_mention_at.is_(None), Brand.first_mention_at > at))
            .values(first_mention_at=at, updated_at=Brand.updated_at)
        )
