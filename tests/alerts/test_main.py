from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta

import pytest


def run(text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "alerts", "detect"], input=text, capture_output=True, text=True)


def csv_of(counts: list[tuple[int, int]]) -> str:
    start = datetime(2026, 1, 1)  # noqa: DTZ001 — the format has times without a zone
    rows = [f"{start + timedelta(hours=i)},{total},{negative}" for i, (total, negative) in enumerate(counts)]
    return "\n".join(["timestamp,total,negative", *rows]) + "\n"


def test_the_command_gives_one_score_per_row_and_a_spike_the_highest():
    done = run(csv_of([*[(20, 2)] * 400, (60, 50)]))
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines[0] == "timestamp,score"
    assert len(lines) == 402
    scores = [float(line.split(",")[1]) for line in lines[1:]]
    assert scores[-1] == max(scores) > 3


def test_the_command_scores_a_beginning_as_it_scores_the_whole():
    counts = [(20 + i % 7, i % 5) for i in range(200)]
    whole, part = run(csv_of(counts)).stdout, run(csv_of(counts[:120])).stdout
    assert whole.startswith(part)


@pytest.mark.parametrize("text", ["", "timestamp,total,negative\n"])
def test_the_command_takes_an_empty_history(text):
    assert run(text).stdout == "timestamp,score\n"


@pytest.mark.parametrize(
    "text", ["a,b\n1,2\n", "timestamp,total,negative\n2026-01-01,x,1\n", "timestamp,total,negative\nnope,1,1\n"]
)
def test_the_command_says_what_it_cannot_read(text):
    done = run(text)
    assert done.returncode == 1
    assert "timestamp,total,negative" in done.stderr
