"""The bench of the collectors."""

from __future__ import annotations

from pathlib import Path

from bench.collectors import measure, serve

CASES = Path(__file__).parents[1] / "collectors"


def test_a_kind_is_measured_over_all_its_cases() -> None:
    cases = sorted(case.parent for case in (CASES / "webpage").glob("*/case.toml"))
    with serve() as (site, http):
        row = measure("webpage", cases, site, http, seconds=0.01)
    assert row.name == "webpage"
    assert row.value is not None
    assert row.value > 0
    assert f"of {len(cases)} cases" in row.note
