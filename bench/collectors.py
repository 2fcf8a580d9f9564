"""How many mentions a second each kind reads, without the database: its test cases, answered on loopback over and over.

The cases and the server that replays them are those of the tests. A kind without a case has no row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

from app.http import Gate
from bench.row import Row

SECONDS = 2.0


def run() -> Iterator[Row]:
    contract = import_module("tests.collectors.test_contract")
    by_kind: dict[str, list[Path]] = {}
    for case in contract.POLLED:
        by_kind.setdefault(case.parent.name, []).append(case)
    with serve() as (site, http):
        for kind, cases in sorted(by_kind.items()):
            yield measure(kind, cases, site, http)


def measure(kind: str, cases: list[Path], site: Any, http: Any, seconds: float = SECONDS) -> Row:
    """Mentions a second over the cases of a kind in turn. The first round starts processes, and is not counted."""
    read_once(cases, site, http)
    mentions, requests, spent = 0, 0, 0.0
    while spent < seconds:
        before = len(site.asked)
        number, took = read_once(cases, site, http)
        mentions, spent, requests = mentions + number, spent + took, requests + len(site.asked) - before
    rate = f"{requests / spent:,.0f} requests/s" if requests else "no HTTP"
    return Row(kind, mentions / spent, "mentions/s", note=f"{mentions} mentions of {len(cases)} cases, {rate}")


def read_once(cases: list[Path], site: Any, http: Any) -> tuple[int, float]:
    """How many mentions one round reads, and the seconds it takes, without setting the site up."""
    contract = import_module("tests.collectors.test_contract")
    number, spent = 0, 0.0
    for case in cases:
        site.rules.clear()
        params, cursor = contract.set_up(case, site), contract.told(case, site).get("cursor", {})
        began = perf_counter()
        number += sum(len(page.mentions) for page in contract.run(case, params, cursor, http))
        spent += perf_counter() - began
    return number, spent


@contextmanager
def serve() -> Iterator[tuple[Any, Any]]:
    """The site that replays cases, and a gate that may read it."""
    replaying = import_module("tests.collectors.conftest").replaying
    with Gate(allowed_private_hosts=["127.0.0.1"]) as http, contextmanager(replaying)() as site:
        yield site, http
