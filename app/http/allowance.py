"""How much time and how many bytes a request may still spend, and how requests take turns on a host."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from .errors import Crowded, TooLarge, TooSlow


class Allowance(float):
    """Seconds until a fixed moment, and bytes that may still be read.

    A time-out of httpcore2 is for one read: a server that sends a byte a second would never reach it. But httpcore2
    hands the time-out, typed as a float, to the network backend untouched; this float carries what remains of the whole
    with it.

    `quiet`: for an answer that never ends, the longest silence between two of its pieces, in seconds.
    """

    __slots__ = ("_bytes", "_ends", "_free", "_quiet")
    _bytes: int
    _ends: float
    _free: int
    _quiet: float | None

    def __new__(cls, seconds: float, wire: int, quiet: float | None = None) -> Allowance:
        self = super().__new__(cls, seconds)
        self._ends = time.monotonic() + seconds
        self._bytes = self._free = wire
        self._quiet = quiet
        return self

    def seconds_left(self) -> float:
        """Seconds that the next step may take, more than 0. Raises TooSlow when there are none."""
        seconds = self._ends - time.monotonic()
        if seconds <= 0:
            raise self.too_slow()
        return seconds if self._quiet is None else min(seconds, self._quiet)

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._ends

    def too_slow(self) -> TooSlow:
        if self._quiet is not None and not self.is_over:
            return TooSlow(f"the server sent nothing for {self._quiet:g} seconds")
        return TooSlow(f"the server gave no complete answer within {float(self):g} seconds")

    def spend(self, count: int) -> None:
        """Counts bytes that were read. Raises TooLarge when they are more than may be read."""
        self._free -= count
        if self._free < 0:
            raise TooLarge(f"the answer is too large: more than {megabytes(self._bytes)} were sent")

    def forgive(self, seconds: float) -> None:
        """Moves the end later: time spent in our own queue is not the fault of the server."""
        self._ends += seconds


def megabytes(count: int) -> str:
    """A size as people read it."""
    return f"{count / 2**20:.3g} MB" if count >= 2**20 else f"{count / 2**10:.3g} kB"


@dataclass(slots=True)
class _Queue:
    free: threading.Semaphore
    users: int = 0


@dataclass(slots=True)
class Turns:
    """At most `at_once` requests at once to one host; the others wait for their turn, `patience` seconds at most."""

    at_once: int
    patience: float
    _queues: dict[str, _Queue] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, host: str) -> float:
        """Waits for a turn on `host`. Returns the seconds it waited. Raises Crowded after `patience` seconds."""
        with self._lock:
            queue = self._queues.setdefault(host, _Queue(threading.Semaphore(self.at_once)))
            queue.users += 1
        if queue.free.acquire(blocking=False):
            return 0.0
        began = time.monotonic()
        if not queue.free.acquire(timeout=self.patience):
            self._forget(host, queue)
            raise Crowded("too many requests to this host are waiting for their turn")
        return time.monotonic() - began

    def give_back(self, host: str) -> None:
        """Lets the next request to `host` begin."""
        queue = self._queues[host]
        queue.free.release()
        self._forget(host, queue)

    def _forget(self, host: str, queue: _Queue) -> None:
        with self._lock:
            queue.users -= 1
            if not queue.users:
                del self._queues[host]
