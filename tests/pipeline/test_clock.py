"""A clock that was a day ahead and is set right: nothing is lost, doubled, or left waiting for tomorrow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import select, text

from app.db import Database
from app.models import Brand, Host, LoginAttempts, Mention, Source
from app.pipeline.clock import forget_the_future
from app.pipeline.gather.collect import Collect
from app.pipeline.sweep import Sweep
from app.services import Services, build
from app.settings import Settings
from tests.crash.world import Site

NOW = datetime.now(UTC)
AHEAD = NOW + timedelta(hours=26)


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    services = build(settings)
    yield services
    services.close()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture
def source(db: Database, workspace_id: UUID, site: Site) -> UUID:
    with db.writing() as session:
        brand = Brand(workspace_id=workspace_id, name="Z", kind="own", query="zephyrine", colour="#000000")
        row = Source(
            workspace_id=workspace_id,
            collector="rss",
            name="feed",
            params={"url": f"{site.url}/feed"},
            interval_seconds=900,
            host="127.0.0.1",
            next_run_at=NOW,
        )
        session.add_all([brand, row])
        session.flush()
        return row.id


@pytest.fixture
def collect(services: Services) -> Callable[[datetime], None]:
    def run(now: datetime) -> None:
        Collect(services.db, services.gate, services.jobs, services.seal, random=Random(3).random, now=lambda: now)()

    return run


def stored(db: Database) -> list[str]:
    with db.reading() as session:
        return sorted(session.scalars(select(Mention.external_id)))


@pytest.mark.parametrize("jump", [timedelta(hours=26), timedelta(hours=2), -timedelta(hours=2)])
def test_a_clock_that_jumps_and_comes_back_loses_and_doubles_nothing(
    db: Database, services: Services, site: Site, source: UUID, collect: Callable[[datetime], None], jump: timedelta
) -> None:
    moments = [NOW, NOW + jump, NOW + timedelta(hours=1)]
    for number, moment in enumerate(moments):
        site.publish(3, f"news {number}", NOW - timedelta(hours=3))
        Sweep(db, services.jobs, now=lambda moment=moment: moment)()  # type: ignore[misc]  # bound now
        collect(moment)
    collect(NOW + timedelta(hours=3))
    assert len(stored(db)) == len(site.items) == 9


def test_a_source_is_read_again_within_its_interval_after_the_clock_is_set(
    db: Database, services: Services, site: Site, source: UUID, collect: Callable[[datetime], None]
) -> None:
    collect(AHEAD)
    site.publish(2, "said meanwhile", NOW)
    later = NOW + timedelta(minutes=20)
    collect(later)
    assert stored(db) == [], "its next reading is noted for tomorrow"
    Sweep(db, services.jobs, now=lambda: later)()
    collect(later)
    assert len(stored(db)) == 2


def test_rules_hosts_and_accounts_do_not_wait_either(db: Database, workspace_id: UUID, source: UUID) -> None:
    with db.writing() as session:
        session.execute(text("UPDATE brand SET watched_at = :at"), {"at": AHEAD})
        session.add(Host(key="a", paused_until=AHEAD, turn_at=AHEAD))
        session.add(Host(key="b", paused_until=NOW + timedelta(hours=23), turn_at=NOW + timedelta(seconds=5)))
        session.add(LoginAttempts(subject="account:ana", failures=9, not_before=AHEAD))
        forget_the_future(session, NOW)
    with db.reading() as session:
        assert session.scalars(select(Brand.watched_at)).one() == NOW
        hosts = {host.key: (host.paused_until, host.turn_at) for host in session.scalars(select(Host))}
        assert hosts["a"] == (NOW, NOW)
        assert hosts["b"] == (NOW + timedelta(hours=23), NOW + timedelta(seconds=5)), (
            "as long as anybody may be asked to wait"
        )
        assert session.scalars(select(LoginAttempts.not_before)).one() == NOW


def test_what_is_right_stays_as_it_is(db: Database, source: UUID, collect: Callable[[datetime], None]) -> None:
    collect(NOW)
    with db.reading() as session:
        before = session.execute(select(Source.next_run_at, Source.last_attempt_at, Source.updated_at)).one()
    with db.writing() as session:
        forget_the_future(session, NOW)
    with db.reading() as session:
        assert session.execute(select(Source.next_run_at, Source.last_attempt_at, Source.updated_at)).one() == before
