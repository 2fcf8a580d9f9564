"""What a child costs, measured."""

from __future__ import annotations

from bench.memory import largest_feed, peaks
from ground.machine import EACH, MIB


def test_the_feed_is_nearly_as_large_as_asked() -> None:
    assert 90_000 < len(largest_feed(100_000)) <= 100_000


def test_a_child_keeps_within_what_the_number_of_children_rests_on() -> None:
    own, shared = peaks(largest_feed(2 * MIB), 2)
    print(f"a child's own memory for a feed of 2 MiB: {own / MIB:.0f} MiB, beside {shared / MIB:.0f} MiB shared")
    assert MIB < own < EACH
