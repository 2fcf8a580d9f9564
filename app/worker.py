"""The worker: takes jobs from the queue, and has a clock of its own. Several workers share the jobs out among them."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from random import Random
from typing import Any

import procrastinate
import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from procrastinate.exceptions import ConnectorException
from sqlalchemy.exc import SQLAlchemyError

from app import checkpoint as checkpoints
from app.db import WORKER, wait_until_ready
from app.heartbeat import beat, stop_beating
from app.pipeline.files.undoing import UndoImports
from app.pipeline.gather.backfill import Backfill
from app.pipeline.gather.collect import Collect
from app.pipeline.judge.active_model import record
from app.pipeline.judge.restance import RestanceHistory
from app.pipeline.judge.score import ScorePending
from app.pipeline.keep.brand_removal import RemoveBrand
from app.pipeline.keep.rematch import Rematch
from app.pipeline.sweep import Sweep, wake
from app.pipeline.tell.account_mails import SendAccountMails
from app.pipeline.tell.letters import SendLetters
from app.pipeline.tell.notify import Notify
from app.pipeline.tell.watch import Watch
from app.pipeline.triage.run import ChangeMany
from app.scorer import scorer_of
from app.services import Services
from app.supervise import end_with_parent_process
from sentiment.base import Scorer

log = structlog.get_logger(__name__)

WAKE_SECONDS = 2
BEAT_SECONDS = 10
SWEEP_SECONDS = 60
JOBS_AT_ONCE = 5
GRACE_SECONDS = 20

Handlers = dict[str, Callable[..., Any]]


def handlers(services: Services, scorer: Scorer, stopping: Callable[[], bool]) -> Handlers:
    """The steps of the pipeline by the names of their jobs, each built with what it needs."""
    db, jobs, random = services.db, services.jobs, Random()  # noqa: S311 - jitter and sampling, no secret
    crash = checkpoints.from_environment()
    threads = services.settings.fetch_threads
    return {
        "collect": Collect(
            db,
            services.gate,
            jobs,
            services.seal,
            threads=threads,
            random=random.random,
            stopping=stopping,
            checkpoint=crash,
        ),
        "backfill": Backfill(
            db, services.gate, jobs, services.seal, random=random.random, stopping=stopping, checkpoint=crash
        ),
        "score": ScorePending(db, scorer, jobs, random=random, stopping=stopping, checkpoint=crash),
        "watch": Watch(db, jobs, services.settings.address, checkpoint=crash),
        "notify": Notify(db, services.wire, services.seal, random=random.random, stopping=stopping, checkpoint=crash),
        "mail": SendAccountMails(db, services.wire, services.seal, stopping=stopping),
        "letters": SendLetters(
            db,
            services.wire,
            services.settings.address,
            by_mail=services.settings.smtp_url is not None,
            stopping=stopping,
        ),
        "sweep": Sweep(db, jobs),
        "rematch": Rematch(db, jobs, stopping=stopping, checkpoint=crash),
        "remove_brand": RemoveBrand(db, stopping=stopping, checkpoint=crash),
        "restance": RestanceHistory(db, jobs, stopping=stopping, checkpoint=crash),
        "bulk": ChangeMany(db, jobs, stopping=stopping, checkpoint=crash),
        "undo_imports": UndoImports(db, stopping=stopping, checkpoint=crash),
    }


class Clock:
    """Defers the jobs that are due, and writes down that this worker lives, by APScheduler."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._scheduler = BackgroundScheduler(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1})
        for work, seconds in ((self._wake, WAKE_SECONDS), (self._beat, BEAT_SECONDS), (self._sweep, SWEEP_SECONDS)):
            first = datetime.now(UTC)
            self._scheduler.add_job(_patient(work), "interval", seconds=seconds, next_run_time=first)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)
        _patient(self._say_goodbye)()

    def _say_goodbye(self) -> None:
        with self._services.db.writing() as session:
            stop_beating(session, "worker")

    def _wake(self) -> None:
        with self._services.db.writing() as session:
            wake(session, self._services.jobs, datetime.now(UTC))

    def _sweep(self) -> None:
        with self._services.db.writing() as session:
            self._services.jobs.defer(session, "sweep")

    def _beat(self) -> None:
        with self._services.db.writing() as session:
            beat(session, "worker")


def _patient(work: Callable[[], None]) -> Callable[[], None]:
    """The work, which logs a failure of the database instead of raising it: the next tick tries again."""

    def tick() -> None:
        try:
            work()
        except SQLAlchemyError as error:
            log.warning("the database does not answer", error=type(error).__name__)

    return tick


def run(services: Services, *, end_with_parent: bool = False) -> None:
    """Works until SIGTERM or SIGINT, then finishes its jobs within 20 seconds. Raises Misconfigured."""
    stop = threading.Event()
    if end_with_parent:
        threading.Thread(target=end_with_parent_process, daemon=True).start()
    scorer = scorer_of(services.settings)
    services.db.retry(lambda session: record(session, scorer, datetime.now(UTC), services.jobs))
    steps = handlers(services, scorer, stop.is_set)
    clock = Clock(services)
    clock.start()
    log.info("the worker runs", pid=os.getpid(), model=f"{scorer.name} {scorer.version}")
    try:
        asyncio.run(_work(services, steps, stop))
    finally:
        clock.stop()
        log.info("the worker has stopped", pid=os.getpid())


async def _work(services: Services, steps: Handlers, stop: threading.Event) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def end() -> None:
        stop.set()
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    while not stop.is_set():
        connector = procrastinate.PsycopgConnector(
            conninfo=services.db.url, max_size=4, kwargs={"application_name": WORKER}
        )
        queue = procrastinate.App(connector=connector)
        for name, step in steps.items():
            queue.task(name=name)(_log_failures(name, step))
        try:
            async with queue.open_async():
                await _until(ended, queue)
        except (ConnectorException, OSError) as error:
            log.warning("the queue was lost: waiting for the database", error=str(error) or type(error).__name__)
            await asyncio.to_thread(_wait_for_database, services)


async def _until(ended: asyncio.Event, queue: procrastinate.App) -> None:
    """Takes jobs until `ended` is set, or until the queue fails."""
    working = asyncio.create_task(
        queue.run_worker_async(
            concurrency=JOBS_AT_ONCE,
            install_signal_handlers=False,
            delete_jobs="always",
            shutdown_graceful_timeout=GRACE_SECONDS,
            fetch_job_polling_interval=5.0,
        )
    )
    waiting = asyncio.create_task(ended.wait())
    await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working


def _wait_for_database(services: Services) -> None:
    try:
        wait_until_ready(services.db, 30)
    except TimeoutError as error:
        log.error("still no database", error=str(error))


def _log_failures(name: str, step: Callable[..., Any]) -> Callable[..., None]:
    """A step as a task of the queue: drops its result, and logs a failure once, with the traceback."""

    def task(**args: Any) -> None:
        try:
            step(**args)
        except Exception:
            log.exception("a job failed; the next sweep wakes it again", job=name, **args)

    return task
