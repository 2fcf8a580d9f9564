"""Going back in time: never twice, never lost, never in the way of what is new, and never an alert about now."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from app.actions import going_back
from app.actions import sources as actions
from app.db import Database
from app.models import AlertRule, Brand, IncidentRow, Match, Mention, Source
from app.pipeline.gather.backfill import Backfill
from app.pipeline.gather.collect import Collect
from app.pipeline.gather.lease import BACKFILL, LEASE_TIME, LeaseLost, claim, prove, renew
from app.pipeline.gather.outcome import after_turn
from app.pipeline.gather.past import GIVE_UP, Past, Turn, begin, past_of, share
from app.pipeline.judge.score import ScorePending
from app.pipeline.sweep import wake
from app.pipeline.tell.watch import Watch
from app.services import Services
from app.viewer import ROLE_SCOPES, Viewer
from collectors.base import SourceBusy, SourceError, SourceOverBudget, SourceRefused, Window
from tests.algolia import Algolia, Said
from tests.fakes import FixedScorer

NOW = datetime.now(UTC).replace(microsecond=0)
CALM, ANGRY = "Zephyrine opened another office today", "Zephyrine is awful and broken"


class Killed(BaseException):
    """A process that ends in the middle of something."""


@pytest.fixture
def algolia() -> Iterator[Algolia]:
    search = Algolia()
    yield search
    search.close()


@pytest.fixture
def viewer(workspace_id: UUID) -> Viewer:
    return Viewer(workspace_id, "test", ROLE_SCOPES["admin"])


def filled(algolia: Algolia, days: int, each_day: int, words: str = CALM) -> set[str]:
    """Messages spread evenly over so many days before now. Returns their ids."""
    step = 86_400 // each_day
    last = int(NOW.timestamp()) - 60
    algolia.messages += [(n, last - n * step, f"{words} {n}") for n in range(days * each_day)]
    return {str(n) for n in range(days * each_day)}


def add(services: Services, viewer: Viewer, algolia: Algolia, days: int = 30, at: datetime = NOW) -> UUID:
    """A source that is asked, at that time, to go back so many days."""
    params = {"query": "zephyrine", "base_url": algolia.url}
    new = actions.NewSource(collector="hackernews", name="HN", params=params, backfill_days=days)
    with services.db.writing() as session:
        return actions.create(session, viewer, new, services, at).id


def step(services: Services, **more: Any) -> Backfill:
    return Backfill(services.db, services.gate, services.jobs, services.seal, random=Random(3).random, **more)


def one(db: Database) -> Source:
    with db.reading() as session:
        return session.scalars(select(Source)).one()


def progress(db: Database) -> dict[str, Any]:
    kept = one(db).backfill
    assert kept is not None
    return kept


def stored(db: Database) -> list[str]:
    with db.reading() as session:
        return sorted(session.scalars(select(Mention.external_id)))


def test_a_backfill_reads_its_whole_window_once_and_says_so(
    algolia: Algolia, services: Services, viewer: Viewer
) -> None:
    known = filled(algolia, 40, 40)
    add(services, viewer, algolia, days=30)
    step(services)()
    done = progress(services.db)
    assert (done["state"], done["reached"], done["error"]) == ("done", done["since"], None)
    assert done["read"] == done["stored"] == len(stored(services.db)) == pytest.approx(1_200, abs=2)
    assert set(stored(services.db)) < known
    assert share(done) == 1
    assert one(services.db).backfill_due_at is None
    assert one(services.db).backfill_lease_until is None
    assert len(algolia.asked) < 30
    step(services)()
    assert progress(services.db) == done


def test_progress_is_written_with_every_page(algolia: Algolia, services: Services, viewer: Viewer) -> None:
    filled(algolia, 30, 40)
    add(services, viewer, algolia)
    seen: list[tuple[float, int, int]] = []

    def look(name: str) -> None:
        if name == "backfill:stored":
            kept = progress(services.db)
            seen.append((share(kept), kept["stored"], len(stored(services.db))))

    step(services, checkpoint=look)()
    assert len(seen) > 3
    assert [one[0] for one in seen] == sorted({one[0] for one in seen})
    assert all(counted == there for _, counted, there in seen)


@pytest.mark.parametrize("place", ["backfill:placed", "backfill:before-commit", "backfill:stored"])
def test_a_kill_at_any_page_loses_nothing_and_doubles_nothing(
    algolia: Algolia, services: Services, viewer: Viewer, place: str
) -> None:
    filled(algolia, 30, 60)
    add(services, viewer, algolia)
    clock, lives = NOW, 0
    while progress(services.db)["state"] == "running":
        lives += 1
        assert lives < 50
        passed = count(1)

        def die(name: str, passed: Iterator[int] = passed) -> None:
            if name == place and next(passed) == 2:
                raise Killed

        with suppress(Killed):
            step(services, checkpoint=die, now=lambda at=clock: at)()
        clock += LEASE_TIME * 2
    assert lives > 3
    assert progress(services.db)["stored"] == len(stored(services.db)) == pytest.approx(1_800, abs=2)
    assert progress(services.db)["read"] == progress(services.db)["stored"]


def test_it_goes_on_where_it_was_and_asks_for_nothing_again(
    algolia: Algolia, services: Services, viewer: Viewer
) -> None:
    filled(algolia, 30, 40)
    add(services, viewer, algolia)
    stop = threading.Event()
    step(services, stopping=stop.is_set, checkpoint=lambda name: stop.set() if name == "backfill:stored" else None)()
    halfway = progress(services.db)
    assert 0 < share(halfway) < 1
    algolia.asked.clear()
    step(services)()
    assert progress(services.db)["state"] == "done"
    assert max(until for _, until in algolia.asked) == int(datetime.fromisoformat(halfway["reached"]).timestamp())


def test_turns_are_short_so_that_one_long_backfill_does_not_keep_the_others_waiting(
    algolia: Algolia, services: Services, viewer: Viewer
) -> None:
    filled(algolia, 30, 40)
    add(services, viewer, algolia)
    assert step(services, turn=timedelta())() > 3
    assert progress(services.db)["stored"] == len(stored(services.db)) == pytest.approx(1_200, abs=2)


def test_two_workers_share_a_backfill_without_reading_it_twice(
    algolia: Algolia, services: Services, viewer: Viewer
) -> None:
    filled(algolia, 30, 60)
    add(services, viewer, algolia)
    workers = [threading.Thread(target=step(services, turn=timedelta())) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    step(services)()
    done = progress(services.db)
    assert done["state"] == "done"
    assert done["read"] == done["stored"] == len(stored(services.db)) == pytest.approx(1_800, abs=2)


def test_what_a_slow_worker_read_is_not_stored_after_another_took_over(
    algolia: Algolia, services: Services, viewer: Viewer
) -> None:
    filled(algolia, 30, 5)
    add(services, viewer, algolia)
    placed = threading.Event()

    def stall(name: str) -> None:
        if name == "backfill:placed" and not placed.is_set():
            placed.set()
            step(services, now=lambda: NOW + LEASE_TIME * 2)()

    step(services, checkpoint=stall, now=lambda: NOW)()
    done = progress(services.db)
    assert done["state"] == "done"
    assert done["read"] == done["stored"] == len(stored(services.db)) == pytest.approx(150, abs=2)


def test_a_claim_holds_while_it_is_renewed_and_ends_with_its_lease(
    algolia: Algolia, services: Services, viewer: Viewer
) -> None:
    add(services, viewer, algolia)
    with services.db.writing() as session:
        first = past_of(claim(session, BACKFILL, 10, NOW)[0])
    with services.db.writing() as session:
        assert claim(session, BACKFILL, 10, NOW + LEASE_TIME / 2) == []
        renew(session, [first.lease], NOW + LEASE_TIME / 2)
    with services.db.writing() as session:
        assert claim(session, BACKFILL, 10, NOW + LEASE_TIME) == []
        second = past_of(claim(session, BACKFILL, 10, NOW + LEASE_TIME * 2)[0])
        prove(session, second.lease)
        with pytest.raises(LeaseLost):
            prove(session, first.lease)


def test_backfills_of_one_host_wait_for_each_other_and_for_the_pause_of_their_host(
    algolia: Algolia, services: Services, viewer: Viewer
) -> None:
    add(services, viewer, algolia)
    with services.db.writing() as session:
        assert claim(session, BACKFILL, 10, NOW, per_host=1, held={"127.0.0.1": 1}) == []
        key = session.scalars(select(Source.limit_key)).one()
        pause = {"key": key, "until": NOW + timedelta(minutes=5)}
        session.execute(text("INSERT INTO host (key, paused_until) VALUES (:key, :until)"), pause)
        assert claim(session, BACKFILL, 10, NOW) == []
        assert len(claim(session, BACKFILL, 10, NOW + timedelta(minutes=6))) == 1


def test_what_is_new_is_read_while_a_backfill_is_stuck(algolia: Algolia, services: Services, viewer: Viewer) -> None:
    filled(algolia, 30, 10)
    add(services, viewer, algolia)
    stuck, asked = threading.Event(), threading.Event()

    def before(since: int, _until: int) -> None:
        if since < NOW.timestamp() - 20 * 86_400:
            asked.set()
            stuck.wait(30)

    algolia.before = before
    slow = threading.Thread(target=step(services))
    slow.start()
    assert asked.wait(30)
    Collect(services.db, services.gate, services.jobs, services.seal, threads=2, random=Random(1).random)()
    assert one(services.db).state == "ok"
    assert len(stored(services.db)) == pytest.approx(70, abs=2)
    assert progress(services.db)["read"] == 0
    stuck.set()
    slow.join()
    done = progress(services.db)
    assert (done["state"], done["read"]) == ("done", pytest.approx(300, abs=2))
    assert len(stored(services.db)) == pytest.approx(300, abs=2)
    assert done["stored"] == pytest.approx(230, abs=2)


@pytest.mark.parametrize(
    ("said", "least", "words"),
    [
        (Said(500), timedelta(minutes=4), "problem of its own"),
        (Said(429, headers=(("Retry-After", "7200"),)), timedelta(hours=2), "less often"),
        (Said(200, b"<html>"), timedelta(minutes=4), "web page"),
    ],
)
def test_a_failure_backs_off_and_keeps_what_was_read(
    algolia: Algolia, services: Services, viewer: Viewer, said: Said, least: timedelta, words: str
) -> None:
    filled(algolia, 30, 40)
    add(services, viewer, algolia)
    algolia.before = lambda since, until: said if len(algolia.asked) > 4 else None
    step(services)()
    kept, row = progress(services.db), one(services.db)
    assert (kept["state"], kept["failures"]) == ("running", 1)
    assert words in kept["error"]["text"]
    assert kept["stored"] == len(stored(services.db)) > 0
    assert row.backfill_due_at is not None
    assert row.backfill_due_at - datetime.now(UTC) > least - timedelta(seconds=30)
    assert row.state == "waiting"
    algolia.before = lambda since, until: None
    step(services, now=lambda: datetime.now(UTC) + timedelta(days=1))()
    assert (progress(services.db)["state"], progress(services.db)["error"]) == ("done", None)


def test_ten_failures_in_a_row_stop_it_with_the_reason_and_a_person_has_it_go_on(
    algolia: Algolia, services: Services, viewer: Viewer
) -> None:
    filled(algolia, 30, 10)
    source_id = add(services, viewer, algolia)
    algolia.before = lambda since, until: Said(500)
    clock = NOW
    for _ in range(GIVE_UP):
        assert progress(services.db)["state"] == "running"
        clock += timedelta(days=2)
        step(services, now=lambda at=clock: at)()
    kept = progress(services.db)
    assert (kept["state"], kept["failures"]) == ("failed", GIVE_UP)
    assert "problem of its own" in kept["error"]["text"]
    assert one(services.db).backfill_due_at is None
    algolia.before = lambda since, until: None
    with services.db.writing() as session:
        going_back.go_back(session, viewer, source_id, going_back.GoBack(), services.jobs, NOW)
    step(services)()
    assert progress(services.db)["state"] == "done"


def test_a_refusal_stops_it_at_once(algolia: Algolia, services: Services, viewer: Viewer) -> None:
    add(services, viewer, algolia)
    algolia.before = lambda since, until: Said(403)
    step(services)()
    assert progress(services.db)["state"] == "failed"
    assert "403" in progress(services.db)["error"]["text"]
    assert one(services.db).state == "waiting"


def test_a_person_stops_it_between_two_pages_and_has_it_go_on(
    algolia: Algolia, services: Services, viewer: Viewer
) -> None:
    filled(algolia, 30, 40)
    source_id = add(services, viewer, algolia)

    def stop(name: str) -> None:
        if name == "backfill:placed" and progress(services.db)["read"]:
            with services.db.writing() as session:
                going_back.stop(session, viewer, source_id, services.jobs, NOW)

    step(services, checkpoint=stop)()
    kept = progress(services.db)
    assert kept["state"] == "stopped"
    assert 0 < kept["stored"] == len(stored(services.db)) < 1_100
    assert step(services)() == 0
    with services.db.writing() as session:
        going_back.go_back(session, viewer, source_id, going_back.GoBack(), services.jobs, NOW)
    step(services)()
    assert progress(services.db)["stored"] == len(stored(services.db)) == pytest.approx(1_200, abs=2)


def change(services: Services, viewer: Viewer, source_id: UUID, **changes: Any) -> dict[str, Any] | None:
    with services.db.writing() as session:
        wanted = actions.SourceChanges(**changes)
        return actions.update(session, viewer, source_id, wanted, services, NOW + timedelta(minutes=1)).backfill


def test_other_params_start_it_afresh_and_the_old_page_is_not_stored(
    algolia: Algolia, services: Services, viewer: Viewer
) -> None:
    filled(algolia, 30, 5)
    source_id = add(services, viewer, algolia)
    other = {"query": "zephyrine OR acme", "base_url": algolia.url}

    def edit(name: str) -> None:
        if name == "backfill:placed" and one(services.db).version == 1:
            change(services, viewer, source_id, params=other)

    step(services, checkpoint=edit, now=lambda: NOW)()
    kept = progress(services.db)
    assert (kept["read"], kept["state"], kept["cursor"]) == (0, "running", {})
    assert kept["until"] == (NOW + timedelta(minutes=1)).isoformat()
    assert stored(services.db) == []


def test_what_a_change_of_a_source_means_for_its_past(algolia: Algolia, services: Services, viewer: Viewer) -> None:
    source_id = add(services, viewer, algolia)
    same = {"query": "zephyrine", "base_url": algolia.url}
    was = progress(services.db)
    assert change(services, viewer, source_id, name="Another") == was
    assert change(services, viewer, source_id, params=same, backfill_days=30) == was
    longer = change(services, viewer, source_id, backfill_days=60)
    assert longer is not None
    assert (longer["days"], longer["cursor"]) == (60, {})
    assert change(services, viewer, source_id, enabled=False) == longer
    with services.db.reading() as session:
        assert session.scalar(select(func.count()).where(BACKFILL.eligible(NOW + timedelta(days=1)))) == 0
    assert change(services, viewer, source_id, enabled=True) == longer
    assert one(services.db).backfill_due_at is not None
    with services.db.writing() as session:
        going_back.stop(session, viewer, source_id, services.jobs, NOW)
    assert change(services, viewer, source_id, params=same | {"query": "acme"}) is None
    assert change(services, viewer, source_id, backfill_days=0) is None


def test_pausing_a_source_ends_the_turn_of_its_backfill(algolia: Algolia, services: Services, viewer: Viewer) -> None:
    filled(algolia, 30, 40)
    source_id = add(services, viewer, algolia)

    def pause(name: str) -> None:
        if name == "backfill:stored" and one(services.db).enabled:
            change(services, viewer, source_id, enabled=False)

    step(services, checkpoint=pause)()
    halfway = progress(services.db)
    assert (halfway["state"], one(services.db).enabled) == ("running", False)
    assert 0 < share(halfway) < 1
    change(services, viewer, source_id, enabled=True)
    step(services, now=lambda: datetime.now(UTC) + timedelta(minutes=2))()
    assert progress(services.db)["stored"] == len(stored(services.db)) == pytest.approx(1_200, abs=2)


def test_the_clock_wakes_a_worker_for_a_backfill_that_is_due(
    algolia: Algolia, services: Services, viewer: Viewer
) -> None:
    def queued() -> int:
        with services.db.writing() as session:
            session.execute(text("DELETE FROM procrastinate_jobs"))
            wake(session, services.jobs, NOW)
            return session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'backfill'")) or 0

    add(services, viewer, algolia)
    assert queued() == 1
    step(services)()
    assert queued() == 0


def test_a_mention_without_a_date_is_put_where_its_page_begins(
    algolia: Algolia, services: Services, viewer: Viewer
) -> None:
    add(services, viewer, algolia, days=10)
    undated = b'{"hits": [{"objectID": "7", "comment_text": "Zephyrine"}], "nbHits": 1}'
    algolia.before = lambda since, until: Said(200, undated)
    step(services)()
    with services.db.reading() as session:
        mention = session.scalars(select(Mention)).one()
    assert mention.published_guessed
    assert abs(mention.published_at - (NOW - timedelta(days=10))) < timedelta(seconds=2)


PAST = Past(None, Window(NOW - timedelta(days=10), NOW), NOW)  # type: ignore[arg-type] # what is claimed does not matter here


@pytest.mark.parametrize(
    ("turn", "reached", "state", "least"),
    [
        (Turn(PAST, pages=2, ended=True), 10, "done", None),
        (Turn(PAST, pages=2, ended=True), 4, "running", timedelta()),
        (Turn(PAST, pages=2, ended=True, pause=timedelta(hours=3)), 4, "running", timedelta(hours=3)),
        (Turn(PAST, pages=1, pause=timedelta(seconds=0.2)), 4, "running", timedelta(seconds=0.2)),
        (Turn(PAST, ended=True), 4, "running", timedelta(minutes=4)),
        (Turn(PAST, error=SourceError("no")), 4, "running", timedelta(minutes=4)),
        (Turn(PAST, error=SourceBusy("no", wait=timedelta(hours=6))), 4, "running", timedelta(hours=6)),
        (Turn(PAST, error=SourceRefused("no")), 4, "failed", None),
    ],
)
def test_what_follows_from_a_turn(turn: Turn, reached: int, state: str, least: timedelta | None) -> None:
    was = begin(10, NOW) | {"reached": (NOW - timedelta(days=reached)).isoformat()}
    kept, due_at = after_turn(was, turn, NOW, lambda: 0.5)
    assert kept["state"] == state
    assert (due_at is None) == (least is None)
    if least is not None and due_at is not None:
        assert least <= due_at - NOW <= least + timedelta(minutes=2)


def test_a_budget_that_is_spent_is_no_failure_however_long_it_lasts() -> None:
    turn, kept = Turn(PAST, error=SourceOverBudget("spent", wait=timedelta(days=20))), begin(10, NOW)
    for _ in range(GIVE_UP * 2):
        kept, due_at = after_turn(kept, turn, NOW, lambda: 0.5)
        assert due_at == NOW + timedelta(days=1)
    assert (kept["state"], kept["failures"]) == ("running", 0)


def test_history_that_is_read_page_by_page_opens_no_incident_about_now(
    algolia: Algolia, services: Services, viewer: Viewer, workspace_id: UUID
) -> None:
    """A month of a brand that half the world hates, the last day worst: every rule is watched at every page."""
    filled(algolia, 30, 24)
    filled(algolia, 30, 24, ANGRY)
    algolia.messages = [(n, at, words) for n, (_, at, words) in enumerate(algolia.messages)]
    brand_id = rules(services, workspace_id)
    add(services, viewer, algolia)
    looks = 0

    def look(name: str) -> None:
        nonlocal looks
        if name == "backfill:stored":
            looks += 1
            watch(services, workspace_id, brand_id)

    step(services, checkpoint=look)()
    Collect(services.db, services.gate, services.jobs, services.seal, threads=2, random=Random(1).random)()
    watch(services, workspace_id, brand_id)
    assert looks > 3
    with services.db.reading() as session:
        counted = {row[0]: row[1] for row in session.execute(select(Match.stance, func.count()).group_by(Match.stance))}
        assert {stance: pytest.approx(720, abs=3) for stance in ("passive", "detractor")} == counted
        assert session.scalars(select(IncidentRow.state)).all() == []


def test_what_is_said_after_a_backfill_was_asked_for_rings_as_ever(
    algolia: Algolia, services: Services, viewer: Viewer, workspace_id: UUID
) -> None:
    filled(algolia, 30, 24)
    brand_id = rules(services, workspace_id)
    add(services, viewer, algolia, at=NOW - timedelta(hours=1))
    step(services)()
    watch(services, workspace_id, brand_id)
    with services.db.reading() as session:
        assert session.scalars(select(IncidentRow.id)).all() == []
    algolia.messages += [(10_000 + n, int(NOW.timestamp()) - 60 - n, f"{ANGRY} {n}") for n in range(30)]
    Collect(services.db, services.gate, services.jobs, services.seal, threads=2, random=Random(1).random)()
    watch(services, workspace_id, brand_id)
    with services.db.reading() as session:
        assert len(session.scalars(select(IncidentRow.id)).all()) == 2


def rules(services: Services, workspace_id: UUID) -> UUID:
    """Both kinds of rule, as sharp as they go."""
    with services.db.writing() as session:
        brand_id = session.scalars(select(Brand.id)).one()
        for kind, params in (("negative_spike", {"threshold": 2}), ("threshold", {"limit": 10, "window_hours": 168})):
            rule = AlertRule(workspace_id=workspace_id, brand_id=brand_id, name=kind, kind=kind, params=params)
            session.add(rule)
        return brand_id


def watch(services: Services, workspace_id: UUID, brand_id: UUID) -> None:
    ScorePending(services.db, FixedScorer(), services.jobs, random=Random(1))()
    Watch(services.db, services.jobs, "http://vigie.example")(str(workspace_id), str(brand_id))
