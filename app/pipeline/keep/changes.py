"""Decides what to do about a mention that a source gives, and carries it out on one that is stored already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from app.models import Mention, Revision
from app.pipeline.keep.known import COUNTS, StoredMention
from app.pipeline.keep.matches import give_date, mark_dirty, replace_matches
from app.pipeline.keep.removal import remove_mentions
from app.pipeline.sift.batch import MentionOutcome, Placed
from app.pipeline.sift.normalise import Draft

Action = Literal["add", "edit", "recount", "date", "delete", "leave"]
Reason = Literal[
    "it is new", "it was deleted before it was stored", "only its own site may change it",
    "only the source that brought it may change it", "its author deleted it", "its words or its rating changed",
    "its counts changed", "its date is known now", "nothing changed",
]  # fmt: skip
OUTCOMES: dict[Action, MentionOutcome] = {
    "add": "stored", "edit": "updated", "recount": "updated", "date": "updated", "delete": "updated",
    "leave": "unchanged",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Intent:
    """What to do about a mention, and why. `counts` are those to be written when it is edited or counted again.

    `dated`: its date was guessed, and is known now.
    """

    action: Action
    reason: Reason
    counts: Mapping[str, int] = field(default_factory=dict)
    dated: bool = False


def decide(was: StoredMention | None, draft: Draft, source_id: UUID) -> Intent:
    """What to do about a mention: `draft` is what the source `source_id` gives of it, `was` what is stored."""
    if was is None:
        return Intent("leave", "it was deleted before it was stored") if draft.deleted else Intent("add", "it is new")
    is_ours = was.is_from(source_id)
    if not _is_same_site(was, draft) and was.source_id != source_id:
        return Intent("leave", "only its own site may change it")  # anybody can copy an id
    if not is_ours and draft.ids != "platform":
        return Intent("leave", "only the source that brought it may change it")  # anybody can name a link
    if draft.deleted:
        return Intent("delete", "its author deleted it")
    counts, dated = _newer_counts(was, draft), was.ref.undated and not draft.published_guessed
    if is_ours and was.content_hash != draft.content_hash:
        return Intent("edit", "its words or its rating changed", counts, dated)
    if counts:
        return Intent("recount", "its counts changed", counts, dated)
    return Intent("date", "its date is known now", dated=True) if dated else Intent("leave", "nothing changed")


def _is_same_site(was: StoredMention, draft: Draft) -> bool:
    return bool(draft.host) and was.host == draft.host and was.kind == draft.kind


def _newer_counts(was: StoredMention, draft: Draft) -> dict[str, int]:
    """The counts of the draft that differ. One that the platform does not give stays as it is."""
    counts = {name: getattr(draft, name) for name in COUNTS}
    return {name: count for name, count in counts.items() if count is not None and count != was.counts[name]}


def carry_out(session: Session, workspace_id: UUID, intent: Intent, was: StoredMention, placed: Placed) -> None:
    """Does to a stored mention what was decided about it."""
    if intent.dated:
        was = replace(was, ref=give_date(session, workspace_id, was.ref, placed.draft.published_at))
    match intent.action:
        case "edit":
            _edit(session, workspace_id, was, placed, intent.counts)
        case "recount":
            _recount(session, workspace_id, was.ref.id, intent.counts)
        case "delete":
            remove_mentions(session, workspace_id, [was.ref.id])
        case "add" | "date" | "leave":
            pass


def _edit(session: Session, workspace_id: UUID, was: StoredMention, placed: Placed, counts: Mapping[str, int]) -> None:
    """Writes what the mention says now, keeps what it said before as a revision, and matches it again."""
    draft, mention_id = placed.draft, was.ref.id
    change = {"title": was.title, "text": was.text}
    session.add(Revision(workspace_id=workspace_id, mention_id=mention_id, at=draft.collected_at, change=change))
    session.execute(
        update(Mention)
        .where(Mention.workspace_id == workspace_id, Mention.id == mention_id)
        .values(
            **counts,
            external_id=draft.external_id,
            url=draft.url,
            canonical_url=draft.canonical_url,
            host=draft.host,
            page_key=draft.page_key,
            guid_key=draft.guid_key,
            words_key=draft.words_key,
            title=draft.title,
            text=draft.text,
            content_hash=draft.content_hash,
            search=draft.search,
            language=draft.language,
            rating=draft.rating,
            rating_scale=draft.rating_scale,
            edited_at=draft.edited_at or draft.collected_at,
            updated_at=func.now(),
            version=Mention.version + 1,
        )
    )
    replace_matches(session, workspace_id, was.ref, placed.matches)


def _recount(session: Session, workspace_id: UUID, mention_id: UUID, counts: Mapping[str, int]) -> None:
    session.execute(
        update(Mention)
        .where(Mention.workspace_id == workspace_id, Mention.id == mention_id)
        .values(**counts, updated_at=func.now())
    )
    if "reach" in counts:  # the only count that buckets weigh by
        mark_dirty(session, workspace_id, [mention_id])
