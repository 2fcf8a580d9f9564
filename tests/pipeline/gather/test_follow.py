"""Following sources that never end: from a real server through the gate into the database, whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from app.actions import sources as actions
from app.actions.trial import trial
from app.db import Database
from app.models import Brand, Mention, Poll, Revision, Source
from app.pipeline.gather.collect import Collect
from app.pipeline.gather.follow import Follow, anything_to_follow
from app.pipeline.gather.lease import FOLLOW, claim
from app.pipeline.gather.schedule import pause_before_reconnect
from app.pipeline.sift.page import queries_json, shortlist
from app.problems import Problem
from app.services import Services, build
from app.settings import Settings
from app.viewer import ROLE_SCOPES, Viewer
from collectors.base import RawMention, SourceBusy, SourceChanged, SourceError, SourceRefused
from tests.collectors.streams import Instance, Jet, jetstream, mastodon, wait_for


@pytest.fixture
def services(settings: Settings, workspace_id: UUID) -> Iterator[Services]:
    services = build(settings)
    with services.db.writing() as session:
        session.add(Brand(workspace_id=workspace_id, name="Z", kind="own", query="zephyrine", colour="#000000"))
    yield services
    services.close()


@pytest.fixture
def jet() -> Iterator[Jet]:
    with jetstream(Jet()) as served:
        yield served


def add_source(db: Database, workspace_id: UUID, url: str, kind: str = "jetstream", **more: Any) -> UUID:
    with db.writing() as session:
        row = Source(
            workspace_id=workspace_id,
            collector=kind,
            name=f"{kind} {uuid4()}",
            params={"base_url": url},
            interval_seconds=3600,
        )
        row.cursor = {"dialect": "subscribeEvents", "seq": 0, "time_us": 1} if kind == "jetstream" else {}
        for name, value in more.items():
            setattr(row, name, value)
        session.add(row)
        session.flush()
        return row.id


@contextmanager
def following(services: Services) -> Iterator[Follow]:
    stop = threading.Event()
    follow = Follow(
        services.db,
        services.gate,
        services.jobs,
        services.seal,
        random=Random(1).random,
        stopping=stop,
        look=timedelta(seconds=0.2),
        save=timedelta(seconds=0.5),
    )
    thread = threading.Thread(target=follow)
    thread.start()
    try:
        yield follow
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()


def texts(db: Database) -> list[str]:
    with db.reading() as session:
        return sorted(session.scalars(select(Mention.text)))


def row_of(db: Database, source_id: UUID | None = None) -> Source:
    with db.reading() as session:
        return session.scalars(
            select(Source).where(Source.id == source_id if source_id else Source.id.is_not(None))
        ).one()


def viewer_of(workspace_id: UUID) -> Viewer:
    return Viewer(workspace_id, "test", ROLE_SCOPES["admin"])


def test_what_matches_is_stored_and_what_is_said_of_it_later_is_followed(
    jet: Jet, services: Services, workspace_id: UUID
) -> None:
    add_source(services.db, workspace_id, jet.url)
    with following(services):
        for number in range(40):
            jet.post(f"bonjour {number}")
        jet.post("Zéphyrine, bof", rkey="kept")
        jet.post("zephyrine, une erreur", rkey="gone")
        jet.post("", operation="delete", rkey="never-seen")
        wait_for(lambda: len(texts(services.db)) == 2)
        jet.post("Zéphyrine, super", operation="update", rkey="kept")
        jet.post("", operation="delete", rkey="gone")
        wait_for(lambda: texts(services.db) == ["Zéphyrine, super"])
        wait_for(lambda: row_of(services.db).cursor.get("seq") == 44)
    row = row_of(services.db)
    assert (row.state, row.last_error, row.consecutive_failures) == ("ok", None, 0)
    assert (row.unmatched, row.lease_until, row.next_run_at) == (41, None, None)
    assert row.last_new_at is not None
    assert row.last_success_at is not None
    with services.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Revision)) == 1
        assert session.scalars(select(Poll.outcome)).first() == "ok"
        assert session.scalars(select(Mention.kind)).one() == "bluesky"


def test_a_post_that_is_deleted_at_once_is_not_kept(jet: Jet, services: Services, workspace_id: UUID) -> None:
    jet.post("Zephyrine", rkey="a")
    jet.post("", operation="delete", rkey="a")
    jet.post("Zephyrine stays", rkey="b")
    add_source(services.db, workspace_id, jet.url)
    with following(services):
        wait_for(lambda: texts(services.db) == ["Zephyrine stays"])
    assert texts(services.db) == ["Zephyrine stays"]


def test_a_connection_that_is_cut_is_made_again_from_the_cursor(services: Services, workspace_id: UUID) -> None:
    with jetstream(Jet(cut_after=3)) as jet:
        for number in range(8):
            jet.post(f"Zephyrine {number}")
        add_source(services.db, workspace_id, jet.url)
        with following(services):
            wait_for(lambda: len(texts(services.db)) == 8, 25)
    assert texts(services.db) == [f"Zephyrine {number}" for number in range(8)]
    assert len(jet.asked) >= 4


def test_the_poll_leaves_what_is_followed_alone(jet: Jet, services: Services, workspace_id: UUID) -> None:
    jet.post("Zephyrine")
    assert not anything_to_follow(services.db)
    source_id = add_source(services.db, workspace_id, jet.url)
    assert anything_to_follow(services.db)
    Collect(services.db, services.gate, services.jobs, services.seal, random=Random(1).random)()
    assert (row_of(services.db, source_id).fence, jet.asked) == (0, [])


def test_two_processes_share_the_sources_out(jet: Jet, services: Services, workspace_id: UUID) -> None:
    for _ in range(4):
        add_source(services.db, workspace_id, jet.url)
    now = datetime.now(UTC)
    with services.db.writing() as session:
        first = claim(session, FOLLOW, 3, now)
    with services.db.writing() as session:
        second = claim(session, FOLLOW, 10, now)
        assert claim(session, FOLLOW, 10, now) == []
    assert [len(first), len(second)] == [3, 1]
    with services.db.writing() as session:
        assert len(claim(session, FOLLOW, 10, now + timedelta(minutes=1))) == 4


def test_a_paused_source_is_left_and_a_new_one_taken_within_seconds(
    jet: Jet, services: Services, workspace_id: UUID
) -> None:
    source_id = add_source(services.db, workspace_id, jet.url)
    viewer, now = viewer_of(workspace_id), datetime.now(UTC)
    with following(services):
        wait_for(lambda: len(jet.asked) == 1)
        with services.db.writing() as session:
            actions.update(session, viewer, source_id, actions.SourceChanges(enabled=False), services, now)
        wait_for(lambda: row_of(services.db).lease_until is None)
        jet.post("Zephyrine, while it was paused")
        with services.db.writing() as session:
            actions.update(session, viewer, source_id, actions.SourceChanges(enabled=True), services, now)
        wait_for(lambda: texts(services.db) == ["Zephyrine, while it was paused"])


def test_what_changed_is_followed_as_it_is_now(services: Services, workspace_id: UUID) -> None:
    with jetstream(Jet()) as old, jetstream(Jet()) as new:
        source_id = add_source(services.db, workspace_id, old.url)
        with following(services):
            wait_for(lambda: len(old.asked) == 1)
            changes = actions.SourceChanges(params={"base_url": new.url})
            with services.db.writing() as session:
                actions.update(session, viewer_of(workspace_id), source_id, changes, services, datetime.now(UTC))
            wait_for(lambda: len(new.asked) == 1)
            old.post("Zephyrine at the old address")
            new.post("Zephyrine at the new address")
            wait_for(lambda: texts(services.db) == ["Zephyrine at the new address"])


@pytest.mark.parametrize(
    ("refuse", "state"),
    [
        ((503, "later", {"Retry-After": "3600"}), "throttled"),
        ((401, "no", {}), "refused"),
        ((410, "gone", {}), "gone"),
        ((500, "oops", {}), "failing"),
    ],
)
def test_a_refusal_is_told_and_not_asked_for_again_and_again(
    services: Services, workspace_id: UUID, refuse: Any, state: str
) -> None:
    with jetstream(Jet(refuse=refuse)) as jet:
        add_source(services.db, workspace_id, jet.url)
        with following(services):
            wait_for(lambda: row_of(services.db).state == state)
            threading.Event().wait(1.5)
    row = row_of(services.db)
    assert row.last_error is not None
    assert row.last_success_at is None
    assert len(jet.asked) <= (3 if state == "failing" else 1)


def test_a_source_recovers(services: Services, workspace_id: UUID) -> None:
    with jetstream(Jet(refuse=(500, "oops", {}))) as jet:
        add_source(services.db, workspace_id, jet.url)
        with following(services):
            wait_for(lambda: row_of(services.db).state == "failing")
            jet.refuse = None
            jet.post("Zephyrine")
            wait_for(lambda: row_of(services.db).state == "ok")
    row = row_of(services.db)
    assert (row.consecutive_failures, row.last_error) == (0, None)


def test_pauses_grow_and_are_never_shorter_than_asked() -> None:
    broken, low, high = SourceError("x"), lambda: 0.0, lambda: 1.0
    grown = [pause_before_reconnect(failures, broken, low).total_seconds() for failures in range(12)]
    assert grown[:4] == [1, 2, 4, 8]
    assert grown[-1] == 300
    assert pause_before_reconnect(3, broken, high).total_seconds() == 12
    assert pause_before_reconnect(0, SourceBusy("x", wait=timedelta(hours=2)), low) == timedelta(hours=2)
    assert pause_before_reconnect(0, SourceRefused("x"), low) == timedelta(days=1)
    assert pause_before_reconnect(0, SourceChanged("x"), low) == timedelta(hours=1)
    assert pause_before_reconnect(50, None, high) <= timedelta(minutes=8)


def test_what_matched_no_brand_stands_in_one_line_of_history_only(services: Services, workspace_id: UUID) -> None:
    with jetstream(Jet(cut_after=6)) as jet:
        add_source(services.db, workspace_id, jet.url)
        with following(services):
            wait_for(lambda: len(jet.asked) == 1)
            jet.refuse = (401, "no", {})
            for number in range(5):
                jet.post(f"bonjour {number}")
            jet.post("Zephyrine")
            wait_for(lambda: row_of(services.db).state == "refused")
    with services.db.reading() as session:
        lines = session.scalars(select(Poll).order_by(Poll.id)).all()
    assert [line.outcome for line in lines] == ["ok", "refused"]
    assert (sum(line.unmatched for line in lines), row_of(services.db).unmatched) == (5, 5)
    assert (sum(line.read for line in lines), sum(line.stored for line in lines)) == (6, 1)


def test_a_gap_is_told_on_the_source(services: Services, workspace_id: UUID) -> None:
    with jetstream(Jet(floor=2)) as jet:
        for number in range(3):
            jet.post(f"Zephyrine {number}")
        add_source(services.db, workspace_id, jet.url)
        with following(services):
            wait_for(lambda: texts(services.db) == ["Zephyrine 2"])
    warning = row_of(services.db).warning
    assert warning is not None
    assert "partly missed" in warning["text"]


def test_two_kinds_that_read_one_platform_bring_one_mention(services: Services, workspace_id: UUID) -> None:
    with mastodon(Instance()) as instance:
        instance.write("Zephyrine", quietly=True)
        add_source(services.db, workspace_id, instance.url, "mastodon_live")
        add_source(services.db, workspace_id, instance.url, "mastodon", next_run_at=datetime.now(UTC))
        with following(services):
            wait_for(lambda: len(texts(services.db)) == 1)
            Collect(services.db, services.gate, services.jobs, services.seal, random=Random(1).random)()
            one = instance.write("Zephyrine encore")
            wait_for(lambda: len(texts(services.db)) == 2)
            instance.remove(one)
            wait_for(lambda: texts(services.db) == ["Zephyrine"])
            instance.write("Zephyrine, pendant la coupure", quietly=True)
            instance.drop()
            wait_for(lambda: len(texts(services.db)) == 2)
    with services.db.reading() as session:
        assert set(session.scalars(select(Source.state))) == {"ok"}


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (RawMention("1", text="rien du tout"), False),
        (RawMention("1", text="la ZÉPHYRINE !"), True),
        (RawMention("1", title="zephyrine"), True),
        (RawMention("1", text="<p>ze<b>phy</b>rine</p>", html=True), True),
        (RawMention("1", text=""), False),
        (RawMention("1", deleted=True), True),
        (RawMention("1", text="x" * 5_000), True),
        (RawMention("1", text="<div>" * 5_000, html=True), True),
        (RawMention("1", text="zephyrine emploi"), False),
        (RawMention("1", text="e" + "\u0301\u0323" * 1_900), False),
    ],
)
def test_only_what_may_be_about_a_brand_goes_on(raw: RawMention, kept: bool) -> None:
    queries = queries_json([(uuid4(), "zephyrine AND NOT emploi")])
    assert bool(shortlist([raw], None, queries)) is kept
    assert shortlist([raw], uuid4(), queries) == [raw]


def test_a_trial_listens_for_some_seconds_and_shows_first_what_matches(
    jet: Jet, services: Services, workspace_id: UUID
) -> None:
    new = actions.TriedSource(collector="jetstream", params={"base_url": jet.url})
    talk = threading.Thread(target=lambda: (wait_for(lambda: bool(jet.asked)), [say(jet, n) for n in range(40)]))
    talk.start()
    found = trial(services, viewer_of(workspace_id), new, datetime.now(UTC))
    talk.join()
    assert found.read == 40
    assert found.matched == 20
    assert {one.draft.text for one in found.mentions} == {f"Zephyrine {n}" for n in range(20, 40)}


def say(jet: Jet, number: int) -> None:
    jet.post(f"Zephyrine {number}" if number >= 20 else f"autre chose {number}")


def test_there_is_no_reading_now_of_what_is_followed(jet: Jet, services: Services, workspace_id: UUID) -> None:
    source_id = add_source(services.db, workspace_id, jet.url)
    with services.db.writing() as session, pytest.raises(Problem, match="follows this source continuously"):
        actions.poll_now(session, viewer_of(workspace_id), source_id, services, datetime.now(UTC))


def start(settings: Settings) -> subprocess.Popen[bytes]:
    assert settings.database_url is not None
    environment = {
        **os.environ,
        "VIGIE_DATABASE_URL": settings.database_url.get_secret_value(),
        "VIGIE_SECRET_KEY": "a secret key for tests only",
        "VIGIE_ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
        "VIGIE_LOG_LEVEL": "warning",
    }
    return subprocess.Popen([sys.executable, "-m", "app", "stream"], env=environment)


@pytest.mark.slow
def test_kill_9_at_any_moment_loses_nothing_and_doubles_nothing(
    jet: Jet, services: Services, settings: Settings, workspace_id: UUID
) -> None:
    add_source(services.db, workspace_id, jet.url)
    random, posted = Random(7), 0
    for _ in range(2):
        process = start(settings)
        connected = len(jet.asked)
        wait_for(lambda: len(jet.asked) > connected, 40)  # noqa: B023 - called at once
        for _ in range(random.randrange(20, 60)):
            jet.post(f"Zephyrine {posted}")
            posted += 1
        time.sleep(random.random() * 0.6)
        process.kill()
        process.wait()
        with services.db.writing() as session:  # as if the lease had run out
            session.execute(update(Source).values(lease_until=None))
    process = start(settings)
    try:
        wait_for(lambda: len(texts(services.db)) >= posted, 40)
    finally:
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        assert process.wait(15) == 0
    assert time.monotonic() - began < 8
    assert texts(services.db) == sorted(f"Zephyrine {number}" for number in range(posted))
    assert row_of(services.db).lease_until is None
