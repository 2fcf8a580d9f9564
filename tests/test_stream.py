"""A process that follows streams writes down that it lives. What it follows is in pipeline/gather/test_follow.py."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from app.models import Heartbeat
from app.services import Services, build
from app.settings import Settings
from app.stream import note_life


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    built = build(settings)
    yield built
    built.close()


def test_it_says_for_all_streams_and_for_this_machine_when_it_was_seen_last(services: Services) -> None:
    seen = []
    for _ in range(2):
        note_life(services)
        with services.db.reading() as session:
            rows = session.scalars(select(Heartbeat).order_by(Heartbeat.name)).all()
            seen.append(rows[0].at)
    assert [row.name for row in rows] == ["stream", here := f"stream@{platform.node()}", f"{here}:{os.getpid()}"]
    assert [row.details for row in rows] == [{"pid": os.getpid()}] * 3
    assert seen[0] < seen[1]
