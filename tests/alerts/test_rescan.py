from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.base import HourCounts
from alerts.detector import Scan, Surprise, advance
from alerts.rescan import Rescan

START = datetime(2026, 9, 1, tzinfo=UTC)


def hour(n: int, stories: int, detractors: int) -> HourCounts:
    return HourCounts(START + timedelta(hours=n), stories, stories, 0, stories - detractors, detractors)


def scan_on(was: Scan, counts: Sequence[HourCounts]) -> tuple[Scan, list[Surprise]]:
    return advance(was, [(each.stories, each.detractors) for each in counts], least=5)


def scanned(counts: list[HourCounts]) -> object:
    return scan_on(Scan(), counts)[1]


@given(seed=st.integers(0, 10**6))
@settings(max_examples=10, deadline=None)
def test_it_is_the_scan_of_all_hours_whichever_of_them_change(seed: int) -> None:
    chance = random.Random(seed)
    counts: list[HourCounts] = []
    scan = Rescan(Scan(), scan_on)
    for _ in range(40):
        changed = len(counts)
        counts += [hour(len(counts) + n, 20, chance.randint(0, 9)) for n in range(chance.choice([0, 1, 1, 30]))]
        if counts and chance.random() < 0.5:
            late = chance.randrange(len(counts))
            counts[late] = hour(late, 30, chance.randint(0, 30))
            changed = min(changed, late)
        assert list(scan.update(counts, changed)) == (scanned(counts) if counts else [])


def test_nothing_is_scanned_again_where_nothing_changed() -> None:
    counts = [hour(n, 20, 3) for n in range(10)]
    scan = Rescan(Scan(), scan_on)
    first = scan.update(counts, 0)
    assert scan.update(counts, len(counts)) is first
