"""From raw mentions to what may be stored: normalised in a killable process, then matched with the brands."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from app.db import Database
from app.models import Brand
from app.pipeline.match import BrandQuery, Matched, Matcher
from app.pipeline.normalise import Draft, Quarantined, prepare
from app.pipeline.store import Origin, Placed
from collectors._isolate import Isolated, isolated
from collectors.base import RawMention

SECONDS_FOR_A_PAGE = 20
SECONDS_FOR_ONE = 3
OWN_IDS = frozenset({"push"})
"""Kinds whose ids are made up by each source: they say nothing beyond it."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a page came to: what matched, what could not be read, and how many matched nothing."""

    placed: tuple[Placed, ...]
    refused: tuple[Quarantined, ...]
    unmatched: int


class Placer:
    """Normalises and matches. It keeps each workspace's compiled queries until a brand changes. Thread-safe."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._lock = threading.Lock()
        self._matchers: dict[UUID, tuple[object, Matcher]] = {}

    def __call__(
        self, origin: Origin, raws: Sequence[RawMention], broken: Sequence[tuple[str, str]], now: datetime
    ) -> Batch:
        matcher = self.matcher(origin.workspace_id)
        refused = [Quarantined(external_id or "?", reason, "") for external_id, reason in broken]
        placed, unmatched = [], 0
        for one in prepared(origin, raws, now):
            if isinstance(one, Quarantined):
                refused.append(one)
                continue
            matches = tied(matcher.match(one.title, one.text), origin.brand_id)
            if matches or one.deleted:
                placed.append(Placed(one, matches))
            else:
                unmatched += 1
        return Batch(tuple(placed), tuple(refused), unmatched)

    def matcher(self, workspace_id: UUID) -> Matcher:
        """The queries of a workspace, compiled again only when one changed."""
        with self._db.reading() as session:
            state = session.execute(
                select(func.count(), func.max(Brand.updated_at), func.sum(Brand.version)).where(
                    Brand.workspace_id == workspace_id
                )
            ).one()
            stamp = tuple(state)
            with self._lock:
                known = self._matchers.get(workspace_id)
            if known and known[0] == stamp:
                return known[1]
            rows = session.execute(select(Brand.id, Brand.query).where(Brand.workspace_id == workspace_id)).all()
        matcher = Matcher([BrandQuery(brand_id, query) for brand_id, query in rows])
        with self._lock:
            self._matchers[workspace_id] = (stamp, matcher)
        return matcher


def prepared(origin: Origin, raws: Sequence[RawMention], now: datetime) -> list[Draft | Quarantined]:
    """Drafts and quarantined items, in order. A page that is too slow or kills its process is read item by item."""
    if not raws:
        return []
    scope = str(origin.source_id) if origin.kind in OWN_IDS else None
    try:
        return isolated(prepare, origin.kind, tuple(raws), now, scope, seconds=SECONDS_FOR_A_PAGE)
    except Isolated:
        return [one for raw in raws for one in _alone(origin.kind, raw, now, scope)]


def _alone(kind: str, raw: RawMention, now: datetime, scope: str | None) -> list[Draft | Quarantined]:
    try:
        return isolated(prepare, kind, (raw,), now, scope, seconds=SECONDS_FOR_ONE)
    except Isolated as error:
        return [Quarantined(raw.external_id, f"its text could not be read safely: {error}", "")]


def tied(matches: Sequence[Matched], brand_id: UUID | None) -> tuple[Matched, ...]:
    """The matches, with the brand that the source is tied to among them in any case."""
    if brand_id is None or any(match.brand_id == brand_id for match in matches):
        return tuple(matches)
    return (*matches, Matched(brand_id, ()))
