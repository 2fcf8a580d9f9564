"""`vigie serve`: keeps a worker child and the embedded database running beside the web server."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import structlog

from app.db import Embedded

log = structlog.get_logger(__name__)

LONGEST_PAUSE = 10.0
LIVED_WELL = 30.0


class Supervisor:
    """Starts the worker, and starts it again when it dies: at once the first time, then ever more slowly."""

    def __init__(self, embedded: Embedded | None) -> None:
        self._embedded = embedded
        self._ended = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float = 25) -> None:
        """Has the worker finish what it holds."""
        self._ended.set()
        self._thread.join(seconds)
        child = self._child
        if child is None or child.poll() is not None:
            return
        child.terminate()
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            log.warning("the worker did not stop in time and is ended")
            child.kill()
            child.wait()

    def _run(self) -> None:
        pause, began = 0.0, time.monotonic()
        while not self._ended.wait(0.3):
            self._keep_database()
            if self._child is not None and self._child.poll() is None:
                continue
            if self._child is not None:
                log.warning("the worker died and is started again", code=self._child.returncode)
                if self._ended.wait(pause):
                    return
                pause = 0.0 if time.monotonic() - began > LIVED_WELL else min(max(pause * 2, 0.5), LONGEST_PAUSE)
            began = time.monotonic()
            self._child = subprocess.Popen(
                [sys.executable, "-m", "app", "worker", "--end-with-parent"], stdin=subprocess.PIPE
            )

    def _keep_database(self) -> None:
        if self._embedded is None:
            return
        try:
            self._embedded.keep_alive()
        except Exception as error:  # the wheel raises whatever pg_ctl did; the next round tries again
            log.warning("the embedded database does not start yet", error=str(error)[:200])
