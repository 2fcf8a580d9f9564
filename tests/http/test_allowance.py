"""What a request may still spend, and whose turn it is on a host."""

from __future__ import annotations

import threading
import time

import pytest

from app.http.allowance import Allowance, Turns, megabytes
from app.http.errors import Crowded, TooLarge, TooSlow


def test_bytes_are_counted_over_all_reads() -> None:
    allowance = Allowance(10, 2048)
    allowance.spend(2000)
    allowance.spend(48)
    with pytest.raises(TooLarge, match="more than 2 kB were sent"):
        allowance.spend(1)


def test_time_runs_out_whatever_each_read_took() -> None:
    allowance = Allowance(0.05, 0)
    assert 0 < allowance.seconds_left() <= 0.05
    time.sleep(0.06)
    assert allowance.is_over
    with pytest.raises(TooSlow, match=r"no complete answer within 0\.05 seconds"):
        allowance.seconds_left()
    allowance.forgive(10)
    assert 9 < allowance.seconds_left() <= 10


def test_a_silence_is_bounded_by_itself() -> None:
    allowance = Allowance(3_600, 0, quiet=20)
    assert allowance.seconds_left() == 20
    assert str(allowance.too_slow()) == "the server sent nothing for 20 seconds"


def test_so_many_requests_at_once_and_the_next_one_when_a_turn_is_given_back() -> None:
    turns = Turns(at_once=2, patience=10)
    assert (turns.take("a"), turns.take("a"), turns.take("b")) == (0.0, 0.0, 0.0)
    threading.Timer(0.1, turns.give_back, ["a"]).start()
    assert 0.05 < turns.take("a") < 10
    for host in ("a", "a", "b"):
        turns.give_back(host)
    assert turns._queues == {}


def test_patience_has_an_end_and_leaves_nothing_behind() -> None:
    turns = Turns(at_once=1, patience=0.01)
    turns.take("a")
    with pytest.raises(Crowded, match="waiting for their turn"):
        turns.take("a")
    turns.give_back("a")
    assert turns._queues == {}
    assert turns.take("a") == 0.0


@pytest.mark.parametrize(("count", "text"), [(8 * 2**20, "8 MB"), (1_600_000, "1.53 MB"), (2048, "2 kB"), (0, "0 kB")])
def test_a_size_is_written_for_people(count: int, text: str) -> None:
    assert megabytes(count) == text
