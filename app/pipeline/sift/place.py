"""From raw mentions to what may be stored: normalised and matched in a killable process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, select

from app.db import Database
from app.models import Brand
from app.pipeline.sift.batch import Batch, Origin, Placed
from app.pipeline.sift.fingerprint import Scope
from app.pipeline.sift.normalise import Draft, Quarantined, prepare
from app.pipeline.sift.page import Sifted, sift, written
from collectors import all_collectors
from collectors.base import RawMention
from ground.isolate import Isolated, isolated
from matching.match import BrandQuery, Matcher

T = TypeVar("T")

SECONDS_FOR_A_PAGE = 20
SECONDS_FOR_ONE = 3


class Placer:
    """Normalises and matches. It keeps each workspace's queries until a brand changes. Thread-safe."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._lock = threading.Lock()
        self._queries: dict[UUID, tuple[object, str]] = {}

    def __call__(
        self, origin: Origin, raws: Sequence[RawMention], broken: Sequence[tuple[str, str]], now: datetime
    ) -> Batch:
        found = sifted(origin, raws, now, self.queries(origin.workspace_id))
        refused = [Quarantined(external_id or "?", reason, "") for external_id, reason in broken]
        refused += [one for one in found if isinstance(one, Quarantined)]
        placed = tuple(Placed(*one) for one in found if isinstance(one, tuple))
        return Batch(placed, tuple(refused), found.count(None))

    def queries(self, workspace_id: UUID) -> str:
        """The queries of a workspace, read again only when one changed. Raises QueryError."""
        with self._db.reading() as session:
            state = session.execute(
                select(func.count(), func.max(Brand.updated_at), func.sum(Brand.version)).where(
                    Brand.workspace_id == workspace_id
                )
            ).one()
            stamp = tuple(state)
            with self._lock:
                known = self._queries.get(workspace_id)
            if known and known[0] == stamp:
                return known[1]
            rows = session.execute(select(Brand.id, Brand.query).where(Brand.workspace_id == workspace_id)).all()
        Matcher([BrandQuery(brand_id, query) for brand_id, query in rows])  # one that cannot be read ends the poll here
        queries = written((brand_id, query) for brand_id, query in rows)
        with self._lock:
            self._queries[workspace_id] = (stamp, queries)
        return queries


def sifted(origin: Origin, raws: Sequence[RawMention], now: datetime, queries: str) -> list[Sifted]:
    """What `sift` says of each, in order, with what hurt its process quarantined."""
    return _safely(sift, origin, raws, now, origin.brand_id, queries)


def prepared(origin: Origin, raws: Sequence[RawMention], now: datetime) -> list[Draft | Quarantined]:
    """Drafts and quarantined items, in order, matched or not."""
    return _safely(prepare, origin, raws, now)


def scope_of(kind: str, source_id: UUID | None) -> Scope:
    """How far the ids of a source of this kind reach, as the kind declares it."""
    declared = all_collectors().get(kind)
    return Scope(declared.ids if declared else "platform", str(source_id))


def _safely(
    step: Callable[..., list[T]], origin: Origin, raws: Sequence[RawMention], now: datetime, *more: object
) -> list[T | Quarantined]:
    """Runs a step in a killable process. A page that is too slow or kills it is read item by item."""
    if not raws:
        return []
    scope = scope_of(origin.kind, origin.source_id)
    try:
        return list(isolated(step, origin.kind, tuple(raws), now, scope, *more, seconds=SECONDS_FOR_A_PAGE))
    except Isolated:
        return [one for raw in raws for one in _alone(step, origin.kind, raw, now, scope, *more)]


def _alone(step: Callable[..., list[T]], kind: str, raw: RawMention, *more: object) -> list[T | Quarantined]:
    try:
        return list(isolated(step, kind, (raw,), *more, seconds=SECONDS_FOR_ONE))
    except Isolated as error:
        return [Quarantined(raw.external_id, f"its text could not be read safely: {error}", "")]
