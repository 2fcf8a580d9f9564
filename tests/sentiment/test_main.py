"""`python -m sentiment`, as people type it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sentiment.base import Text
from sentiment.compact import compact

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def run(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "sentiment", *arguments]
    return subprocess.run(
        command, input=given, capture_output=True, cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )


def lines_of(output: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def test_lines_are_scored_in_order() -> None:
    texts = ["Service parfait, merci !", "Service nul, c'est inadmissible"] * 300
    given = "\n".join(json.dumps({"id": i, "text": text, "language": "fr"}) for i, text in enumerate(texts))
    done = run("score", given=given.encode())
    found = lines_of(done.stdout)
    assert done.returncode == 0, done.stderr
    assert [line["id"] for line in found] == list(range(600))
    assert [line["label"] for line in found] == ["positive", "negative"] * 300
    expected = compact().score([Text(texts[0], "fr")])[0]
    assert found[0]["probabilities"] == {
        "negative": pytest.approx(expected.negative, abs=1e-6),
        "neutral": pytest.approx(expected.neutral, abs=1e-6),
        "positive": pytest.approx(expected.positive, abs=1e-6),
    }


def test_who_writes_one_line_and_waits_gets_its_answer() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "sentiment", "score"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for number in (1, 2):
            running.stdin.write(json.dumps({"id": number, "text": "Bravo"}).encode() + b"\n")
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["id"] == number
        running.stdin.close()
        assert running.wait(60) == 0


def test_a_text_without_a_language_is_read_in_the_one_it_is_in() -> None:
    text = "Le service après-vente de la marque répond toujours très vite à mes questions"
    given = [json.dumps({"id": 1, "text": text, **more}).encode() for more in ({}, {"language": "fr"})]
    told, guessed = (lines_of(run("score", given=one).stdout) for one in given)
    assert told == guessed


def test_a_line_needs_no_id_and_no_language() -> None:
    done = run("score", given=b'{"text": ""}\n\n{"text": "ok", "id": "a", "more": 1}')
    assert done.returncode == 0
    assert [line["id"] for line in lines_of(done.stdout)] == [None, "a"]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (b"{not json", "line 2: it is not JSON"),
        (b'{"id": 1}', "line 2: text: Field required"),
        (b'{"text": 7}', "line 2: text:"),
        (b"[1, 2]", "line 2:"),
        (b'{"text": "\xff\xfe"}', "line 2: it is not UTF-8"),
        (b"[" * 200_000, "line 2: it is nested too deeply"),
        (b'"' + b"x" * 8_100_000 + b'"', "line 2: it is longer than 8,000,000 bytes"),
    ],
    ids=["no json", "no text", "a number", "a list", "no utf-8", "deep", "long"],
)
def test_a_bad_line_is_named_and_the_others_are_scored(bad: bytes, said: str) -> None:
    done = run("score", given=b'{"id": 1, "text": "bien"}\n' + bad + b'\n{"id": 3, "text": "mal"}\n')
    assert done.returncode == 1
    assert said in done.stderr.decode()
    assert "1 line could not be read" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
    assert [line["id"] for line in lines_of(done.stdout)] == [1, 3]


def test_odd_characters_come_through() -> None:
    done = run("score", given=b'{"id": "\\ud800", "text": "\\ud83d \\u0000 bien"}')
    assert done.returncode == 0, done.stderr
    assert lines_of(done.stdout)[0]["id"] == "\ud800"


def test_a_labelled_file_is_measured(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(
        "text,label,language,source,split\n"
        + "Service parfait merci,positive,fr,own,val\nService nul et inadmissible,negative,fr,own,val\n" * 20
        + "The office opens on Tuesday,neutral,en,own,val\n" * 20
        + "left out,neutral,en,own,train\n",
        encoding="utf-8",
    )
    done = run("evaluate", str(path))
    assert done.returncode == 0, done.stderr
    whole, english, french = lines_of(done.stdout)
    assert (whole["language"], english["language"], french["language"]) == ("all", "en", "fr")
    assert (whole["texts"], english["texts"], french["texts"]) == (60, 20, 40)
    assert french["macro_f1"] == 100
    assert french["confusion"] == [[1, 0, 0], None, [0, 0, 1]]
    assert abs(french["score_error_counted"]) < 1e-6
    assert whole["texts_per_s"] > 0
    assert 0 <= whole["calibration_error"] <= 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("text,label\na,positive\n", "lacks the columns language, source, split"),
        ("text,label,language,source,split\na,great,en,own,val\n", "own.csv line 2: label must be"),
        ("text,label,language,source,split\na,neutral,en,own,train\n", "own.csv has no text of the split val"),
    ],
)
def test_a_file_that_cannot_be_measured_is_named(content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text(content, encoding="utf-8")
    done = run("evaluate", str(tmp_path / "own.csv"))
    assert done.returncode == 1
    assert said in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
