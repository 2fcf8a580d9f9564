"""Every read of the API and every page over a million mentions, or over as many as VIGIE_BENCH_MENTIONS says.

Ten million take some 25 GB of disk: `VIGIE_BENCH_MENTIONS=10000000 make bench ARGS=million`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from bench._reads import measure
from bench.row import Row


def run() -> Iterator[Row]:
    """The 95th percentile of each, in milliseconds, as a client sees it."""
    yield from measure(int(os.environ.get("VIGIE_BENCH_MENTIONS", "1000000")))
