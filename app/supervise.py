"""Keeps the worker, the stream, further web processes and the embedded database running beside the first web server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import DBAPIError

from app.db import Embedded

log = structlog.get_logger(__name__)

LONGEST_PAUSE = 10.0
LIVED_WELL = 30.0
LOOK = 2.0


@dataclass(slots=True)
class Child:
    """A verb of `vigie` in a process of its own, which is started again when it dies: at once the first time, then
    after ever longer pauses.

    It is started once `has_work` says that there is something to do, and then it stays.
    """

    verb: str
    has_work: Callable[[], bool] = lambda: True
    sockets: Sequence[int] = ()
    """The numbers of those it listens on with us."""
    process: subprocess.Popen[bytes] | None = None
    pause: float = 0.0
    began: float = field(default_factory=time.monotonic)
    due: float = 0.0

    def keep(self, now: float) -> None:
        """Starts the process if it does not run and its time has come. `now` is of the monotonic clock."""
        if self.process is not None and self.process.poll() is None:
            return
        if self.process is not None:
            log.warning(f"the {self.verb} died and is started again", code=self.process.returncode)
            lived_well = now - self.began > LIVED_WELL
            self.due, self.process = now + self.pause, None
            self.pause = 0.0 if lived_well else min(max(self.pause * 2, 0.5), LONGEST_PAUSE)
        if now < self.due:
            return
        if not self.has_work():
            self.due = now + LOOK
            return
        self.began = now
        shared = [f"--socket={number}" for number in self.sockets]
        self.process = subprocess.Popen(  # noqa: S603  # our own interpreter and verbs
            [sys.executable, "-m", "app", self.verb, "--end-with-parent", *shared],
            stdin=subprocess.PIPE,
            pass_fds=self.sockets,
        )

    def end(self, seconds: float) -> None:
        """Has the process finish its work, within so many seconds, and end."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            log.warning(f"the {self.verb} did not stop in time and is ended")
            self.process.kill()
            self.process.wait()


class Supervisor:
    """Runs the children, and the embedded database where there is one."""

    def __init__(self, embedded: Embedded | None, children: Sequence[Child]) -> None:
        self._embedded, self._children = embedded, children
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float = 25) -> None:
        """Has the children finish their work, all at the same time, and end."""
        self._ended.set()
        self._thread.join(seconds)
        ending = [threading.Thread(target=child.end, args=(seconds,)) for child in self._children]
        for thread in ending:
            thread.start()
        for thread in ending:
            thread.join()

    def _run(self) -> None:
        while not self._ended.wait(0.3):
            self._keep_database()
            for child in self._children:
                child.keep(time.monotonic())

    def _keep_database(self) -> None:
        if self._embedded is None:
            return
        try:
            self._embedded.keep_alive()
        except Exception as error:  # the wheel raises whatever pg_ctl did; the next round tries again
            log.warning("the embedded database does not start yet", error=str(error)[:200])


def patient(question: Callable[[], bool]) -> Callable[[], bool]:
    """The question, answered with False while the database does not answer."""

    def answer() -> bool:
        try:
            return question()
        except DBAPIError:
            return False

    return answer


def end_with_parent_process() -> None:
    """Ends this process when its parent is gone: the parent holds the other end of our standard input."""
    while os.read(0, 1024):  # not sys.stdin: to hold the lock of its buffer would keep the process from ending cleanly
        pass
    os.kill(os.getpid(), signal.SIGTERM)
