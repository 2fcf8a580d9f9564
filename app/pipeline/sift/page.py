"""What of a page is about a brand: cleaned, matched, and the rest of the work done for what matched only.

Runs in a killable process, so it knows no database: the queries come along as JSON and stay compiled there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from app.pipeline.sift.fingerprint import Scope
from app.pipeline.sift.normalise import Draft, Quarantined, draft_of, guarded, said
from collectors.base import RawMention
from matching.match import BrandQuery, Matched, Matcher

SHORT = 4_000
"""Characters that are cleaned, folded and matched in some milliseconds at most, whatever they are: markup nested on
purpose costs the square of its length, and so do marks piled upon one letter."""

Sifted = tuple[Draft, tuple[Matched, ...]] | Quarantined | None
"""A mention to keep with the brands it is about; or why it cannot be read; or None when it is about no brand."""


def sift(
    kind: str, raws: Sequence[RawMention], now: datetime, scope: Scope, tied_to: UUID | None, queries: str
) -> list[Sifted]:
    """One answer per mention, in order. `queries` is `written`; what is `tied_to` a brand is kept in any case."""
    matcher = _compiled(queries)

    def one(raw: RawMention) -> tuple[Draft, tuple[Matched, ...]] | None:
        it = said(raw)
        matches = tied(matcher.match_words(it.title, it.text, it.in_title, it.in_text), tied_to)
        return (draft_of(kind, raw, it, now, scope), matches) if matches or raw.deleted else None

    return [guarded(raw, one) for raw in raws]


def worth(raws: Sequence[RawMention], tied_to: UUID | None, queries: str) -> list[RawMention]:
    """Those of a stream that `sift` may keep: the others are about no brand, or say nothing.

    This part runs in the caller's own process, so it looks at short texts only, on which no step can take long; what
    is longer is left for `sift` to judge.
    """
    if tied_to is not None:
        return list(raws)
    matcher = _compiled(queries)
    return [raw for raw in raws if raw.deleted or _is_long(raw) or _is_about(matcher, raw)]


def _is_long(raw: RawMention) -> bool:
    return len(raw.title) + len(raw.text) > SHORT


def _is_about(matcher: Matcher, raw: RawMention) -> bool:
    try:
        it = said(raw)
    except ValueError:  # without title and text there is nothing to keep
        return False
    return matcher.about(it.in_title, it.in_text)


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
