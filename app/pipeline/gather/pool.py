"""Threads that claim and read until nothing is left to claim."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from app.pipeline.gather.lease import RENEW_EVERY

T = TypeVar("T")
R = TypeVar("R")

LOOK_AGAIN, PATIENCE = 0.2, 0.5
"""Seconds to wait for a reading to end: less after a claim that brought something, for there may be more. The next
claim comes after the first of them at the latest."""
SETTLE_EVERY = 1.0
SLOW = 0.5
"""Seconds after which a reading counts as slow: it keeps its thread, and another one may begin beside it."""


def once_at_a_time(run: Callable[[], int]) -> Callable[[], int]:
    """`run`, at most once at a time in this process: a call during another returns 0 at once."""
    running = threading.Lock()

    def call() -> int:
        if not running.acquire(blocking=False):
            return 0
        try:
            return run()
        finally:
            running.release()

    return call


def read_all(
    name: str,
    threads: int,
    *,
    queue: int = 0,
    most_slow: int = 0,
    lane: Callable[[T], str] = lambda _item: "",
    per_lane: int = 0,
    now: Callable[[], datetime],
    claim: Callable[[int, Collection[T]], Sequence[T]],
    read: Callable[[T], R],
    renew: Callable[[Collection[T]], None],
    settle: Callable[[Sequence[R], bool], None] = lambda _results, _soon: None,
    leave: Callable[[Collection[T]], None] = lambda _at_hand: None,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Claims and reads until nothing is left to claim. Returns how many readings there were.

    `threads` readings run at once, beside up to `most_slow` that have become slow; of one lane, such as a host,
    `per_lane` run at once (0: no limit, and none for the lane ""), and others of that lane keep nobody else waiting.
    `claim(number, at_hand)` returns up to `number` more beside what is at hand: running, or among the up to `queue`
    that wait for a thread, or for their lane. `renew(at_hand)` is called every 10 seconds. `settle(results, soon)` gets
    what each round brought; `soon` tells every second or so that it may put off its work no longer.

    `stopping()` ends the run as soon as what still runs is slow. `leave(at_hand)` then gives back what was not read;
    the threads that still wait for a host end with the process.
    """
    done, renewed_at, settled_at = 0, now(), time.monotonic()
    readings = Readings[T, R](threads, queue, most_slow, lane, per_lane)
    while True:
        ending = stopping()
        brought = 0
        if not ending:
            brought = readings.take(claim)
            readings.start(name, read)
        if not readings.running or (ending and readings.are_all_slow):
            if readings.at_hand:
                settle((), True)
                leave(readings.at_hand)
            return done
        pause = LOOK_AGAIN if brought else PATIENCE
        finished = wait(readings.running, timeout=pause, return_when=FIRST_COMPLETED).done
        for future in finished:
            del readings.running[future]
        late = now() - renewed_at >= RENEW_EVERY
        if late:
            renewed_at = now()
            renew(readings.at_hand)
        soon = late or not readings.at_hand or time.monotonic() - settled_at >= SETTLE_EVERY
        settled_at = time.monotonic() if soon else settled_at
        settle([future.result() for future in finished], soon)
        done += len(finished)


def _start(name: str, read: Callable[[T], R], item: T) -> Future[R]:
    """Reads the item in a thread of its own, which does not keep the process from ending."""
    future = Future[R]()

    def work() -> None:
        try:
            future.set_result(read(item))
        except BaseException as error:  # it is raised where the result is asked for
            future.set_exception(error)

    threading.Thread(target=work, name=name, daemon=True).start()
    return future


@dataclass(slots=True)
class Readings(Generic[T, R]):
    """What a pool has at hand: readings that run, each with the moment when it began, and items that wait."""

    threads: int
    queue: int
    most_slow: int
    lane: Callable[[T], str]
    per_lane: int
    running: dict[Future[R], tuple[T, float]] = field(default_factory=dict)
    waiting: list[T] = field(default_factory=list)
    enough: int = 0
    claimed_at: float = 0.0

    @property
    def at_hand(self) -> list[T]:
        """Everything that was claimed and is not read yet."""
        return [*(item for item, _ in self.running.values()), *self.waiting]

    @property
    def room(self) -> int:
        """How many more may be claimed. What is slow, or held up by its lane, takes no room."""
        return self.threads + self.queue - self._count_places() - len(self._startable())

    def take(self, claim: Callable[[int, Collection[T]], Sequence[T]]) -> int:
        """Claims as many items as there is room for, once half of the last ones are read. Returns how many there were.

        A claim looks at many candidates and costs more than the reading of a feed that has not changed.
        """
        began = time.monotonic()
        at_hand = len(self.running) + len(self.waiting)
        if self.room <= 0 or (at_hand > self.enough and began - self.claimed_at < LOOK_AGAIN):
            return 0
        claimed = claim(self.room, self.at_hand)
        self.waiting.extend(claimed)
        self.enough, self.claimed_at = at_hand + len(claimed) // 2, time.monotonic()
        return len(claimed)

    def start(self, name: str, read: Callable[[T], R]) -> None:
        """Starts what may run now, in order, each in a thread of this name."""
        items = self._startable()[: max(self.threads - self._count_places(), 0)]
        started = set(map(id, items))
        self.waiting = [item for item in self.waiting if id(item) not in started]
        for item in items:
            self.running[_start(name, read, item)] = item, time.monotonic()

    @property
    def are_all_slow(self) -> bool:
        """Whether no reading runs but slow ones."""
        return self._slow() == len(self.running)

    def _slow(self) -> int:
        since = time.monotonic() - SLOW
        return sum(began <= since for _, began in self.running.values())

    def _count_places(self) -> int:
        """How many of the running readings take one of the places: all but those that are slow, up to a bound."""
        return len(self.running) - min(self._slow(), self.most_slow)

    def _startable(self) -> list[T]:
        busy = Counter(self.lane(item) for item, _ in self.running.values())
        items: list[T] = []
        for item in self.waiting:
            lane = self.lane(item)
            if not lane or not self.per_lane or busy[lane] < self.per_lane:
                busy[lane] += 1
                items.append(item)
        return items
