"""What the bench prints."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.__main__ import benches, main, measure, number, table
from bench.peers import rows_or_reason
from bench.row import Row


@pytest.mark.parametrize(
    ("row", "met"),
    [
        (Row("a", 3.0, "s"), None),
        (Row("a", None, "s", target=2), None),
        (Row("a", 3.0, "/s", target=3), True),
        (Row("a", 2.9, "/s", target=3), False),
        (Row("a", 3.0, "s", target=3, better="less"), True),
        (Row("a", 3.1, "s", target=3, better="less"), False),
    ],
)
def test_a_target_is_met_on_its_own_side(row: Row, met: bool | None) -> None:
    assert row.met is met


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (0.0, "0"), (0.012345, "0.0123"), (7.456, "7.46"), (123.4, "123"), (1e6, "1,000,000")],
)
def test_a_number_has_three_digits_that_count(value: float | None, text: str) -> None:
    assert number(value) == text


def test_the_columns_of_the_table_are_aligned() -> None:
    rows = [("feeds", Row("first reading", 1234.0, "entries/s", target=500)), ("x", Row("y", 0.5, "s", 0.1, "less"))]
    assert table(rows).splitlines() == [
        "bench  figure         value  unit       target",
        "feeds  first reading  1,234  entries/s   ≥ 500  met",
        "x      y                0.5  s           ≤ 0.1  MISSED",
    ]


def test_a_bench_that_breaks_off_keeps_its_first_rows_and_says_why() -> None:
    def run() -> Iterator[Row]:
        yield Row("first", 1.0, "s")
        raise ValueError("no more")

    assert [row.note for _, row in measure("x", run)] == ["", "ValueError: no more"]


def test_a_peer_that_cannot_be_installed_is_told_in_its_row() -> None:
    def run() -> Iterator[Row]:
        raise OSError("no installer here")
        yield Row("never", 1.0, "s")

    assert [(row.value, row.note) for row in rows_or_reason("x", run)] == [
        (None, "could not be measured here: no installer here")
    ]


def test_the_peers_are_a_bench_and_the_server_of_feeds_is_none() -> None:
    assert "peers" in benches()
    assert not {"feeds", "row"} & set(benches())


def test_a_name_that_is_no_bench_is_refused_with_the_names_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nosuch"]) == 2
    assert "there are: " in capsys.readouterr().err
