"""How soon 50 new matches have stances on top of a backlog of 100,000, and how much memory that takes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from random import Random
from uuid import UUID

import psutil
from sqlalchemy import text

from app.db import Database
from app.jobs import Jobs
from app.pipeline.judge.score import ScorePending
from bench._running import add_brands, database, default_workspace
from bench.row import Row
from ground.words import to_tsvector
from sentiment.compact import compact

BACKLOG, NEW = 100_000, 50
WORDS = "Lumio Telecom never answers, the line was down for two days and nobody at the shop knew why. Number "

MENTIONS = text(
    """
    INSERT INTO mention (workspace_id, id, fingerprint, content_hash, kind, external_id, host, platform, outlet,
        author, author_id, title, text, language, published_at, published_guessed, collected_at, search)
    SELECT :workspace, gen_random_uuid(), decode(md5(:mark || n), 'hex'), '', 'rss', :mark || n, '', 'forum', '',
        '', '', '', :words || n, 'en', CAST(:at AS timestamptz) - n * interval '25 seconds', false,
        CAST(:at AS timestamptz) - n * interval '25 seconds', CAST(:search AS tsvector)
    FROM generate_series(1, :number) AS n
    """
)
MATCHES = text(
    """
    INSERT INTO match (workspace_id, brand_id, mention_id, published_at, collected_at, lead)
    SELECT mention.workspace_id, (SELECT id FROM brand ORDER BY name LIMIT 1), mention.id, published_at, collected_at,
        true FROM mention WHERE external_id LIKE :mark || '%'
    """
)


def run() -> Iterator[Row]:
    with database() as (db, _, _):
        workspace_id = default_workspace(db)
        add_brands(db, workspace_id)
        add(db, workspace_id, "old", BACKLOG, datetime(2026, 6, 1, tzinfo=UTC))
        yield from work_off(db, workspace_id)


def add(db: Database, workspace_id: UUID, mark: str, number: int, at: datetime) -> None:
    values = {"workspace": workspace_id, "mark": mark, "number": number, "at": at, "words": WORDS}
    with db.writing() as session:
        session.execute(MENTIONS, {**values, "search": to_tsvector("", WORDS)})
        session.execute(MATCHES, values)


def work_off(db: Database, workspace_id: UUID) -> Iterable[Row]:
    """Scores in a thread, as a worker does, while new matches come in."""
    step = ScorePending(db, compact(), Jobs(), random=Random(1))
    started, own, sizes = time.perf_counter(), psutil.Process(), []
    working = threading.Thread(target=step)
    working.start()
    wait_until_scored(db, "old", BACKLOG // 4)
    added = time.perf_counter()
    add(db, workspace_id, "new", NEW, datetime.now(UTC))
    wait_until_scored(db, "new", NEW)
    waited = time.perf_counter() - added
    sizes.append(own.memory_info().rss / 2**20)
    working.join()
    sizes.append(own.memory_info().rss / 2**20)
    took = time.perf_counter() - started
    yield Row(f"{NEW} new matches scored on top of a backlog of {BACKLOG:,}", waited, "s", target=5, better="less")
    yield Row("matches scored, the backlog alone", (BACKLOG + NEW) / took, "/s")
    yield Row(
        "memory grown from a quarter of the backlog to its end", sizes[1] - sizes[0], "MiB", target=20, better="less"
    )


def wait_until_scored(db: Database, mark: str, number: int) -> None:
    counted = text(
        "SELECT count(*) FROM match JOIN mention ON mention.id = mention_id "
        "WHERE scored_at IS NOT NULL AND external_id LIKE :mark || '%'"
    )
    while True:
        with db.reading() as session:
            if (session.scalar(counted, {"mark": mark}) or 0) >= number:
                return
        time.sleep(0.2)
