"""A crash at each checkpoint in turn: after a restart the tables are as if there had been none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from app.crypto import Seal
from app.db import Database
from app.models import AlertRule, Brand, Channel, Source, uuid7
from app.services import Services, build
from app.settings import Settings
from tests.crash.passes import all_steps, one_pass
from tests.crash.world import Site, hours_ago


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    services = build(settings)
    yield services
    services.close()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    site.publish(25, "costs a lot", hours_ago(3))
    yield site
    site.close()


def prepare(db: Database, workspace_id: UUID, site: Site, seal: Seal) -> None:
    now = datetime.now(UTC)
    with db.writing() as session:
        brand = Brand(workspace_id=workspace_id, name="Z", kind="own", query="zephyrine", colour="#000000")
        channel = Channel(workspace_id=workspace_id, id=uuid7(), kind="webhook", name="h", params={})
        channel.params = {"url": f"{site.url}/hook"}
        secret = {"secret": "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="}
        channel.secrets = seal.seal(secret, f"channel:{workspace_id}:{channel.id}")
        session.add_all([brand, channel])
        session.flush()
        rule = AlertRule(
            workspace_id=workspace_id, brand_id=brand.id, kind="threshold", name="many", channels=[channel.id]
        )
        rule.params = {"counted": "mentions", "measure": "count", "limit": 20, "window_hours": 24}
        source = Source(
            workspace_id=workspace_id,
            collector="rss",
            name="f",
            params={"url": f"{site.url}/feed"},
            interval_seconds=3600,
            next_run_at=now - timedelta(minutes=1),
        )
        session.add_all([rule, source])


def recover(db: Database) -> None:
    """As if time had passed: leases have run out, and what is due is due."""
    past = datetime.now(UTC) - timedelta(minutes=10)
    with db.writing() as session:
        session.execute(update(Source).values(lease_until=None, next_run_at=past))
        session.execute(text("UPDATE delivery SET lease_until = NULL, next_try_at = :past"), {"past": past})


def state(db: Database) -> dict[str, Any]:
    """What the tables say, without ids, clocks and attempts."""
    asked = {
        "mentions": "SELECT external_id, title, text, status FROM mention ORDER BY 1",
        "matches": "SELECT external_id, stance, lead FROM match JOIN mention ON mention.id = mention_id ORDER BY 1",
        "buckets": "SELECT weight, language, number, promoters, passives, detractors FROM bucket ORDER BY 1, 2",
        "stories": "SELECT copies FROM story ORDER BY 1",
        "sources": "SELECT state, cursor->>'etag' FROM source",
        "incidents": "SELECT state, severity FROM incident",
        "deliveries": "SELECT why, sequence, state FROM delivery ORDER BY 1, 2",
        "quarantined": "SELECT external_id FROM quarantined",
    }
    with db.reading() as session:
        return {name: [tuple(row) for row in session.execute(text(query))] for name, query in asked.items()}


@pytest.mark.parametrize("first", [1, 2], ids=["odd", "even"])
def test_a_crash_at_any_checkpoint_leaves_no_trace(
    first: int, db: Database, workspace_id: UUID, settings: Settings, site: Site, services: Services, tmp_path: Path
) -> None:
    log = tmp_path / "pass.log"
    seal = Seal("a secret key for tests only")
    prepare(db, workspace_id, site, seal)
    assert one_pass(settings, 0, log) == 0
    expected = state(db)
    assert len(expected["mentions"]) == 25
    assert expected["deliveries"] == [("opened", 1, "sent")]
    assert sum(site.received.values()) == 1
    crashes = 0
    for number in range(first, 100, 2):
        forget(db)
        site.received.clear()
        if one_pass(settings, number, log) == 0:
            break
        crashes += 1
        recover(db)
        all_steps(services)
        assert state(db) == expected, f"after a crash at checkpoint {number}"
        assert len(site.received) == 1
        assert sum(site.received.values()) <= 2
    else:
        raise AssertionError("it never got through")
    assert crashes >= 6


def forget(db: Database) -> None:
    """Back to before anything was collected."""
    with db.writing() as session:
        session.execute(text("TRUNCATE mention, story, incident, quarantined, dirty_hour, bucket, poll CASCADE"))
        session.execute(text("DELETE FROM procrastinate_jobs"))
        session.execute(
            update(Source).values(
                cursor={}, state="waiting", lease_until=None, next_run_at=datetime.now(UTC) - timedelta(minutes=1)
            )
        )
        brand = session.scalars(select(Brand)).one()
        brand.first_mention_at = brand.watched_at = None
