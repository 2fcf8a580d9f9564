"""The queue: Procrastinate in the same PostgreSQL. A job is deferred on the caller's connection, so that data and job
commit together. The queue only wakes workers: every job looks its work up in the tables, and may run twice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import procrastinate
from procrastinate import exceptions
from sqlalchemy import text
from sqlalchemy.orm import Session

WAITING = text("SELECT true FROM procrastinate_jobs WHERE queueing_lock = :lock AND status = 'todo'")
PRIORITIES = {"mail": 30, "notify": 30, "bulk": 25, "watch": 20, "score": 10, "backfill": -10}


class Jobs:
    """Defers jobs, inside the transaction of a session."""

    def __init__(self) -> None:
        self._app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())

    def defer(self, session: Session, task: str, **args: Any) -> bool:
        """Wakes a worker for `task` once this transaction commits.

        Returns False when the same job is waiting already: one is enough.
        """
        lock = ":".join([task, *(str(value) for value in args.values())])
        if session.scalar(WAITING, {"lock": lock}):
            return False  # the same as AlreadyEnqueued below, without a savepoint to roll back
        deferrer = self._app.configure_task(
            task,
            queueing_lock=lock,
            priority=PRIORITIES.get(task, 0),
            connection=session.connection().connection.driver_connection,
        )
        savepoint = session.begin_nested()
        session.connection()  # SQLAlchemy opens the savepoint only when the connection is next asked for
        try:
            deferrer.defer(**args)
        except exceptions.AlreadyEnqueued:
            savepoint.rollback()
            return False
        savepoint.commit()
        return True

    def defer_all(self, session: Session, jobs: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Defers several jobs, always in the same order, so that two transactions never wait for each other."""
        for task, args in sorted(jobs, key=lambda pair: (pair[0], sorted(pair[1].items()))):
            self.defer(session, task, **args)
