"""`python -m sentiment evaluate` with a larger model: saved, and side by side."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bench._bert import vocabulary, write
from sentiment.__main__ import main
from sentiment.measured import FILE
from sentiment.scorers import scorer


def evaluate(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["evaluate", *arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "tiny")


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Texts without a meaning, 60 of each label, in two languages."""
    dice, words, path = random.Random(1), vocabulary(150), tmp_path / "own.csv"
    lines = [
        f"{' '.join(dice.choices(words, k=12))},{label},{language},own,val"
        for label in ("negative", "neutral", "positive")
        for language in ("fr", "en")
        for _ in range(60)
    ]
    path.write_text("text,label,language,source,split\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_what_is_measured_is_saved_and_used_from_then_on(folder: Path, labelled: Path) -> None:
    before = scorer(str(folder))
    done = evaluate("--model", str(folder), "--save", str(labelled))
    assert done.exit_code == 0, done.output
    first = json.loads(done.stdout.splitlines()[0])
    assert (first["file"], first["language"], first["texts"]) == ("own.csv", "all", 360)
    after = scorer(str(folder))
    assert after.measured["on"] == "own.csv"
    assert after.measured["all"]["texts"] == 360
    assert after.version.startswith(f"{before.version}-"), "a calibration is another version"
    assert before.corrections.read is None
    assert after.corrections.read is not None
    assert evaluate("--model", str(folder), "--save", str(labelled)).exit_code == 0
    assert scorer(str(folder)).version == after.version, "measuring again measures the same"


def test_it_may_be_saved_elsewhere(folder: Path, labelled: Path, tmp_path: Path) -> None:
    assert evaluate("--model", str(folder), "--save-to", str(tmp_path / "kept.json"), str(labelled)).exit_code == 0
    assert json.loads((tmp_path / "kept.json").read_text())["name"] == "tiny"
    assert not (folder / FILE).exists()


def test_several_models_stand_side_by_side(folder: Path, labelled: Path) -> None:
    done = evaluate("--model", "compact", "--model", str(folder), str(labelled))
    assert done.exit_code == 0, done.output
    head, *lines = done.stdout.splitlines()
    assert head.split() == [
        "file",
        "language",
        "texts",
        "model",
        "macro-F1",
        "calibration",
        "counted",
        "corrected",
        "texts/s",
    ]
    assert [line.split()[1] for line in lines] == ["all", "all", "en", "en", "fr", "fr"]
    assert [line.split()[3] for line in lines] == ["compact", str(folder)] * 3


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--model", "compact", "--save"), 1, "the compact model was measured when it was made"),
        (("--model", "compact", "--model", "compact", "--save"), 2, "--save takes one --model"),
        (("--model", "nonsense"), 1, "'nonsense' is neither"),
        (("--model", "{folder}", "--save-to", "/nowhere/x.json"), 1, "--save-to"),
    ],
)
def test_what_cannot_be_measured_is_told(
    arguments: tuple[str, ...], code: int, said: str, folder: Path, labelled: Path
) -> None:
    done = evaluate(*(argument.format(folder=folder) for argument in arguments), str(labelled))
    assert done.exit_code == code
    assert said in done.output
    assert "Traceback" not in done.output


def test_too_few_texts_are_not_saved(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "few.csv").write_text("text,label,language,source,split\na,neutral,en,own,val\n", encoding="utf-8")
    done = evaluate("--model", str(folder), "--save", str(tmp_path / "few.csv"))
    assert done.exit_code == 1
    assert "at least 50 texts of each label" in done.output
    assert not (folder / FILE).exists()


def test_texts_are_scored_by_the_model_asked_for(folder: Path) -> None:
    given = "".join(json.dumps({"id": n, "text": "bala " * n}) + "\n" for n in range(300))
    done = CliRunner().invoke(main, ["score", "--model", str(folder)], input=given)
    assert done.exit_code == 0, done.output
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["id"] for line in found] == list(range(300))
    assert found[0]["probabilities"].keys() == {"negative", "neutral", "positive"}
