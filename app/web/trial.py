"""Trying a source before it is saved: real mentions, nothing stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx2

from app.models import Brand
from app.pipeline.match import BrandQuery, Matcher, Span
from app.pipeline.normalise import Draft, Poison, normalise
from collectors.base import AnyCollector, Notice, SourceError

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Tried:
    """What a source gave: the drafts with the names of the brands they match, or what went wrong."""

    found: tuple[tuple[Draft, tuple[str, ...], tuple[Span, ...]], ...] = ()
    read: int = 0
    warning: Notice | None = None
    error: Notice | None = None

    @property
    def matching(self) -> int:
        return sum(1 for _, names, _ in self.found if names)


def try_source(
    collector: AnyCollector, params: Any, http: httpx2.Client, brands: Sequence[Brand], now: datetime
) -> Tried:
    """Reads the first page of a source. What matches none of the brands would not be kept."""
    matcher = Matcher([BrandQuery(brand.id, brand.query) for brand in brands])
    named = {brand.id: brand.name for brand in brands}
    try:
        page = next(iter(collector.pages(params, {}, http)), None)
    except SourceError as error:
        return Tried(error=error.notice)
    if page is None:
        return Tried()
    found = []
    for raw in page.mentions[:SHOWN]:
        try:
            draft = normalise(collector.kind, raw, now)
        except Poison:
            continue
        matched = matcher.match(draft.title, draft.text)
        names = tuple(named[one.brand_id] for one in matched)
        found.append((draft, names, matched[0].spans if matched else ()))
    return Tried(tuple(found), len(page.mentions), page.warning)
