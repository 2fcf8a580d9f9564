"""One lease for three lifetimes: claimed once, renewed, proved, released, and for each the sources it may claim."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select, update

from app.db import Database
from app.models import Source
from app.pipeline.gather.lease import (
    BACKFILL,
    COLLECT,
    FOLLOW,
    LEASE_TIME,
    Lease,
    LeaseLost,
    Lifetime,
    claim,
    lease_of,
    prove,
    release,
    renew,
    write,
)
from app.pipeline.gather.pauses import pause

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ELIGIBLE: dict[str, dict[str, Any]] = {
    "collect": {"collector": "rss", "next_run_at": NOW - MINUTE},
    "follow": {"collector": "jetstream"},
    "backfill": {"collector": "hackernews", "backfill_due_at": NOW - MINUTE},
}
"""What makes a source eligible for each lifetime."""

every_lifetime = pytest.mark.parametrize("lifetime", [COLLECT, FOLLOW, BACKFILL], ids=lambda lifetime: lifetime.name)


def add(db: Database, workspace_id: UUID, lifetime: Lifetime, **values: Any) -> UUID:
    columns = {"host": "example.org", "limit_key": "example.org", "interval_seconds": 3600, "params": {}}
    row = Source(workspace_id=workspace_id, name=str(uuid4()), **{**columns, **ELIGIBLE[lifetime.name], **values})
    with db.writing() as session:
        session.add(row)
        session.flush()
        return row.id


def leases(db: Database, lifetime: Lifetime, now: datetime = NOW, number: int = 10, **more: Any) -> list[Lease]:
    with db.writing() as session:
        return [lease_of(lifetime, row) for row in claim(session, lifetime, number, now, **more)]


def stands(db: Database, lease: Lease) -> bool:
    with db.writing() as session:
        try:
            prove(session, lease)
        except LeaseLost:
            return False
        return True


def row_of(db: Database, source_id: UUID) -> Source:
    with db.reading() as session:
        return session.scalars(select(Source).where(Source.id == source_id)).one()


@every_lifetime
def test_a_source_is_claimed_once_until_its_lease_runs_out(
    db: Database, workspace_id: UUID, lifetime: Lifetime
) -> None:
    add(db, workspace_id, lifetime)
    (first,) = leases(db, lifetime)
    assert leases(db, lifetime, NOW + LEASE_TIME) == []
    (second,) = leases(db, lifetime, NOW + LEASE_TIME + timedelta(seconds=1))
    assert second.fence == first.fence + 1
    assert (stands(db, first), stands(db, second)) == (False, True)


@every_lifetime
def test_a_renewed_lease_lasts_from_its_renewal(db: Database, workspace_id: UUID, lifetime: Lifetime) -> None:
    add(db, workspace_id, lifetime)
    held = leases(db, lifetime)
    with db.writing() as session:
        renew(session, held, NOW + LEASE_TIME)
    assert leases(db, lifetime, NOW + LEASE_TIME * 2) == []
    assert len(leases(db, lifetime, NOW + LEASE_TIME * 2 + timedelta(seconds=1))) == 1


@every_lifetime
def test_a_lease_that_was_lost_is_neither_renewed_nor_released(
    db: Database, workspace_id: UUID, lifetime: Lifetime
) -> None:
    add(db, workspace_id, lifetime)
    lost = leases(db, lifetime)
    (present,) = leases(db, lifetime, NOW + LEASE_TIME * 2)
    with db.writing() as session:
        renew(session, lost, NOW + LEASE_TIME * 9)
        release(session, lost)
    assert stands(db, present)
    assert leases(db, lifetime, NOW + LEASE_TIME * 3) == []
    assert len(leases(db, lifetime, NOW + LEASE_TIME * 4)) == 1


@every_lifetime
def test_a_released_source_is_free_at_once_and_its_reader_is_refused(
    db: Database, workspace_id: UUID, lifetime: Lifetime
) -> None:
    add(db, workspace_id, lifetime)
    held = leases(db, lifetime)
    with db.writing() as session:
        release(session, held)
    assert not stands(db, held[0])
    assert len(leases(db, lifetime)) == 1


@every_lifetime
def test_what_is_written_under_a_lease_that_was_released_meanwhile_is_refused(
    db: Database, workspace_id: UUID, lifetime: Lifetime
) -> None:
    source_id = add(db, workspace_id, lifetime)
    (lease,) = leases(db, lifetime)
    with db.writing() as session:
        prove(session, lease)
        assert leases(db, lifetime, NOW + LEASE_TIME * 2) == [], "nobody else claims it meanwhile"
        with db.writing() as other:
            renew(other, [lease], NOW)
            release(other, [lease])
        with pytest.raises(LeaseLost):
            write(session, lease, {"unmatched": 7})
    assert row_of(db, source_id).unmatched == 0


@every_lifetime
def test_the_lease_of_a_source_that_was_deleted_is_lost(db: Database, workspace_id: UUID, lifetime: Lifetime) -> None:
    add(db, workspace_id, lifetime)
    (lease,) = leases(db, lifetime)
    with db.writing() as session:
        session.execute(delete(Source))
    assert not stands(db, lease)


@every_lifetime
def test_no_lease_is_renewed_or_released_in_vain(db: Database, workspace_id: UUID, lifetime: Lifetime) -> None:
    add(db, workspace_id, lifetime)
    (lease,) = leases(db, lifetime)
    with db.writing() as session:
        renew(session, [], NOW)
        release(session, [])
    assert stands(db, lease)


@every_lifetime
def test_only_so_many_are_claimed_and_two_workers_share_them_out(
    db: Database, workspace_id: UUID, lifetime: Lifetime
) -> None:
    sources = {add(db, workspace_id, lifetime) for _ in range(5)}
    first, second = leases(db, lifetime, number=3), leases(db, lifetime, number=9)
    assert (len(first), len(second)) == (3, 2)
    assert {lease.source_id for lease in (*first, *second)} == sources
    assert leases(db, lifetime, NOW + LEASE_TIME * 2, number=0) == []
    assert leases(db, lifetime, NOW + LEASE_TIME * 2, number=-1) == []


@pytest.mark.parametrize(("lifetime", "column"), [(COLLECT, "next_run_at"), (BACKFILL, "backfill_due_at")])
def test_the_longest_due_is_claimed_first(db: Database, workspace_id: UUID, lifetime: Lifetime, column: str) -> None:
    late, later, latest = (add(db, workspace_id, lifetime, **{column: NOW - minutes * MINUTE}) for minutes in (1, 2, 3))
    claimed = [leases(db, lifetime, number=1)[0].source_id for _ in range(3)]
    assert claimed == [latest, later, late]


def test_the_live_reading_and_the_backfill_of_a_source_have_leases_of_their_own(
    db: Database, workspace_id: UUID
) -> None:
    add(db, workspace_id, COLLECT, **ELIGIBLE["backfill"])
    (live,), (past,) = leases(db, COLLECT), leases(db, BACKFILL)
    with db.writing() as session:
        release(session, [live])
    assert (stands(db, live), stands(db, past)) == (False, True)
    assert (len(leases(db, COLLECT)), leases(db, BACKFILL)) == (1, [])


@pytest.mark.parametrize(
    ("lifetime", "values", "claimed"),
    [
        (COLLECT, {"enabled": False}, False),
        (FOLLOW, {"enabled": False}, False),
        (BACKFILL, {"enabled": False}, False),
        (COLLECT, {"next_run_at": NOW}, True),
        (COLLECT, {"next_run_at": NOW + MINUTE}, False),
        (COLLECT, {"next_run_at": None}, False),
        (BACKFILL, {"backfill_due_at": NOW}, True),
        (BACKFILL, {"backfill_due_at": NOW + MINUTE}, False),
        (BACKFILL, {"backfill_due_at": None}, False),
        (COLLECT, {"collector": "no_more"}, False),
        (FOLLOW, {"collector": "no_more"}, False),
        (BACKFILL, {"collector": "no_more"}, False),
        (COLLECT, {"state": "refused"}, True),
        (FOLLOW, {"state": "refused"}, True),
        (FOLLOW, {"state": "gone"}, False),
        (FOLLOW, {"collector": "rss"}, False),
        (FOLLOW, {"next_run_at": NOW + MINUTE}, True),
    ],
)
def test_each_lifetime_knows_which_sources_it_may_claim(
    db: Database, workspace_id: UUID, lifetime: Lifetime, values: dict[str, Any], claimed: bool
) -> None:
    add(db, workspace_id, lifetime, **values)
    assert bool(leases(db, lifetime)) is claimed


@pytest.mark.parametrize(("lifetime", "waits"), [(COLLECT, True), (BACKFILL, True), (FOLLOW, False)])
def test_a_host_that_asked_for_a_pause_is_not_polled_or_read_back(
    db: Database, workspace_id: UUID, lifetime: Lifetime, waits: bool
) -> None:
    add(db, workspace_id, lifetime)
    with db.writing() as session:
        pause(session, "example.org", NOW + MINUTE, None)
    assert (leases(db, lifetime) == []) is waits


@every_lifetime
def test_a_full_host_is_passed_over(db: Database, workspace_id: UUID, lifetime: Lifetime) -> None:
    add(db, workspace_id, lifetime)
    other = add(db, workspace_id, lifetime, host="example.net")
    assert [lease.source_id for lease in leases(db, lifetime, per_host=2, held={"example.org": 2})] == [other]


def hosts(db: Database, number: int, per_host: int, **held: int) -> Counter[str]:
    """How many sources of each host one claim brings."""
    at_hand = {host.replace("_", "."): count for host, count in held.items()}
    claimed = leases(db, COLLECT, number=number, per_host=per_host, held=at_hand)
    return Counter(row_of(db, lease.source_id).host for lease in claimed)


def test_one_claim_takes_no_more_of_a_host_than_agreed_and_the_oldest_first(db: Database, workspace_id: UUID) -> None:
    for number in range(20):
        add(db, workspace_id, COLLECT, host="slow.example", next_run_at=NOW - timedelta(minutes=90 - number))
    for number in range(3):
        add(db, workspace_id, COLLECT, host=f"quick-{number}.example")
    assert hosts(db, 10, 2) == {"slow.example": 2, "quick-0.example": 1, "quick-1.example": 1, "quick-2.example": 1}
    with db.reading() as session:
        held = session.scalars(select(Source.next_run_at).where(Source.lease_until.is_not(None))).all()
    assert sorted(at for at in held if at)[:2] == [NOW - timedelta(minutes=90), NOW - timedelta(minutes=89)]


def test_what_is_at_hand_already_counts_for_its_host(db: Database, workspace_id: UUID) -> None:
    for host in ("a.example", "b.example"):
        for _ in range(5):
            add(db, workspace_id, COLLECT, host=host)
    assert hosts(db, 10, 3, a_example=1) == {"a.example": 2, "b.example": 3}
    assert hosts(db, 10, 3, a_example=3, b_example=3) == {}
    assert hosts(db, 1, 3) == {"a.example": 1} or hosts(db, 1, 3) == {"b.example": 1}


def test_sources_without_a_host_hold_up_no_other(db: Database, workspace_id: UUID) -> None:
    for _ in range(5):
        add(db, workspace_id, COLLECT, host="")
    assert hosts(db, 10, 2) == {"": 5}


@pytest.mark.parametrize(("lifetime", "noted"), [(COLLECT, NOW), (FOLLOW, NOW), (BACKFILL, None)])
def test_a_claim_is_noted_as_an_attempt_to_read_what_is_new(
    db: Database, workspace_id: UUID, lifetime: Lifetime, noted: datetime | None
) -> None:
    source_id = add(db, workspace_id, lifetime)
    leases(db, lifetime)
    assert row_of(db, source_id).last_attempt_at == noted


@every_lifetime
def test_what_a_reader_writes_is_no_edit_of_the_source(db: Database, workspace_id: UUID, lifetime: Lifetime) -> None:
    source_id, edited = add(db, workspace_id, lifetime), NOW - timedelta(days=3)
    with db.writing() as session:
        session.execute(update(Source).values(updated_at=edited))
    (lease,) = leases(db, lifetime)
    with db.writing() as session:
        renew(session, [lease], NOW)
        write(session, lease, {"unmatched": Source.unmatched + 4})
    row = row_of(db, source_id)
    assert (row.updated_at, row.unmatched) == (edited, 4)
    with db.writing() as session:
        write(session, lease, {"updated_at": NOW})
        release(session, [lease])
    assert row_of(db, source_id).updated_at == NOW
