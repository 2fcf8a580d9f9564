"""Has raw mentions normalised and matched, in a process that can be killed."""

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
from app.pipeline.sift.normalise import Draft, Rejection, prepare
from app.pipeline.sift.page import SiftResult, queries_json, sift
from collectors import all_collectors
from collectors.base import RawMention
from ground.isolate import Isolated, isolated
from matching.match import BrandQuery, Matcher

T = TypeVar("T")

SECONDS_FOR_A_PAGE = 20
SECONDS_FOR_ONE = 3


class Placer:
    """The step: `Placer(db)(origin, raws, broken, now)`. Keeps the queries of a workspace until a brand changes.

    Thread-safe.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._lock = threading.Lock()
        self._queries: dict[UUID, tuple[object, str]] = {}

    def __call__(
        self, origin: Origin, raws: Sequence[RawMention], broken: Sequence[tuple[str, str]], now: datetime
    ) -> Batch:
        results = sift_apart(origin, raws, now, self.queries(origin.workspace_id))
        refused = [Rejection(external_id or "?", reason, "") for external_id, reason in broken]
        refused += [result for result in results if isinstance(result, Rejection)]
        placed = tuple(Placed(*result) for result in results if isinstance(result, tuple))
        return Batch(placed, tuple(refused), results.count(None))

    def queries(self, workspace_id: UUID) -> str:
        """The queries of a workspace as `queries_json`, read again only when a brand changed. Raises QueryError."""
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
        Matcher([BrandQuery(brand_id, query) for brand_id, query in rows])  # raises here, not in the child
        queries = queries_json((brand_id, query) for brand_id, query in rows)
        with self._lock:
            self._queries[workspace_id] = (stamp, queries)
        return queries


def sift_apart(origin: Origin, raws: Sequence[RawMention], now: datetime, queries: str) -> list[SiftResult]:
    """Runs `sift` in a child process: one result per mention, in order; what kills the child is rejected."""
    return _run_apart(sift, origin, raws, now, origin.brand_id, queries)


def prepare_apart(origin: Origin, raws: Sequence[RawMention], now: datetime) -> list[Draft | Rejection]:
    """Runs `prepare` in a child process: drafts and rejections in order, matched or not."""
    return _run_apart(prepare, origin, raws, now)


def scope_of(kind: str, source_id: UUID | None) -> Scope:
    """How far the ids of a source of this kind reach, as the kind declares it."""
    declared = all_collectors().get(kind)
    return Scope(declared.ids if declared else "platform", str(source_id))


def _run_apart(
    step: Callable[..., list[T]], origin: Origin, raws: Sequence[RawMention], now: datetime, *more: object
) -> list[T | Rejection]:
    """Runs a step in a child process. A page that is too slow or kills the child is read mention by mention."""
    if not raws:
        return []
    scope = scope_of(origin.kind, origin.source_id)
    try:
        return list(isolated(step, origin.kind, tuple(raws), now, scope, *more, seconds=SECONDS_FOR_A_PAGE))
    except Isolated:
        return [result for raw in raws for result in _run_alone(step, origin.kind, raw, now, scope, *more)]


def _run_alone(step: Callable[..., list[T]], kind: str, raw: RawMention, *more: object) -> list[T | Rejection]:
    try:
        return list(isolated(step, kind, (raw,), *more, seconds=SECONDS_FOR_ONE))
    except Isolated as error:
        return [Rejection(raw.external_id, f"its text could not be read safely: {error}", "")]
