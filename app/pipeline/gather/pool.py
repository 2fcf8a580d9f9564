"""Threads that claim and read until nothing is left to claim."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime
from typing import TypeVar

from app.pipeline.gather.lease import RENEW_EVERY

T = TypeVar("T")
R = TypeVar("R")

LOOK_AGAIN, PATIENCE = 0.2, 1.0
"""Seconds to wait for a reading to end: less after a claim that brought something, for there may be more."""


def alone(run: Callable[[], int]) -> Callable[[], int]:
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
    now: Callable[[], datetime],
    claim: Callable[[int, Collection[T]], Sequence[T]],
    read: Callable[[T], R],
    renew: Callable[[Collection[T]], None],
    settle: Callable[[Sequence[R], bool], None] = lambda _results, _soon: None,
) -> int:
    """Claims and reads until nothing is left to claim. Returns how many readings there were.

    `claim(number, at_hand)` returns up to `number` more beside what is at hand: being read, or in the queue of up to
    `queue` that wait for a thread. `renew(at_hand)` is called every 10 seconds. `settle(results, soon)` gets what each
    round brought; `soon` tells that it may not put off its work, because leases run out or nothing is at hand.
    """
    done, renewed_at = 0, now()
    at_hand: dict[Future[R], T] = {}
    with ThreadPoolExecutor(threads, thread_name_prefix=name) as pool:
        while True:
            room = threads + queue - len(at_hand)
            claimed = claim(room, at_hand.values()) if room > 0 else ()
            at_hand |= {pool.submit(read, item): item for item in claimed}
            if not at_hand:
                return done
            finished = wait(at_hand, timeout=LOOK_AGAIN if claimed else PATIENCE, return_when=FIRST_COMPLETED).done
            for future in finished:
                del at_hand[future]
            late = now() - renewed_at >= RENEW_EVERY
            if late:
                renewed_at = now()
                renew(at_hand.values())
            settle([future.result() for future in finished], late or not at_hand)
            done += len(finished)
