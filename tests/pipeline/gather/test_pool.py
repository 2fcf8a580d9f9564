"""Threads that claim and read: everything once, no more at hand than agreed, and one run at a time."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.pipeline.gather.lease import RENEW_EVERY
from app.pipeline.gather.pool import SLOW, once_at_a_time, read_all

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


class Work:
    """Numbers to read, and what the pool did with them."""

    def __init__(self, number: int) -> None:
        self.waiting = list(range(number))
        self.most_at_hand = 0
        self.settled: list[int] = []
        self.told_soon: list[bool] = []
        self.renewed: list[int] = []

    def claim(self, number: int, at_hand: Collection[int]) -> list[int]:
        claimed, self.waiting = self.waiting[:number], self.waiting[number:]
        self.most_at_hand = max(self.most_at_hand, len(claimed) + len(at_hand))
        return claimed

    def renew(self, at_hand: Collection[int]) -> None:
        self.renewed.append(len(at_hand))

    def settle(self, results: object, soon: bool) -> None:
        assert isinstance(results, list)
        self.settled += results
        self.told_soon.append(soon)


def run(work: Work, now: datetime | None = None, threads: int = 2, queue: int = 0) -> int:
    clock = iter([now or NOW])
    return read_all(
        "test",
        threads,
        queue=queue,
        now=lambda: next(clock, NOW),
        claim=work.claim,
        read=lambda number: number * 10,
        renew=work.renew,
        settle=work.settle,
    )


@pytest.mark.parametrize(("number", "threads", "queue"), [(0, 2, 0), (1, 2, 0), (9, 2, 0), (9, 2, 2), (3, 8, 0)])
def test_everything_is_read_once_and_no_more_is_at_hand_than_agreed(number: int, threads: int, queue: int) -> None:
    work = Work(number)
    assert run(work, threads=threads, queue=queue) == number
    assert sorted(work.settled) == [n * 10 for n in range(number)]
    assert work.most_at_hand == min(number, threads + queue)


class Gathering:
    """Items by lane that are read until they may go on, and what ran at once meanwhile."""

    def __init__(self, *items: str) -> None:
        self.items = list(items)
        self.running: set[str] = set()
        self.most: Counter[str] = Counter()
        self.order: list[str] = []
        self.go_on = threading.Event()
        self._lock = threading.Lock()

    def claim(self, number: int, _at_hand: Collection[str]) -> list[str]:
        claimed, self.items = self.items[:number], self.items[number:]
        return claimed

    def read(self, item: str) -> None:
        """An item whose name begins with "slow" waits until the last quick one was read."""
        lane = lane_of(item)
        with self._lock:
            self.running.add(item)
            self.most[lane] = max(self.most[lane], sum(lane_of(other) == lane for other in self.running))
        if item.startswith("slow"):
            assert self.go_on.wait(20)
        with self._lock:
            self.running.remove(item)
            self.order.append(item)
        if item.endswith("last"):
            self.go_on.set()

    def run(self, threads: int, **more: Any) -> None:
        read_all("test", threads, lane=lane_of, now=lambda: NOW, claim=self.claim, read=self.read, renew=len, **more)


def lane_of(item: str) -> str:
    return item.split()[0]


def test_what_waits_for_its_lane_keeps_nobody_else_waiting() -> None:
    work = Gathering(*(f"slow {number}" for number in range(9)), "quick 1", "quick last")
    work.run(threads=3, queue=20, per_lane=2)
    assert work.order[:2] == ["quick 1", "quick last"]
    assert work.most["slow"] == 2
    assert len(work.order) == 11


def test_a_slow_reading_keeps_its_thread_and_gives_up_its_place() -> None:
    work = Gathering(*(f"slow-{number} x" for number in range(9)), "quick 1", "quick last")
    work.run(threads=2, most_slow=20)
    assert work.order[:2] == ["quick 1", "quick last"]


def test_only_so_many_readings_may_be_slow() -> None:
    work = Gathering("slow-1 x", "slow-2 x", "slow-3 x", "quick last")
    threading.Timer(3 * SLOW, work.go_on.set).start()
    work.run(threads=1, most_slow=1)
    assert work.order.index("quick last") > 0


def test_without_lanes_nothing_waits_for_its_like() -> None:
    work = Gathering("slow 1", "slow 2", "slow last")
    threading.Timer(0.5, work.go_on.set).start()
    work.run(threads=3)
    assert work.most["slow"] == 3


def test_a_stop_waits_for_what_is_quick_and_leaves_what_is_slow() -> None:
    work = Gathering("slow-1 x", "quick 1", "slow-2 x", "quick 2", "quick 3")
    left: list[str] = []
    began = time.monotonic()
    work.run(threads=4, stopping=lambda: time.monotonic() - began > 0.5, leave=left.extend)
    assert sorted(left) == ["slow-1 x", "slow-2 x"]
    assert sorted(work.order) == ["quick 1", "quick 2", "quick 3"]
    assert time.monotonic() - began < 10
    work.go_on.set()


def test_a_stop_puts_off_no_work_and_one_that_leaves_nothing_gives_nothing_back() -> None:
    told: list[bool] = []
    left: list[object] = []
    work = Gathering("slow-1 x", "quick 1")
    began = time.monotonic()
    work.run(
        threads=2,
        stopping=lambda: time.monotonic() - began > 0.5,
        leave=left.append,
        settle=lambda _results, soon: told.append(soon),
    )
    assert (told[-1], left) == (True, [["slow-1 x"]])
    work.go_on.set()
    Gathering("quick 1").run(threads=2, leave=left.append)
    assert len(left) == 1


def test_nothing_is_begun_after_a_stop() -> None:
    work = Gathering("slow 1", "slow 2", "slow 3")
    left: list[str] = []
    stopped = threading.Event()
    threading.Timer(0.3, stopped.set).start()
    work.run(threads=3, queue=3, per_lane=1, stopping=stopped.is_set, leave=left.extend)
    assert sorted(left) == ["slow 1", "slow 2", "slow 3"]
    work.go_on.set()


def test_at_the_end_nothing_may_be_put_off() -> None:
    work = Work(5)
    run(work)
    assert work.told_soon[-1] is True
    assert work.renewed == []


def test_leases_are_renewed_when_their_time_has_come_and_then_nothing_may_be_put_off() -> None:
    work = Work(1)
    run(work, now=NOW - RENEW_EVERY)
    assert (len(work.renewed), work.told_soon) == (1, [True])
    later = Work(1)
    run(later, now=NOW - RENEW_EVERY + timedelta(seconds=1))
    assert later.renewed == []


def test_a_reading_that_breaks_ends_the_run() -> None:
    def claim(_number: int, _at_hand: Collection[int]) -> list[int]:
        return [1]

    with pytest.raises(ZeroDivisionError):
        read_all("test", 1, now=lambda: NOW, claim=claim, read=lambda n: n // 0, renew=lambda _: None)


def test_a_second_run_in_the_same_process_returns_at_once_and_a_later_one_runs() -> None:
    started, go_on = threading.Event(), threading.Event()

    def work() -> int:
        started.set()
        go_on.wait(10)
        return 7

    results: list[int] = []
    run_alone = once_at_a_time(work)
    thread = threading.Thread(target=lambda: results.append(run_alone()))
    thread.start()
    assert started.wait(10)
    assert run_alone() == 0
    go_on.set()
    thread.join(10)
    assert results == [7]
    assert run_alone() == 7


def test_a_run_that_breaks_does_not_keep_the_next_one_out() -> None:
    answers = iter([1, 0])
    run_alone = once_at_a_time(lambda: 6 // next(answers, 2))
    assert run_alone() == 6
    with pytest.raises(ZeroDivisionError):
        run_alone()
    assert run_alone() == 3


def test_a_claim_waits_until_half_of_the_last_one_is_read() -> None:
    work = Work(40)
    claims: list[int] = []

    def claim(number: int, at_hand: Collection[int]) -> list[int]:
        claims.append(len(at_hand))
        return work.claim(number, at_hand)

    read_all("test", 2, queue=8, now=lambda: NOW, claim=claim, read=lambda n: n, renew=work.renew, settle=work.settle)
    assert sorted(work.settled) == list(range(40))
    assert len(claims) < 25, claims  # one after each reading would be more than 40
