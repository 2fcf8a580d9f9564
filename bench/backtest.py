"""A rule tried on 90 days of a million mentions of one brand: what a person waits, and what it costs a processor."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text

from alerts.backtest import Speech
from alerts.rules import all_rules
from app.db import Database
from app.models import Brand
from app.queries.backtest import Trial, backtest
from app.viewer import ROLE_SCOPES, Viewer
from bench._filled import MATCHES, MENTIONS, PER_STATEMENT, without_indexes, write
from bench._running import add_brands, add_sources, database, default_workspace, spent
from bench.row import Row

DAYS = 90
KINDS = ("negative_spike", "threshold", "volume_surge")
LATE = """
UPDATE match SET collected_at = published_at + least(-ln(random() + 1e-9), 40) * interval '20 minutes',
    stance = CASE WHEN extract(epoch FROM published_at)\\:\\:bigint / 3600 % 397 < 3 AND random() < 0.3
        THEN 'detractor' WHEN random() < 0.12 THEN 'detractor' WHEN random() < 0.3 THEN 'promoter' ELSE 'passive' END
"""
"""Most is collected within the hour, some of it a day late; three hours of every 397 bring a third more detractors."""


def run() -> Iterator[Row]:
    """Two rows a kind of rule that can be tried."""
    mentions = int(os.environ.get("VIGIE_BENCH_MENTIONS", "1000000"))
    with database() as (db, _, server):
        workspace_id = default_workspace(db)
        brand_id = fill(db, workspace_id, mentions)
        viewer = Viewer(workspace_id, "bench", ROLE_SCOPES["viewer"])
        for name in KINDS:
            if name in all_rules():
                yield from timed(db, server, viewer, brand_id, name)


def timed(db: Database, server: int, viewer: Viewer, brand_id: UUID, name: str) -> Iterator[Row]:
    """The middle one of five, after one that warms up: as a person waits, and as the processor works."""
    kind = all_rules()[name]
    trial = Trial(brand_id, kind, kind.params(), Speech())
    took, cost = [], []
    for _ in range(6):
        began, before = time.perf_counter(), time.process_time() + _of(server)
        with db.reading() as session:
            found = backtest(session, viewer, trial, DAYS, datetime.now(UTC))
        took.append(time.perf_counter() - began)
        cost.append(time.process_time() + _of(server) - before)
    note = f"{len(found.firings)} firings, {len(found.sensitivity)} levels compared"
    yield Row(f"90 days: {name}", sorted(took[1:])[2], "s", 2.0, "less", note=note)
    yield Row(f"90 days: {name}, processor", sorted(cost[1:])[2], "s", 2.0, "less")


def fill(db: Database, workspace_id: UUID, mentions: int) -> UUID:
    """So many mentions of one brand over 90 days, collected a little later each. Returns the brand."""
    add_brands(db, workspace_id, ["Cobalt Bikes"])
    add_sources(db, workspace_id, [f"http://127.0.0.1:1/{number}" for number in range(10)])
    with without_indexes(db, "mention"):
        for low in range(1, mentions + 1, PER_STATEMENT):
            high = min(low + PER_STATEMENT - 1, mentions)
            write(db, MENTIONS, workspace=workspace_id, step=DAYS * 86_400 / mentions, low=low, high=high)
    now = datetime.now(UTC)
    with without_indexes(db, "match"):
        one_brand = MATCHES.replace("m.reach % 3", "0")
        for day in range(0, DAYS + 10, 10):
            write(db, one_brand, since=now - timedelta(days=day + 10), until=now - timedelta(days=day))
        write(db, LATE)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))
    with db.reading() as session:
        return session.scalars(select(Brand.id)).one()


def _of(server: int) -> float:
    cost = spent(server)
    return cost.own + cost.children
