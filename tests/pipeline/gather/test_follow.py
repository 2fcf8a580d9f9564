"""Following sources that never end: from a real server through the gate into the database, whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from app.actions import sources as actions
from app.actions.trial import trial
from app.models import Mention, Poll, Revision, Source
from app.pipeline.gather.collect import Collect
from app.pipeline.gather.follow import anything_to_follow
from app.pipeline.gather.lease import FOLLOW, claim
from app.problems import Problem
from app.services import Services
from app.settings import Settings
from tests.collectors.streams import Jet, jetstream, wait_for
from tests.pipeline.gather.following import add_source, following, row_of, texts, viewer_of


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
            wait_for(lambda: new.open == 1)
            old.post("Zephyrine at the old address")
            new.post("Zephyrine at the new address")
            wait_for(lambda: texts(services.db) == ["Zephyrine at the new address"])


def test_a_trial_listens_for_some_seconds_and_shows_first_what_matches(
    jet: Jet, services: Services, workspace_id: UUID
) -> None:
    new = actions.TriedSource(collector="jetstream", params={"base_url": jet.url})
    talk = threading.Thread(target=lambda: (wait_for(lambda: jet.open == 1), [say(jet, n) for n in range(40)]))
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
