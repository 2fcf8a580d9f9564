"""The command that fits, on labelled texts, how far a model may be wrong, and writes it into its card."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from sentiment.compact import CARD, FOLDER, compact, load
from sentiment.labelled import Example
from sentiment.training.doubts import Answered, corrections, limits, main, print_corrections

SETTINGS = {"other": np.array([1.0, 0.0, 0.0])}


def answered(source: str, language: str, seed: int) -> Answered:
    """60 texts of each label, answered by a part that is mostly right."""
    labels = np.repeat([0, 1, 2], 60)
    logits = np.random.default_rng(seed).standard_normal((180, 2))
    logits += np.array([[2.0, -1.0], [-1.0, -1.0], [-1.0, 2.0]])[labels]
    return Answered([Example("text", int(label), language, source) for label in labels], (logits,))


def test_every_kind_is_left_out_once() -> None:
    texts = answered("posts", "fr", 1) + answered("reviews", "fr", 2) + answered("posts", "en", 3)
    found = corrections(SETTINGS, texts)
    assert found.read == {"en", "fr"}
    assert found.groups["fr"].kinds == found.groups["en"].kinds == 3
    assert found.groups["other"].kinds == 0


def test_limits_are_chosen_on_posts_and_without_posts_on_all_texts() -> None:
    good, bad = answered("umsab", "fr", 1), answered("reviews", "fr", 2)
    bad = Answered(bad.examples, (-bad.logits[0],))
    assert limits(SETTINGS, good + bad) == limits(SETTINGS, good)
    assert limits(SETTINGS, bad)["fr"][0].predicted > 0


def test_what_was_found_is_told_by_group(capsys: pytest.CaptureFixture[str]) -> None:
    print_corrections("blend", compact().corrections)
    told = capsys.readouterr().out
    assert "blend  fr     kinds" in told
    assert "reads ar, de, en, es, fr, it, pt" in told


def test_a_card_is_written_anew_and_the_model_stays_what_it_is(tmp_path: Path) -> None:
    model, data = Path(shutil.copytree(FOLDER, tmp_path / "model")), tmp_path / "data"
    data.mkdir()
    words = {"negative": "awful, broken, I hate it", "neutral": "the shop opens at nine", "positive": "great, love it"}
    rows = [
        f'"{text} {n}",{label},en,{kind},val' for kind in ("a", "b") for label, text in words.items() for n in range(25)
    ]
    (data / "own.csv").write_text("text,label,language,source,split\n" + "\n".join(rows) + "\n", encoding="utf-8")
    before = json.loads((model / CARD).read_text(encoding="utf-8"))
    done = CliRunner().invoke(main, ["--data", str(data), "--model", str(model)])
    assert done.exit_code == 0, done.output
    after = json.loads((model / CARD).read_text(encoding="utf-8"))
    assert (after["version"], after["files"]) == (before["version"], before["files"])
    assert after["blend"]["settings"] == before["blend"]["settings"]
    assert after["blend"]["figures"]["a"]["texts"] == 75
    parts = load(model).corrections.part_of
    assert (parts("fr"), parts("de")) == ("fr", "unread"), "of French it read our own texts, of German none"
