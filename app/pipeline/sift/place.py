"""Has raw mentions normalised and matched, in a process that can be killed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, select

from app.db import Database
from app.models import Brand, Quarantined
from app.pipeline.sift.batch import Batch, Origin, Placed
from app.pipeline.sift.fingerprint import Scope
from app.pipeline.sift.normalise import EARLIEST, EXCERPT_LIMIT, ID_LIMIT, Draft, Rejection, prepare
from app.pipeline.sift.page import SiftResult, queries_json, sift
from app.pipeline.sift.queries import Asked, readable
from collectors import all_collectors
from collectors.base import Broken, RawMention
from ground.halving import LATER, Deadly, Halving, Later, seconds_for
from ground.isolate import Isolated, isolated, warm_up
from ground.plain import clean_line

T = TypeVar("T")

CHUNK = 250
"""Mentions that are sifted in one go: no page keeps a child to itself for longer than others want to wait."""
HARMLESS = RawMention("harmless", None, "A harmless title", "A harmless text of some words.")
UNREAD = "it was not read, because several texts beside it ended the process that read them"


class Placer:
    """The step: `Placer(db)(origin, raws, broken, now)`. Keeps the queries of a workspace until a brand changes.

    Thread-safe.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._lock = threading.Lock()
        self._queries: dict[UUID, tuple[object, str]] = {}

    def __call__(self, origin: Origin, raws: Sequence[RawMention], broken: Sequence[Broken], now: datetime) -> Batch:
        results = self._sift_all(origin, raws, now)
        refused = [Rejection(item.id or "?", item.reason, item.excerpt) for item in broken]
        refused += [result for result in results if isinstance(result, Rejection)]
        placed = tuple(Placed(*result) for result in results if isinstance(result, tuple))
        unread = [_rejection_of(raw, UNREAD) for raw, result in zip(raws, results, strict=True) if result is LATER]
        return Batch(placed, tuple(refused), results.count(None), tuple(unread))

    def _sift_all(self, origin: Origin, raws: Sequence[RawMention], now: datetime) -> list[SiftResult | Later]:
        """One result per mention, in order; a mention that has its process die is rejected. Raises Starved."""
        scope, queries = scope_of(origin.kind, origin.source_id), self.queries(origin.workspace_id)
        step = partial(sift, family_of(origin.kind), now=now, scope=scope, tied_to=origin.brand_id, queries=queries)
        results: list[SiftResult | Later] = []
        for start in _starts(raws):
            results += self._sift_chunk(origin, raws[start : start + CHUNK], step)
        return results

    def _sift_chunk(
        self, origin: Origin, raws: Sequence[RawMention], step: Callable[[Sequence[RawMention]], list[SiftResult]]
    ) -> list[SiftResult | Later]:
        try:
            return list(isolated(step, tuple(raws), seconds=seconds_for(len(raws))))
        except Isolated:
            before = self._set_aside_before(origin, raws)
        others = [raw for raw in raws if raw.external_id not in before]
        halves = iter(_halving(step)(others, has_died=not before))
        return [
            _rejection_of(raw, before[raw.external_id]) if raw.external_id in before else _result_of(raw, next(halves))
            for raw in raws
        ]

    def _set_aside_before(self, origin: Origin, raws: Sequence[RawMention]) -> dict[str, str]:
        """Those of the mentions that an earlier reading of the source set aside, by their ids, and why."""
        ids = {clean_line(raw.external_id, ID_LIMIT): raw.external_id for raw in raws}
        here = (Quarantined.workspace_id == origin.workspace_id, Quarantined.source_id == origin.source_id)
        statement = select(Quarantined.external_id, Quarantined.reason).where(*here, Quarantined.external_id.in_(ids))
        with self._db.reading() as session:
            return {ids[external_id]: reason for external_id, reason in session.execute(statement)}

    def queries(self, workspace_id: UUID) -> str:
        """The queries of a workspace as `queries_json`, read again only when a brand changed."""
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
            rows = session.execute(
                select(Brand.id, Brand.query, Brand.context, Brand.exclude).where(Brand.workspace_id == workspace_id)
            ).all()
        queries = queries_json(readable(Asked(*row) for row in rows))
        with self._lock:
            self._queries[workspace_id] = (stamp, queries)
        return queries


def prepare_apart(origin: Origin, raws: Sequence[RawMention], now: datetime) -> list[Draft | Rejection]:
    """Runs `prepare` in a child process: drafts and rejections in order, matched or not; without what was not read."""
    step = partial(prepare, family_of(origin.kind), now=now, scope=scope_of(origin.kind, origin.source_id))
    results = [result for start in _starts(raws) for result in _halving(step)(raws[start : start + CHUNK])]
    return [result for result in results if isinstance(result, Draft | Rejection)]


def scope_of(kind: str, source_id: UUID | None) -> Scope:
    """How far the ids of a source of this kind reach, as the kind declares it."""
    declared = all_collectors().get(kind)
    return Scope(declared.ids if declared else "platform", str(source_id), kind)


def family_of(kind: str) -> str:
    """The kind under which its mentions are stored: that of its family, so that two kinds store a post once."""
    declared = all_collectors().get(kind)
    return (declared.family if declared else "") or kind


def _halving(step: Callable[[Sequence[RawMention]], list[T]]) -> Halving[RawMention, T]:
    return Halving(step, HARMLESS)


def _result_of(raw: RawMention, result: SiftResult | Deadly | Later) -> SiftResult | Later:
    return (
        _rejection_of(raw, f"its text could not be read safely: {result.reason}")
        if isinstance(result, Deadly)
        else result
    )


def _starts(raws: Sequence[RawMention]) -> range:
    return range(0, len(raws), CHUNK)


def _rejection_of(raw: RawMention, reason: str) -> Rejection:
    return Rejection(raw.external_id, reason, f"{raw.title[:EXCERPT_LIMIT]} {raw.text[:EXCERPT_LIMIT]}")


warm_up(sift, "warm", (HARMLESS,), EARLIEST, Scope("platform"), None, queries_json([Asked(UUID(int=0), "harmless")]))
