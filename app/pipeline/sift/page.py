"""Keeps what a page says about a brand: cleans and matches all of it, does the rest of the work for matches only.

It runs in a process that can be killed, without a database: the queries come along as JSON and stay compiled there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache, lru_cache
from uuid import UUID

from app.pipeline.sift.fingerprint import Scope
from app.pipeline.sift.normalise import Draft, OnlyQuotes, Rejection, attempt, clean, draft_of
from app.pipeline.sift.queries import Asked
from collectors.base import RawMention
from matching.match import BrandQuery, Matched, Matcher

SHORT = 4_000
"""Characters. A text up to this long takes milliseconds to clean, fold and match, whatever it holds; beyond, markup
nested on purpose and marks piled upon one letter cost the square of the length."""

SiftResult = tuple[Draft, tuple[Matched, ...]] | Rejection | None
"""A mention to keep, with the brands it is about; or why it cannot be read; or None when it is about no brand, or only
quotes others."""


def sift(
    kind: str, raws: Sequence[RawMention], now: datetime, scope: Scope, tied_to: UUID | None, queries: str
) -> list[SiftResult]:
    """One result per mention, in order. `queries` comes from `queries_json`.

    Every mention of a source that is `tied_to` a brand is kept, whether it matches or not.
    """
    matcher = _matcher_of(queries)

    def sift_one(raw: RawMention) -> tuple[Draft, tuple[Matched, ...]] | None:
        try:
            words = clean(raw)
        except OnlyQuotes:
            return None
        draft = cache(lambda: draft_of(kind, raw, words, now, scope))  # most mentions are about no brand
        matches = matcher.match_words(words.title, words.text, words.in_title, words.in_text, draft)
        kept = with_brand(matches, tied_to)
        return (draft(), kept) if kept or raw.deleted else None

    return [attempt(raw, sift_one) for raw in raws]


def shortlist(raws: Sequence[RawMention], tied_to: UUID | None, queries: str) -> list[RawMention]:
    """Those mentions of a stream that `sift` may keep. It drops those about no brand, and those without words.

    It runs in the caller's own process, so it reads short texts only; long ones all stay on the list, for `sift` to
    read where it can be killed.
    """
    if tied_to is not None:
        return list(raws)
    matcher = _matcher_of(queries)
    return [raw for raw in raws if raw.deleted or _is_long(raw) or _is_about(matcher, raw)]


def _is_long(raw: RawMention) -> bool:
    return len(raw.title) + len(raw.text) > SHORT


def _is_about(matcher: Matcher, raw: RawMention) -> bool:
    try:
        words = clean(raw)
    except ValueError:  # without title and text there is nothing to keep
        return False
    return matcher.may_match(words.in_title, words.in_text)


def queries_json(brands: Iterable[Asked]) -> str:
    """Brands and their queries, as `sift` and `shortlist` take them."""
    return json.dumps([(str(brand.id), brand.query, brand.context, brand.exclude) for brand in brands])


@lru_cache(maxsize=8)
def _matcher_of(queries: str) -> Matcher:
    brands = [Asked(UUID(brand_id), *rest) for brand_id, *rest in json.loads(queries)]
    return Matcher([BrandQuery(brand.id, brand.query, brand.narrowing) for brand in brands])


def with_brand(matches: Sequence[Matched], brand_id: UUID | None) -> tuple[Matched, ...]:
    """The matches, and one without places for the brand that the source is tied to, unless it is among them."""
    if brand_id is None or any(match.brand_id == brand_id for match in matches):
        return tuple(matches)
    return (*matches, Matched(brand_id, ()))
