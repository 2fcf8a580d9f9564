"""Kills web, worker or database with `kill -9` 200 times at random moments: each mention published is stored once."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from random import Random

from bench.row import Row
from tests.crash.test_kill_at_any_moment import survive
from tests.crash.world import Site, Vigie

KILLS = 200


def run() -> Iterable[Row]:
    """Breaks off when a mention was lost or doubled, or when an alert was not sent."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="vigie-kills-", ignore_cleanup_errors=True) as folder:
        site, vigie = Site(), Vigie(Path(folder))
        try:
            survive(vigie, site, KILLS, Random(KILLS))
        finally:
            vigie.close()
            site.close()
    yield Row("kill -9 survived, nothing lost or doubled", KILLS, "kills", target=KILLS)
    yield Row("mentions published meanwhile", len(site.items), "mentions")
    yield Row("messages repeated with the same id", sum(site.received.values()) - len(site.received), "messages")
    yield Row("it took", time.perf_counter() - started, "s")
