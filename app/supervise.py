"""`vigie serve`: keeps its children and the embedded database running beside the web server."""

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
    """A command that is started, and started again when it dies: at once the first time, then ever more slowly.

    `wanted` says whether there is anything for it to do; until then it is not started, and once started it stays.
    """

    verb: str
    wanted: Callable[[], bool] = lambda: True
    process: subprocess.Popen[bytes] | None = None
    pause: float = 0.0
    began: float = field(default_factory=time.monotonic)
    due: float = 0.0

    def keep(self, now: float) -> None:
        """Starts it when it is time. `now` is of the monotonic clock."""
        if self.process is not None and self.process.poll() is None:
            return
        if self.process is not None:
            log.warning(f"the {self.verb} died and is started again", code=self.process.returncode)
            lived_well = now - self.began > LIVED_WELL
            self.due, self.process = now + self.pause, None
            self.pause = 0.0 if lived_well else min(max(self.pause * 2, 0.5), LONGEST_PAUSE)
        if now < self.due:
            return
        if not self.wanted():
            self.due = now + LOOK
            return
        self.began = now
        self.process = subprocess.Popen(  # noqa: S603  # our own interpreter and verbs
            [sys.executable, "-m", "app", self.verb, "--end-with-parent"], stdin=subprocess.PIPE
        )

    def end(self, seconds: float) -> None:
        """Has it finish what it holds."""
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
    """A worker; and, once there are sources that never end, what follows them."""

    def __init__(self, embedded: Embedded | None, anything_to_follow: Callable[[], bool] = lambda: False) -> None:
        self._embedded = embedded
        self._ended = threading.Event()
        self._children: Sequence[Child] = (Child("worker"), Child("stream", _patient(anything_to_follow)))
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float = 25) -> None:
        """Has the children finish what they hold, all at once."""
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


def _patient(asked: Callable[[], bool]) -> Callable[[], bool]:
    def answer() -> bool:
        try:
            return asked()
        except DBAPIError:
            return False

    return answer


def end_with_parent_process() -> None:
    """Our parent holds the other end of our standard input: when that closes, it is gone and so are we."""
    while os.read(0, 1024):  # not sys.stdin: the lock of its buffer, held here, would abort our own clean end
        pass
    os.kill(os.getpid(), signal.SIGTERM)
