"""Which matches wait for a model, and which of them a batch takes."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.db import Database
from app.pipeline.judge import lanes
from tests.pipeline.scoring import DAYS_AGO, NOW, Telling, add_brand, add_matches, rows, step

BACKLOG = 20_000


def test_twenty_thousand_old_matches_do_not_delay_fifty_new_ones(db: Database, workspace_id: UUID) -> None:
    brand = add_brand(db, workspace_id)
    add_matches(db, workspace_id, brand, BACKLOG, mark="old", at=DAYS_AGO)
    scorer = Telling()
    step(db, scorer, batches=3)()
    add_matches(db, workspace_id, brand, 50, mark="new", at=NOW - timedelta(minutes=1))
    step(db, scorer, batches=4)()
    assert len(scorer.asked[3]) == 50
    assert all("new" in words for words in scorer.asked[3])
    assert rows(db, "SELECT count(*) FROM match WHERE scored_at IS NULL AND collected_at > now() - interval '9 days'")[
        0
    ] == (0,)


def test_long_texts_make_short_batches(db: Database, workspace_id: UUID, monkeypatch: Any) -> None:
    add_matches(db, workspace_id, add_brand(db, workspace_id), 20, mark="m", words="zephyrine " * 1000)
    monkeypatch.setattr(lanes, "BYTES", 50_000)
    scorer = Telling()
    step(db, scorer)()
    assert {len(batch) for batch in scorer.asked} == {5}
    assert sum(map(len, scorer.asked)) == 20


def test_finding_what_to_read_again_leaps_through_the_index(db: Database, workspace_id: UUID) -> None:
    add_matches(db, workspace_id, add_brand(db, workspace_id), 5_000, mark="m", at=DAYS_AGO)
    with db.writing() as session:
        session.execute(text("UPDATE match SET scored_at = now(), model = 'model ' || (random() * 3)::int"))
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE match"))
        plan = "\n".join(connection.scalars(text(f"EXPLAIN (ANALYZE, BUFFERS) {lanes.MODELS}")))
    with db.reading() as session:
        assert lanes.other_models(session, "model 1") == ["model 0", "model 2", "model 3"]
    assert "Seq Scan" not in plan, plan
    assert max(int(hit) for hit in re.findall(r"Buffers: shared hit=(\d+)", plan)) < 60, plan
