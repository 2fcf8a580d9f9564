"""Rows of the tables as a test needs them: what matters is given, the rest is plain."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import func

from app.models import AlertRule, Brand, Bucket, Channel, Match, Member, Mention, Phrase, Source, Story, User
from app.viewer import Role
from sentiment.mixture import CELLS

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
_numbers = count(1)


def next_id() -> UUID:
    """An id greater than those before: two UUIDs of one millisecond have no order."""
    return UUID(int=next(_numbers))


def brand_row(workspace_id: UUID, name: str, **more: Any) -> Brand:
    given = {"kind": "own", "query": name.lower(), "colour": "#000000", **more}
    return Brand(id=next_id(), workspace_id=workspace_id, name=name, **given)


def source_row(workspace_id: UUID, name: str, **more: Any) -> Source:
    given = {"collector": "rss", "params": {}, "interval_seconds": 3600, **more}
    return Source(id=next_id(), workspace_id=workspace_id, name=name, **given)


def channel_row(workspace_id: UUID, name: str, **more: Any) -> Channel:
    given = {"kind": "webhook", "params": {}, "language": "en", "timezone": "UTC", "enabled": True, **more}
    return Channel(id=next_id(), workspace_id=workspace_id, name=name, **given)


def member_rows(workspace_id: UUID, name: str, role: Role = "manager", **more: Any) -> tuple[User, Member]:
    """An account that nobody can log in to, and its membership."""
    given = {"id": next_id(), "email": f"{name.lower()}@example.com", "password_hash": "", **more}
    user = User(name=name, **given)
    return user, Member(workspace_id=workspace_id, user_id=user.id, role=role)


def mention_row(workspace_id: UUID, text: str, at: datetime = NOW, **more: Any) -> Mention:
    """A mention of this text, which is its external id and can be searched for."""
    given = {
        "kind": "push", "external_id": text, "fingerprint": sha256(text.encode()).digest()[:16], "content_hash": b"",
        "host": "", "platform": "forum", "outlet": "", "author": "", "author_id": "", "title": "",
        "language": "en", "published_guessed": False, "search": func.to_tsvector("simple", text), **more,
    }  # fmt: skip
    return Mention(id=next_id(), workspace_id=workspace_id, text=text, published_at=at, collected_at=at, **given)


def match_row(mention: Mention, brand: Brand, **more: Any) -> Match:
    return Match(
        **{
            "workspace_id": mention.workspace_id, "mention_id": mention.id, "brand_id": brand.id, "lead": True,
            "published_at": mention.published_at, "collected_at": mention.collected_at, "spans": {}, **more,
        }
    )  # fmt: skip


def story_row(workspace_id: UUID, **more: Any) -> Story:
    given = {"simhash": 0, "bands": [], "first_at": NOW, "last_at": NOW, **more}
    return Story(id=next_id(), workspace_id=workspace_id, **given)


def bucket_row(brand: Brand, **more: Any) -> Bucket:
    """An hour in which nothing was said of the brand."""
    counts = (
        "number", "promoters", "passives", "detractors", "fixed_promoters", "fixed_passives", "fixed_detractors",
        "model_number", "squares",
    )  # fmt: skip
    given = {
        "weight": "mentions", "source_id": UUID(int=0), "hour": NOW, "language": "en", "histogram": [0.0] * CELLS,
        **dict.fromkeys(counts, 0), **more,
    }  # fmt: skip
    return Bucket(workspace_id=brand.workspace_id, brand_id=brand.id, **given)


def rule_row(brand: Brand, **more: Any) -> AlertRule:
    given = {"kind": "threshold", "name": f"Rule of {brand.name}", "params": {}, **more}
    return AlertRule(id=next_id(), workspace_id=brand.workspace_id, brand_id=brand.id, **given)


def phrase_row(workspace_id: UUID, words: str, **more: Any) -> Phrase:
    given = {"stance": "detractor", **more}
    return Phrase(id=next_id(), workspace_id=workspace_id, text=words, words=words.lower(), **given)
