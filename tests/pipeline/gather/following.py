"""Sources that are followed while a test talks to their server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from app.db import Database
from app.models import Mention, Source
from app.pipeline.gather.follow import Follow
from app.services import Services
from app.viewer import ROLE_SCOPES, Viewer


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
