"""Looks up the stored mentions that those of a batch may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from app.models import Mention
from app.pipeline.keep.matches import MentionRef
from app.pipeline.sift.normalise import Draft

COUNTS = ("reach", "likes", "shares", "comments", "author_followers")
KEYS = ("page_key", "guid_key", "words_key")
NEWEST = 20
"""Mentions looked at under one key: a feed with one guid for everything it says has thousands."""
COLUMNS = (
    "id", "story_id", "published_at", "collected_at", "published_guessed", "source_id", "kind", "host", "content_hash",
    "author", "title", "text", "fingerprint", *KEYS, *COUNTS,
)  # fmt: skip
_BY_KEY = [
    f"""
    SELECT found.id FROM unnest(CAST(:{column}s AS bytea[])) AS wanted(key) CROSS JOIN LATERAL (
        SELECT id FROM mention WHERE workspace_id = :workspace_id AND {column} = wanted.key
        ORDER BY id DESC LIMIT :newest
    ) AS found
    """  # noqa: S608  # the names of our own columns
    for column in KEYS
]
_BY_FINGERPRINT = (
    "SELECT id FROM mention WHERE workspace_id = :workspace_id AND fingerprint = ANY(CAST(:fingerprints AS bytea[]))"
)
_KNOWN = text(
    f"""
    SELECT {", ".join(COLUMNS)} FROM mention
    WHERE workspace_id = :workspace_id AND id IN ({" UNION ".join([*_BY_KEY, _BY_FINGERPRINT])})
    """  # noqa: S608  # likewise
)


@dataclass(frozen=True, slots=True)
class StoredMention:
    """What is stored of a mention, as far as a newer reading of it may change it. `counts` has the keys of COUNTS.

    Its keys are None where an earlier version stored it.
    """

    ref: MentionRef
    source_id: UUID | None
    kind: str
    host: str
    content_hash: bytes
    author: str
    title: str
    text: str
    counts: Mapping[str, int | None]
    fingerprint: bytes
    page_key: bytes | None = None
    guid_key: bytes | None = None
    words_key: bytes | None = None

    def is_from(self, source_id: UUID) -> bool:
        """Whether this source brought it, or one that is deleted since."""
        return self.source_id in {source_id, None}


def known_mentions(session: Session, workspace_id: UUID, drafts: Sequence[Draft]) -> list[StoredMention]:
    """The stored mentions that share a key with one of the drafts: of each key the newest 20."""
    keys = {f"{column}s": [*{key for draft in drafts if (key := getattr(draft, column))}] for column in KEYS}
    marks_of = ((draft.fingerprint, draft.words_key, *draft.former) for draft in drafts)
    fingerprints = [*{mark for marks in marks_of for mark in marks if mark}]
    values = {"workspace_id": workspace_id, "newest": NEWEST, "fingerprints": fingerprints, **keys}
    rows = session.execute(_KNOWN, values).all()
    return [
        StoredMention(
            ref=MentionRef(row.id, row.story_id, row.published_at, row.collected_at, row.published_guessed),
            source_id=row.source_id,
            kind=row.kind,
            host=row.host,
            content_hash=row.content_hash,
            author=row.author,
            title=row.title,
            text=row.text,
            counts={name: getattr(row, name) for name in COUNTS},
            fingerprint=row.fingerprint,
            page_key=row.page_key,
            guid_key=row.guid_key,
            words_key=row.words_key,
        )
        for row in rows
    ]


def remember_keys(session: Session, workspace_id: UUID, was: StoredMention, draft: Draft) -> None:
    """Gives a mention that an earlier version stored the keys of today that it lacks."""
    lacking = {name: key for name in KEYS if getattr(was, name) is None and (key := getattr(draft, name))}
    if lacking:
        session.execute(
            update(Mention).where(Mention.workspace_id == workspace_id, Mention.id == was.ref.id).values(**lacking)
        )
