"""`vigie stream`: follows the sources that never end. Several such processes share the sources out among them."""

from __future__ import annotations

import os
import signal
import threading
from random import Random

import structlog

from app import checkpoint as checkpoints
from app.heartbeat import beat, stop_beating
from app.pipeline.gather.follow import Follow
from app.services import Services
from app.supervise import end_with_parent_process

log = structlog.get_logger(__name__)


def run(services: Services, *, end_with_parent: bool = False) -> None:
    """Works until SIGTERM or SIGINT, then finishes the batches it has begun, which takes some seconds at most."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    if end_with_parent:
        threading.Thread(target=end_with_parent_process, daemon=True).start()
    follow = Follow(
        services.db,
        services.gate,
        services.jobs,
        services.seal,
        random=Random().random,  # noqa: S311 - jitter, no secret
        stopping=stop,
        beat=lambda: note_life(services),
        checkpoint=checkpoints.from_environment(),
    )
    log.info("streams are followed", pid=os.getpid())
    follow()
    with services.db.writing() as session:
        stop_beating(session, "stream")
    log.info("streams are left", pid=os.getpid())


def note_life(services: Services) -> None:
    """Writes down that this process lives."""
    with services.db.writing() as session:
        beat(session, "stream")
