"""Obsei: records of a CSV file through its simplest pipeline: read, strip personal data, store; it does not score.

The speed is the difference between a long and a short file, so that the time to start does not count. Its store is not
encrypted here: encryption needs an extension of DuckDB that is downloaded separately.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from bench.peers.environment import ask, python_of
from bench.row import Row

SHORT, LONG = 300, 2_300
CONFIG = """\
version: 1
store: {path: obsei.duckdb, unencrypted: true}
pipelines:
  - name: feedback
    sources:
      - key: sample
        type: csv
        config: {path: feedback.csv, fields: {text: comment, id: id, created_at: date}}
    sinks: []
"""
COMMENT = "The delivery of Cobalt Bikes was late again, order {}, and nobody at the shop in Lyon answers the phone."


def run() -> Iterator[Row]:
    command = python_of("obsei").with_name("obsei")
    version = ask([command, "version"]).split()[-1]
    short, long = seconds(command, SHORT), seconds(command, LONG)
    yield Row("obsei: from CSV to its store", (LONG - SHORT) / (long - short), "records/s", note=f"Obsei {version}")
    yield Row("obsei: start", max(0.0, short - SHORT * (long - short) / (LONG - SHORT)), "s", better="less")


def seconds(command: Path, records: int) -> float:
    """The seconds of one run over so many records, in a folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "obsei.yaml").write_text(CONFIG, encoding="utf-8")
        with (folder / "feedback.csv").open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["id", "date", "comment"])
            rows.writerows([number, "2026-09-01", COMMENT.format(number)] for number in range(records))
        start = perf_counter()
        ask([command, "run"], cwd=folder, OBSEI_PSEUDONYM_SALT="a salt for benches only")
        return perf_counter() - start
