from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta

import pytest


def run(text: str, *said: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "alerts", "detect", *said]
    return subprocess.run(command, input=text, capture_output=True, text=True)


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


def test_the_beginnings_of_buzz_are_told_once_for_six_hours_of_it():
    calm, crisis = [(20, 2)] * 400, [(60, 50)] * 5
    done = run(csv_of([*calm, *crisis, *calm, *crisis]), "buzz")
    assert done.stdout.splitlines() == ["timestamp", "2026-01-17 16:00:00", "2026-02-03 13:00:00"]


def test_the_beginnings_of_a_surge_are_told_from_the_column_value():
    start = datetime(2026, 1, 1)  # noqa: DTZ001 — the format has times without a zone
    counts = [*[8, 12] * 100, 200, 200]
    rows = [f"{start + timedelta(hours=i)},{count}" for i, count in enumerate(counts)]
    assert run("\n".join(["timestamp,value", *rows]), "volume").stdout.splitlines() == [
        "timestamp",
        "2026-01-09 08:00:00",
    ]


def test_scores_are_told_for_each_row_on_request():
    text = csv_of([(20, 2)] * 30)
    assert run(text, "buzz", "--scores").stdout == run(text).stdout
    assert len(run(text, "volume", "--scores").stdout.splitlines()) == 31


def test_a_surge_says_which_columns_it_wants():
    done = run("a,b\n1,2\n2,3\n", "volume")
    assert done.returncode == 1
    assert "timestamp,value" in done.stderr


def test_an_unknown_detector_is_wrong_usage():
    assert run("", "weather").returncode == 2
