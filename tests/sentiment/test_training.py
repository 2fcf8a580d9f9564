from __future__ import annotations

import csv
import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from sentiment.base import Text
from sentiment.compact import CARD, digests, load
from sentiment.labelled import Example, read
from sentiment.training.calibrate import held_out
from sentiment.training.fit import label_offsets
from sentiment.training.sources import KNOWN, files, select_sources

ROOT = Path(__file__).parents[2]
WORDS = {
    "fr": (
        ["nul", "horrible", "déçu", "panne"],
        ["mardi", "horaire", "réunion", "gare"],
        ["génial", "ravi", "bravo", "top"],
    ),
    "en": (
        ["awful", "broken", "sad", "worst"],
        ["tuesday", "meeting", "office", "train"],
        ["great", "happy", "love", "best"],
    ),
    "de": (
        ["mies", "kaputt", "traurig", "übel"],
        ["dienstag", "treffen", "büro", "zug"],
        ["toll", "froh", "liebe", "klasse"],
    ),
}
LABELS = ("negative", "neutral", "positive")


def rows(source: str, languages: str, labels: range, size: int, dice: random.Random) -> list[tuple[str, ...]]:
    """Four words each, one in five of them of a wrong label."""
    return [
        (
            " ".join(dice.choice(WORDS[lang][k if dice.random() < 0.8 else dice.randrange(3)]) for _ in range(4)),
            LABELS[k],
            lang,
            source,
            "val" if i % 4 == 0 else "train",
        )
        for lang in languages.split()
        for k in labels
        for i in range(size)
    ]


def write(path: Path, lines: list[tuple[str, ...]]) -> None:
    with gzip.open(path, "wt", newline="") if path.suffix == ".gz" else path.open("w", newline="") as file:
        csv.writer(file).writerows([("text", "label", "language", "source", "split"), *lines])


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, dice = tmp_path_factory.mktemp("data"), random.Random(4)
    write(folder / "umsab.csv.gz", rows("umsab", "fr en de", range(3), 120, dice))
    write(folder / "allocine.csv", rows("allocine", "fr", range(0, 3, 2), 60, dice))
    write(folder / "airline.csv", rows("airline", "en", range(3), 40, dice))
    return folder


def command(data: Path, out: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "sentiment.training", "--data", str(data), "--out", str(out), *more]


def train(data: Path, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(data, out, *more), capture_output=True, text=True, cwd=ROOT, env=ALONE)


ALONE = {**os.environ, "OMP_NUM_THREADS": "1"}
SHORT = ("--drawn", "1280")


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
    out, memory = tmp_path / "again", tmp_path / "again.work" / "memory.safetensors"
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


WITHOUT = """
import sys
from runpy import run_module

sys.modules[{package!r}] = None  # the import of a package that is not installed fails in the same way
sys.argv = ["python -m sentiment.training", *{arguments!r}]
run_module("sentiment.training", run_name="__main__", alter_sys=True)
"""


def run_without(package: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    script = WITHOUT.format(package=package, arguments=arguments)
    env = {**ALONE, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=folder, env=env)


@pytest.mark.parametrize("arguments", [("--help",), ("--data", ".", "--out", "model")])
def test_without_torch_training_says_in_one_sentence_what_to_install(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    done = run_without("torch", tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "training needs torch: pip install 'vigie[training]'\n"
    assert list(tmp_path.iterdir()) == []


def test_a_broken_module_of_ours_is_not_taken_for_a_missing_package(tmp_path: Path) -> None:
    """It shows its traceback: installing something would not mend it."""
    done = run_without("sentiment.labelled", tmp_path, "--help")
    assert done.returncode == 1
    assert "sentiment.labelled" in done.stderr
    assert "training needs" not in done.stderr


def test_a_share_of_each_kind_and_label_is_held_back() -> None:
    labels, kinds = np.array([0, 1, 2] * 100), ["a"] * 150 + ["b"] * 150
    held = held_out(labels, kinds, 1)
    assert [int(held[labels == label].sum()) for label in range(3)] == [12, 12, 12]
    assert int(held[:150].sum()) == int(held[150:].sum()) == 18
    assert (held == held_out(labels, kinds, 1)).all()
    assert (held != held_out(labels, kinds, 2)).any()


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


def test_a_file_without_a_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "umsab.csv").write_text("text,label\nbon,positive\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"umsab.csv lacks the columns language, source, split"):
        list(read(tmp_path / "umsab.csv", "train"))


def test_only_the_wanted_tiers_and_names_are_allowed() -> None:
    names = ["umsab", "airline", "semeval13-16", "mine"]
    assert [source.name for source in select_sources(names, "A", ())] == ["umsab"]
    assert [source.name for source in select_sources(names, "A", ("mine", "semeval13-16"))] == [
        "umsab",
        "semeval13-16",
        "mine",
    ]
    assert [source.name for source in select_sources(names, "ABC", ())] == ["umsab", "airline", "semeval13-16"]
    assert all(source.tier in "ABC" for source in KNOWN.values())


def test_files_are_found_by_the_name_of_their_source(data: Path) -> None:
    assert sorted(files(data)) == ["airline", "allocine", "umsab"]
    first = next(read(files(data)["umsab"], "train"))
    assert first == Example(first.text, 0, "fr", "umsab")
    assert first.kind == "umsab:fr"


def test_the_mix_of_each_kind_is_taken_out() -> None:
    offsets = label_offsets(np.array([0, 0, 2, 1, 1, 1]), ["a", "a", "a", "b", "b", "b"])
    assert np.exp(offsets[0]) == pytest.approx([2 / 3, 1e-6, 1 / 3])
    assert np.exp(offsets[5]) == pytest.approx([1e-6, 1, 1e-6])
