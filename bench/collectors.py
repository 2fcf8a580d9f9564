"""How many mentions a second each kind reads: its cases answered on loopback, again and again, less the database.

The cases are those of the tests, and the server that replays them too: a kind without a case has no row.
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
    with served() as (site, http):
        for kind, cases in sorted(by_kind.items()):
            yield measured(kind, cases, site, http)


def measured(kind: str, cases: list[Path], site: Any, http: Any, seconds: float = SECONDS) -> Row:
    """Mentions a second over the cases of a kind in turn; the first round, which starts processes, is not counted."""
    once(cases, site, http)
    mentions, requests, spent = 0, 0, 0.0
    while spent < seconds:
        before = len(site.asked)
        found, took = once(cases, site, http)
        mentions, spent, requests = mentions + found, spent + took, requests + len(site.asked) - before
    asked = f"{requests / spent:,.0f} requests/s" if requests else "no HTTP"
    return Row(kind, mentions / spent, "mentions/s", note=f"{mentions} mentions of {len(cases)} cases, {asked}")


def once(cases: list[Path], site: Any, http: Any) -> tuple[int, float]:
    """The mentions of one round, and the seconds it took; setting the site up is not counted."""
    contract = import_module("tests.collectors.test_contract")
    found, spent = 0, 0.0
    for case in cases:
        site.rules.clear()
        params, cursor = contract.set_up(case, site), contract.told(case, site).get("cursor", {})
        began = perf_counter()
        found += sum(len(page.mentions) for page in contract.run(case, params, cursor, http))
        spent += perf_counter() - began
    return found, spent


@contextmanager
def served() -> Iterator[tuple[Any, Any]]:
    """The site that replays cases, and a client of the gate that may ask it."""
    replaying = import_module("tests.collectors.conftest").replaying
    with Gate(allowed_private_hosts=["127.0.0.1"]) as http, contextmanager(replaying)() as site:
        yield site, http
