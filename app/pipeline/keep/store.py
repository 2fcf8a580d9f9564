"""Writes what was collected: mentions, stories, matches, revisions and quarantine, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import delete, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.models import Brand, DirtyHour, Match, Mention, Quarantined, Revision, Story, uuid7
from app.pipeline.sift.batch import MentionOutcome, Origin, Placed, Stored
from app.pipeline.sift.normalise import Draft, Rejection
from ground.plain import clean_line
from matching.match import Matched
from matching.story import StoryKey, near

STORY_MEMORY = timedelta(days=30)
"""A text that comes back later than this is a new story."""

MENTION_COLUMNS = (
    "fingerprint", "content_hash", "kind", "external_id", "url", "canonical_url", "host", "platform", "outlet",
    "author", "author_id", "author_followers", "title", "text", "language", "published_at", "published_guessed",
    "collected_at", "edited_at", "thread_id", "parent_id", "rating", "rating_scale", "reach", "likes", "shares",
    "comments", "search",
)  # fmt: skip
COUNTS = ("reach", "likes", "shares", "comments", "author_followers")


def store(session: Session, origin: Origin, placed: Sequence[Placed], refused: Sequence[Rejection]) -> Stored:
    """Stores a batch, once, whatever the order and however often it comes. One writer per workspace at a time."""
    result = Stored()
    lock_workspace(session, origin.workspace_id)
    batch = {one.draft.fingerprint: one for one in placed}
    known = _known(session, origin.workspace_id, batch)
    fresh = [one for fingerprint, one in batch.items() if fingerprint not in known]
    _insert_new(session, origin, [one for one in fresh if not one.draft.deleted], result)
    for one in fresh:
        if one.draft.deleted:
            result.note(one.draft.fingerprint, "unchanged")
    for fingerprint, was in known.items():
        outcome = _change(session, origin, was, batch[fingerprint])
        result.note(fingerprint, outcome, was["id"])
    quarantine(session, origin, refused)
    result.quarantined += len(refused)
    return result


def lock_workspace(session: Session, workspace_id: UUID) -> None:
    """Stories and leads are decided by one transaction of a workspace at a time."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": workspace_id.int >> 65})


def _known(session: Session, workspace_id: UUID, batch: Mapping[bytes, Placed]) -> dict[bytes, dict[str, Any]]:
    columns = (Mention.id, Mention.fingerprint, Mention.content_hash, Mention.title, Mention.text, Mention.published_at)
    whose = (Mention.source_id, Mention.host)
    counts = tuple(getattr(Mention, name) for name in COUNTS)
    found = session.execute(
        select(*columns, *whose, *counts, Mention.collected_at, Mention.story_id).where(
            Mention.workspace_id == workspace_id, Mention.fingerprint.in_(list(batch))
        )
    )
    return {row["fingerprint"]: dict(row) for row in found.mappings()}


def _insert_new(session: Session, origin: Origin, fresh: Sequence[Placed], result: Stored) -> None:
    """Inserts in one go; where that fails, halves the batch until the poison is alone."""
    if not fresh:
        return
    try:
        with session.begin_nested():
            ids = _insert(session, origin, fresh)
    except (DBAPIError, psycopg.Error, ValueError) as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise
        if isinstance(error, psycopg.OperationalError):
            raise
        if len(fresh) > 1:
            middle = len(fresh) // 2
            _insert_new(session, origin, fresh[:middle], result)
            _insert_new(session, origin, fresh[middle:], result)
            return
        draft = fresh[0].draft
        reason = f"the database refused it: {str(error).splitlines()[0][:200]}"
        quarantine(session, origin, [Rejection(draft.external_id, reason, draft.title[:200])])
        result.note(draft.fingerprint, "quarantined")
        return
    for one, mention_id in zip(fresh, ids, strict=True):
        result.note(one.draft.fingerprint, "stored", mention_id)


def _insert(session: Session, origin: Origin, fresh: Sequence[Placed]) -> list[UUID]:
    stories, old_stories = _stories(session, origin.workspace_id, [one.draft for one in fresh])
    taken = _leads(session, origin.workspace_id, old_stories)
    ids = [uuid7() for _ in fresh]
    mentions, matches = [], []
    for mention_id, story_id, one in zip(ids, stories, fresh, strict=True):
        draft = one.draft
        mentions.append((origin.workspace_id, mention_id, origin.source_id, story_id, origin.sample, *told(draft)))
        for match in one.matches:
            lead = story_id is None or (story_id, match.brand_id) not in taken
            if story_id is not None:
                taken.add((story_id, match.brand_id))
            matches.append(_match_row(origin.workspace_id, mention_id, match, draft, lead))
    head = ("workspace_id", "id", "source_id", "story_id", "sample")
    _copy(session, "mention", head + MENTION_COLUMNS, mentions)
    _copy(session, "match", MATCH_COLUMNS, matches)
    _remember_first(session, origin.workspace_id, fresh)
    return ids


MATCH_COLUMNS = ("workspace_id", "brand_id", "mention_id", "spans", "published_at", "collected_at", "lead")


told: Callable[[Draft], tuple[Any, ...]] = attrgetter(*MENTION_COLUMNS)
"""What of a draft is stored as it is."""


def _match_row(workspace_id: UUID, mention_id: UUID, match: Matched, draft: Draft, lead: bool) -> tuple[Any, ...]:
    spans = Jsonb(spans_json(match))
    return (workspace_id, match.brand_id, mention_id, spans, draft.published_at, draft.collected_at, lead)


def spans_json(match: Matched) -> dict[str, list[list[int]]]:
    """Where the query matched: {"title": [[start, end], …], "text": […]}, counted in characters."""
    return {
        "title": [[start, end] for start, end, in_title in match.spans if in_title],
        "text": [[start, end] for start, end, in_title in match.spans if not in_title],
    }


def _copy(session: Session, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """COPY: several times quicker than INSERT. Conflicts cannot happen under the workspace's lock."""
    names = psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, columns))
    statement = psycopg.sql.SQL("COPY {} ({}) FROM STDIN").format(psycopg.sql.Identifier(table), names)
    raw: psycopg.Connection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment] # psycopg by our URL
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _remember_first(session: Session, workspace_id: UUID, fresh: Sequence[Placed]) -> None:
    first: dict[UUID, datetime] = {}
    for one in fresh:
        for match in one.matches:
            first[match.brand_id] = min(first.get(match.brand_id, one.draft.published_at), one.draft.published_at)
    for brand_id, at in first.items():
        session.execute(
            update(Brand)
            .where(Brand.workspace_id == workspace_id, Brand.id == brand_id)
            .where(or_(Brand.first_mention_at.is_(None), Brand.first_mention_at > at))
            .values(first_mention_at=at, updated_at=Brand.updated_at)
        )


def _stories(session: Session, workspace_id: UUID, drafts: Sequence[Draft]) -> tuple[list[UUID | None], set[UUID]]:
    """The story of each draft, made where there is none; and those among them that were there before."""
    keys = {draft.story for draft in drafts if draft.story is not None}
    if not keys:
        return [None] * len(drafts), set()
    oldest = min(draft.published_at for draft in drafts) - STORY_MEMORY
    wanted = sorted({band for key in keys for band in key.bands})
    found = session.execute(
        select(Story.id, Story.simhash, Story.bands, Story.first_at, Story.last_at).where(
            Story.workspace_id == workspace_id, Story.bands.overlap(wanted), Story.last_at >= oldest
        )
    ).all()
    index = _StoryIndex()
    for story_id, simhash, its_bands, first_at, last_at in found:
        index.add(story_id, simhash, its_bands, first_at, last_at)
    before = {row[0] for row in found}
    made: dict[UUID, StoryKey] = {}
    seen: dict[UUID, list[datetime]] = {}
    stories: list[UUID | None] = []
    for draft in drafts:
        if draft.story is None:
            stories.append(None)
            continue
        known = index.find(draft.story, draft.published_at)
        here = known or uuid7()
        if known is None:
            index.add(here, draft.story.simhash, draft.story.bands, draft.published_at, draft.published_at)
            made[here] = draft.story
        seen.setdefault(here, []).append(draft.published_at)
        stories.append(here)
    _write_stories(session, workspace_id, made, seen)
    return stories, before & set(seen)


class _StoryIndex:
    """Stories at hand, by band: near ones share at least one, and are told from chance by their simhash.

    A text is of a story when it was published within its memory, before it or after: history is read backwards.
    """

    def __init__(self) -> None:
        self._by_band: dict[int, list[tuple[UUID, int]]] = {}
        self._spans: dict[UUID, tuple[datetime, datetime]] = {}

    def add(self, story_id: UUID, simhash: int, its_bands: Iterable[int], first: datetime, last: datetime) -> None:
        self._spans[story_id] = (first, last)
        for band in its_bands:
            self._by_band.setdefault(band, []).append((story_id, simhash))

    def find(self, key: StoryKey, at: datetime) -> UUID | None:
        """The story of a text published then; it reaches as far as that from now on."""
        for band in key.bands:
            for story_id, simhash in self._by_band.get(band, ()):
                first, last = self._spans[story_id]
                if first - STORY_MEMORY <= at <= last + STORY_MEMORY and near(key, simhash):
                    self._spans[story_id] = (min(first, at), max(last, at))
                    return story_id
        return None


def _write_stories(
    session: Session, workspace_id: UUID, made: Mapping[UUID, StoryKey], seen: Mapping[UUID, list[datetime]]
) -> None:
    rows = [
        (
            workspace_id,
            story_id,
            one.simhash,
            list(one.bands),
            min(seen[story_id]),
            max(seen[story_id]),
            len(seen[story_id]),
        )
        for story_id, one in made.items()
    ]
    columns = ("workspace_id", "id", "simhash", "bands", "first_at", "last_at", "copies")
    _copy(session, "story", columns, rows)
    for story_id in seen.keys() - made.keys():
        session.execute(
            update(Story)
            .where(Story.workspace_id == workspace_id, Story.id == story_id)
            .values(
                copies=Story.copies + len(seen[story_id]),
                first_at=func.least(Story.first_at, min(seen[story_id])),
                last_at=func.greatest(Story.last_at, max(seen[story_id])),
            )
        )


def _leads(session: Session, workspace_id: UUID, stories: set[UUID]) -> set[tuple[UUID, UUID]]:
    if not stories:
        return set()
    found = session.execute(
        select(Mention.story_id, Match.brand_id)
        .join(Match, (Match.workspace_id == Mention.workspace_id) & (Match.mention_id == Mention.id))
        .where(Mention.workspace_id == workspace_id, Mention.story_id.in_(stories), Match.lead)
    )
    return {(story_id, brand_id) for story_id, brand_id in found if story_id is not None}


def _change(session: Session, origin: Origin, was: Mapping[str, Any], one: Placed) -> MentionOutcome:
    """An item that is known: edited, counted again, deleted, or just the same."""
    draft, workspace_id, mention_id = one.draft, origin.workspace_id, was["id"]
    if was["source_id"] != origin.source_id and (not draft.host or was["host"] != draft.host):
        return "unchanged"  # an id can be copied by anybody: only its own site may edit or delete what it names
    here = (Mention.workspace_id == workspace_id, Mention.id == mention_id)
    if draft.deleted:
        mark_dirty(session, workspace_id, [mention_id])
        session.execute(delete(Mention).where(*here))
        return "updated"
    counts = {name: getattr(draft, name) for name in COUNTS if getattr(draft, name) not in (None, was[name])}
    if was["content_hash"] == draft.content_hash:
        if not counts:
            return "unchanged"
        session.execute(update(Mention).where(*here).values(**counts, updated_at=func.now()))
        if "reach" in counts:
            mark_dirty(session, workspace_id, [mention_id])
        return "updated"
    session.add(
        Revision(
            workspace_id=workspace_id,
            mention_id=mention_id,
            at=draft.collected_at,
            change={"title": was["title"], "text": was["text"]},
        )
    )
    session.execute(
        update(Mention)
        .where(*here)
        .values(
            **counts,
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
    rematch_one(session, workspace_id, was, one.matches)
    return "updated"


def rematch_one(session: Session, workspace_id: UUID, was: Mapping[str, Any], matches: Sequence[Matched]) -> None:
    """Gives an edited mention these matches: new ones are added, lost ones removed, kept ones scored again.

    `was` holds the mention's id, story_id, published_at and collected_at. A person's correction is kept.
    """
    mark_dirty(session, workspace_id, [was["id"]])
    here = (Match.workspace_id == workspace_id, Match.mention_id == was["id"])
    present = set(session.scalars(select(Match.brand_id).where(*here)))
    wanted = {match.brand_id: match for match in matches}
    if lost := present - wanted.keys():
        session.execute(delete(Match).where(*here, Match.brand_id.in_(lost)))
    for brand_id, match in wanted.items():
        if brand_id in present:
            values = {"spans": spans_json(match), "scored_at": None}
            session.execute(update(Match).where(*here, Match.brand_id == brand_id).values(**values))
        else:
            add_match(session, workspace_id, was, match)


def add_match(session: Session, workspace_id: UUID, was: Mapping[str, Any], match: Matched) -> None:
    """A match for a mention that is stored already."""
    story_id = was["story_id"]
    taken = _leads(session, workspace_id, {story_id} if story_id else set())
    session.execute(
        insert(Match).values(
            workspace_id=workspace_id,
            brand_id=match.brand_id,
            mention_id=was["id"],
            spans=spans_json(match),
            published_at=was["published_at"],
            collected_at=was["collected_at"],
            lead=(story_id, match.brand_id) not in taken,
        )
    )


def mark_dirty(session: Session, workspace_id: UUID, mention_ids: Sequence[UUID]) -> None:
    """The hours of these mentions are to be recounted, for each brand they match."""
    hours = select(Match.workspace_id, Match.brand_id, func.date_trunc("hour", Match.published_at, "UTC")).where(
        Match.workspace_id == workspace_id, Match.mention_id.in_(mention_ids)
    )
    statement = upsert(DirtyHour).from_select(["workspace_id", "brand_id", "hour"], hours.distinct())
    session.execute(statement.on_conflict_do_update(constraint="pk_dirty_hour", set_={"since": func.now()}))


def quarantine(session: Session, origin: Origin, refused: Sequence[Rejection]) -> None:
    """Keeps what could not be stored, with its reason, once per item."""
    if not refused:
        return
    rows = {
        one.external_id: {
            "workspace_id": origin.workspace_id,
            "id": uuid7(),
            "source_id": origin.source_id,
            "external_id": clean_line(one.external_id, 500),
            "reason": clean_line(one.reason, 500),
            "excerpt": clean_line(one.excerpt, 500),
        }
        for one in refused
    }
    statement = upsert(Quarantined).values(list(rows.values()))
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["workspace_id", "source_id", "external_id"],
            set_={"reason": statement.excluded.reason, "tries": Quarantined.tries + 1},
        )
    )
