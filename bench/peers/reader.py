"""reader: 100 feeds of 50 entries from a loopback server, read for the first time, then again unchanged."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.feeds import serve
from bench.peers.environment import ask, python_of
from bench.row import Row

SCRIPT = Path(__file__).parent / "inside/reader_update.py"


def run() -> Iterator[Row]:
    python = python_of("reader")
    with serve(feeds=100, items=50) as server, tempfile.TemporaryDirectory() as folder:
        answer = json.loads(ask([python, SCRIPT, Path(folder) / "reader.sqlite", *server.urls]))
        unchanged = server.answers[304]
    note = f"reader {answer['version']}, {answer['entries']:,} entries stored"
    yield Row("reader: first reading", answer["entries"] / answer["first"], "entries/s", note=note)
    yield Row("reader: read again", len(server.urls) / answer["again"], "feeds/s", note=f"{unchanged} answers were 304")
