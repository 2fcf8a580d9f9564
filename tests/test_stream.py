"""A process that follows streams writes down that it lives. What it follows is in pipeline/gather/test_follow.py."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from app.models import Heartbeat
from app.services import Services, build
from app.settings import Settings
from app.stream import beat


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    built = build(settings)
    yield built
    built.close()


def test_it_has_one_row_that_says_when_it_was_seen_last(services: Services) -> None:
    seen = []
    for _ in range(2):
        beat(services)
        with services.db.reading() as session:
            (row,) = session.scalars(select(Heartbeat)).all()
            seen.append(row.at)
    assert (row.name, row.details) == ("stream", {"pid": os.getpid()})
    assert seen[0] < seen[1]
