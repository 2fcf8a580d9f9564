"""What of a page is about a brand: cleaned, matched, and the rest of the work done for what matched only.

Runs in a killable process, so it knows no database: the queries come along as JSON and stay compiled there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from app.pipeline.match import BrandQuery, Matched, Matcher
from app.pipeline.normalise import Draft, Quarantined, draft_of, guarded, said
from collectors.base import RawMention

Sifted = tuple[Draft, tuple[Matched, ...]] | Quarantined | None
"""A mention to keep with the brands it is about; or why it cannot be read; or None when it is about no brand."""


def sift(
    kind: str, raws: Sequence[RawMention], now: datetime, scope: str | None, tied_to: UUID | None, queries: str
) -> list[Sifted]:
    """One answer per mention, in order. `queries` is `written`; what is `tied_to` a brand is kept in any case."""
    matcher = _compiled(queries)

    def one(raw: RawMention) -> tuple[Draft, tuple[Matched, ...]] | None:
        it = said(raw)
        matches = tied(matcher.match_words(it.title, it.text, it.in_title, it.in_text), tied_to)
        return (draft_of(kind, raw, it, now, scope), matches) if matches or raw.deleted else None

    return [guarded(raw, one) for raw in raws]


def written(brands: Iterable[tuple[UUID, str]]) -> str:
    """Brands and their queries, to be sent along."""
    return json.dumps([(str(brand_id), query) for brand_id, query in brands])


@lru_cache(maxsize=8)
def _compiled(queries: str) -> Matcher:
    return Matcher([BrandQuery(UUID(brand_id), query) for brand_id, query in json.loads(queries)])


def tied(matches: Sequence[Matched], brand_id: UUID | None) -> tuple[Matched, ...]:
    """The matches, with the brand that the source is tied to among them in any case."""
    if brand_id is None or any(match.brand_id == brand_id for match in matches):
        return tuple(matches)
    return (*matches, Matched(brand_id, ()))
