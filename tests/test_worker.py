"""The worker: a step for each job, and a clock that wakes them."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import select, text

from app.models import Heartbeat
from app.services import Services, build
from app.settings import Settings
from app.worker import Clock, handlers
from tests.fakes import FixedScorer
from tests.rows import NOW, source_row


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    built = build(settings)
    yield built
    built.close()


def queued(services: Services) -> set[str]:
    with services.db.reading() as session:
        return set(session.scalars(text("SELECT task_name FROM procrastinate_jobs")))


def beats(services: Services) -> list[tuple[str, object]]:
    with services.db.reading() as session:
        return [(row.name, row.details) for row in session.scalars(select(Heartbeat).order_by(Heartbeat.name))]


def test_there_is_a_step_for_each_job(services: Services) -> None:
    steps = handlers(services, FixedScorer(), lambda: False)
    assert set(steps) == {
        "collect",
        "backfill",
        "score",
        "watch",
        "notify",
        "letters",
        "sweep",
        "rematch",
        "remove_brand",
        "restance",
        "undo_imports",
        "mail",
        "bulk",
    }


@pytest.mark.parametrize("job", ["collect", "backfill", "score", "notify", "mail", "sweep"])
def test_a_step_without_work_ends(services: Services, job: str) -> None:
    assert handlers(services, FixedScorer(), lambda: False)[job]() in {0, None}


def test_the_clock_writes_down_that_the_worker_lives_and_wakes_what_is_due(
    services: Services, workspace_id: UUID
) -> None:
    with services.db.writing() as session:
        session.add(source_row(workspace_id, "Due", next_run_at=NOW))
    clock, until = Clock(services), time.monotonic() + 20
    clock.start()
    try:
        while not ({"collect", "sweep"} <= queued(services) and beats(services)) and time.monotonic() < until:
            time.sleep(0.05)
        assert {"collect", "sweep"} <= queued(services)
        assert [name for name, _ in beats(services)] == [
            "worker",
            here := f"worker@{platform.node()}",
            f"{here}:{os.getpid()}",
        ]
        assert [details for _, details in beats(services)] == [{"pid": os.getpid()}] * 3
    finally:
        clock.stop()
    assert [name for name, _ in beats(services)] == ["worker", here]  # it ended cleanly: nobody misses it
