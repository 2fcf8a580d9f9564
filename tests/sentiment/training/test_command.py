"""Training from end to end: what it learns, what it says of it, and that a run that was killed goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sentiment.base import Text
from sentiment.compact import CARD, digests, load
from tests.sentiment.training.texts import write

ROOT = Path(__file__).parents[3]


def command(data: Path, out: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "sentiment.training", "--data", str(data), "--out", str(out), *more]


def train(data: Path, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(data, out, *more), capture_output=True, text=True, cwd=ROOT, env=ALONE)


ALONE = {**os.environ, "OMP_NUM_THREADS": "1"}
SHORT = ("--drawn", "1920", "--teacher", "2", "--layers", "1", "--no-written")


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model trained here."""
    out = tmp_path_factory.mktemp("model") / "model"
    done = train(data, out, *SHORT)
    assert done.returncode == 0, done.stderr
    assert "macro-F1" in done.stdout
    return out


@pytest.mark.training
def test_a_trained_model_has_learnt_its_texts(trained: Path) -> None:
    model = load(trained)
    assert model.measured["umsab:fr"]["macro_f1"] > 85
    assert model.measured["airline"]["macro_f1"] > 85
    good, bad = model.score([Text("bravo génial", "fr"), Text("kaputt mies", "de")])
    assert good.positive > 0.6
    assert bad.negative > 0.6


@pytest.mark.training
def test_the_card_names_what_was_read_and_leaves_other_tiers_out(trained: Path) -> None:
    card = json.loads((trained / CARD).read_text(encoding="utf-8"))
    assert {source["name"]: source["texts"] for source in card["sources"]} == {"umsab": 810, "allocine": 90}
    for part in ("blend", "fast"):
        assert "airline" in card[part]["figures"]
        assert "score_error" not in card[part]["figures"]["allocine"]


@pytest.mark.training
def test_a_run_that_was_killed_goes_on_and_gives_the_same_files(data: Path, trained: Path, tmp_path: Path) -> None:
    out, memory = tmp_path / "again", tmp_path / "again.work" / "teacher.memory"
    with subprocess.Popen(command(data, out, *SHORT, "--saved-every", "5"), cwd=ROOT, env=ALONE) as running:
        until = time.monotonic() + 300
        while not memory.exists() and time.monotonic() < until:
            assert running.poll() is None, "it ended before it could be killed"
            time.sleep(0.05)
        running.send_signal(signal.SIGKILL)
    assert memory.exists()
    done = train(data, out, *SHORT)
    assert done.returncode == 0, done.stderr
    assert "going on at step" in done.stdout
    assert digests(out) == digests(trained)


@pytest.mark.training
def test_the_work_of_another_run_is_not_taken_for_ours(data: Path, trained: Path) -> None:
    done = train(data, trained, *SHORT, "--seed", "2")
    assert done.returncode == 2
    assert "other data or options" in done.stderr


@pytest.mark.slow
@pytest.mark.training
@pytest.mark.parametrize(
    ("lines", "more", "said"),
    [
        ([("a", "good", "fr", "umsab", "train")], (), "umsab.csv line 2: label must be one of"),
        ([("a", "neutral", "fr", "umsab", "test")], (), "umsab.csv line 2"),
        ([], ("--tiers", "C", "--also", "none"), "no file in"),
    ],
)
def test_bad_data_are_named(lines: list[tuple[str, ...]], more: tuple[str, ...], said: str, tmp_path: Path) -> None:
    write(tmp_path / "umsab.csv", lines)
    done = train(tmp_path, tmp_path / "m", *more)
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "m").exists()
