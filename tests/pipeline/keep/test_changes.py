"""What is decided about a mention, as a table: nothing here needs a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from app.pipeline.keep.changes import Intent, decide
from app.pipeline.keep.known import COUNTS, StoredMention
from app.pipeline.keep.matches import MentionRef
from app.pipeline.sift.fingerprint import Scope
from app.pipeline.sift.normalise import Draft, normalise
from collectors.base import RawMention

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OURS, THEIRS = UUID(int=1), UUID(int=2)
NEW, SAME = Intent("add", "it is new"), Intent("leave", "nothing changed")
NOT_THEIRS = Intent("leave", "only its own site may change it")
ANOTHERS = Intent("leave", "only the source that brought it may change it")
EDITED, DELETED = Intent("edit", "its words or its rating changed"), Intent("delete", "its author deleted it")


def recounted(**counts: int) -> Intent:
    return Intent("recount", "its counts changed", counts)


def draft(
    text: str = "Zéphyrine ouvre", url: str = "https://fil.example/1", kind: str = "reddit", **more: Any
) -> Draft:
    raw = RawMention(external_id="urn:x:1", text=text, url=url, published_at=NOW, **more)
    return normalise(kind, raw, NOW, Scope("feed" if kind == "rss" else "platform"))


def known(kept: Draft, source_id: UUID | None = OURS) -> StoredMention:
    """The draft as it is stored."""
    same = ("kind", "host", "content_hash", "author", "title", "text", "fingerprint", "page_key")
    return StoredMention(
        ref=MentionRef(UUID(int=9), None, kept.published_at, kept.collected_at, kept.published_guessed),
        source_id=source_id,
        counts={name: getattr(kept, name) for name in COUNTS},
        **{name: getattr(kept, name) for name in same},
    )


UNDATED = replace(draft(), published_guessed=True)
LIKED = draft(engagement={"likes": 2}, reach=100)
ELSEWHERE = "https://copy.example/1"


@pytest.mark.parametrize(
    ("was", "given", "source_id", "intent"),
    [
        (None, draft(), OURS, NEW),
        (None, draft(deleted=True), OURS, Intent("leave", "it was deleted before it was stored")),
        (known(draft()), draft(), OURS, SAME),
        (known(draft()), draft(deleted=True), OURS, DELETED),
        (known(draft()), draft("Zéphyrine ferme"), OURS, EDITED),
        (known(draft()), draft(title="Zéphyrine"), OURS, EDITED),
        (known(draft()), draft(rating=1.0, rating_scale=5.0), OURS, EDITED),
        (known(draft()), draft(author="Anne", language="fr"), OURS, SAME),
        # counts: what differs is written, what the platform does not give stays
        (known(LIKED), draft(engagement={"likes": 40}, reach=100), OURS, recounted(likes=40)),
        (known(LIKED), draft(engagement={"likes": 0}), OURS, recounted(likes=0)),
        (known(draft()), LIKED, OURS, recounted(likes=2, reach=100)),
        (known(LIKED), draft(), OURS, SAME),
        (known(draft()), draft("Zéphyrine ferme", reach=7), OURS, replace(EDITED, counts={"reach": 7})),
        (known(LIKED), draft(deleted=True, reach=7), OURS, DELETED),
        # the words are those of the source that brought them; another one of the platform may count and delete
        (known(draft(), THEIRS), draft("Zéphyrine ferme"), OURS, SAME),
        (known(draft(), THEIRS), draft("Zéphyrine ferme", reach=7), OURS, recounted(reach=7)),
        (known(draft(), THEIRS), draft(deleted=True), OURS, DELETED),
        # anybody can put a link into a feed: there only the source that brought it may do anything
        (known(draft(kind="rss"), THEIRS), draft("Zéphyrine ferme", kind="rss"), OURS, ANOTHERS),
        (known(draft(kind="rss"), THEIRS), draft(deleted=True, kind="rss"), OURS, ANOTHERS),
        (known(draft(kind="rss"), THEIRS), draft(reach=7, kind="rss"), OURS, ANOTHERS),
        (known(draft(kind="rss"), OURS), draft("Zéphyrine ferme", kind="rss"), OURS, EDITED),
        (known(draft(kind="rss"), None), draft("Zéphyrine ferme", kind="rss"), OURS, EDITED),
        (known(draft(kind="rss"), THEIRS), draft(deleted=True), OURS, NOT_THEIRS),
        # an id can be copied by anybody: the source, or else the site, must be the one that gave it
        (known(draft(), THEIRS), draft("Zéphyrine ferme", ELSEWHERE), OURS, NOT_THEIRS),
        (known(draft(), THEIRS), draft(url=ELSEWHERE, deleted=True), OURS, NOT_THEIRS),
        (known(draft(), THEIRS), draft(url=ELSEWHERE, reach=10**6), OURS, NOT_THEIRS),
        (known(draft(url=""), THEIRS), draft("Zéphyrine ferme", ""), OURS, NOT_THEIRS),
        (known(draft(), None), draft("Zéphyrine ferme", ELSEWHERE), OURS, NOT_THEIRS),
        (known(draft(), None), draft("Zéphyrine ferme"), OURS, EDITED),
        (known(draft(), OURS), draft("Zéphyrine ferme", ELSEWHERE), OURS, EDITED),
        (known(draft(url="")), draft("Zéphyrine ferme", ""), OURS, EDITED),
        # a date that is known now replaces a guess, never the other way round
        (known(UNDATED), draft(), OURS, Intent("date", "its date is known now", dated=True)),
        (known(UNDATED), LIKED, OURS, replace(recounted(likes=2, reach=100), dated=True)),
        (known(UNDATED), draft("Zéphyrine ferme"), OURS, replace(EDITED, dated=True)),
        (known(UNDATED), UNDATED, OURS, SAME),
        (known(draft()), UNDATED, OURS, SAME),
        (known(UNDATED, THEIRS), draft(url=ELSEWHERE), OURS, NOT_THEIRS),
    ],
)
def test_what_becomes_of_a_mention(was: StoredMention | None, given: Draft, source_id: UUID, intent: Intent) -> None:
    assert decide(was, given, source_id) == intent
