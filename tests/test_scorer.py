"""VIGIE_SENTIMENT_MODEL as the processes take it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.db import Database
from app.doctor import model
from app.pipeline.judge.active_model import scoring_model
from app.scorer import explainer_of, model_files_of, scorer_of
from app.services import Misconfigured
from app.settings import Settings
from bench._bert import write
from sentiment.compact import compact


def naming(reference: object) -> Settings:
    return Settings(sentiment_model=str(reference), sentiment_threads=1)


def test_doctor_and_start_up_say_what_is_wrong_with_a_model(tmp_path: Path) -> None:
    folder = write(tmp_path / "tiny", ("joy", "anger", "fear"))
    found = model(naming(folder))
    assert found.state == "bad"
    assert "'joy', 'anger', 'fear' are not known" in found.text
    for check in (model_files_of, scorer_of):
        with pytest.raises(Misconfigured, match=r"VIGIE_SENTIMENT_MODEL: .*'joy'"):
            check(naming(folder))


def test_the_model_that_scores_tells_which_phrases_weighed(tmp_path: Path) -> None:
    settings = naming(write(tmp_path / "tiny"))
    assert explainer_of(naming("compact")) is scorer_of(naming("compact"))
    assert (explainer_of(settings).name, explainer_of(settings).version) == ("tiny", scorer_of(settings).version)


def test_a_model_that_cannot_be_loaded_leaves_the_phrases_to_the_shipped_one(tmp_path: Path) -> None:
    assert explainer_of(naming(tmp_path / "nowhere")) is compact(1)


def test_the_shipped_model_keeps_to_its_threads() -> None:
    assert scorer_of(naming("compact")) is compact(1)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["worker", "serve"])
def test_a_process_with_a_wrong_model_ends_with_one_sentence(command: str, db: Database, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "VIGIE_DATABASE_URL": db.url,
        "VIGIE_SECRET_KEY": "a secret key for tests only",
        "VIGIE_DATA_DIR": str(tmp_path),
        "VIGIE_SENTIMENT_MODEL": str(tmp_path / "nowhere"),
        "VIGIE_PORT": "0",
    }
    done = subprocess.run(
        [sys.executable, "-m", "app", command], env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 1
    assert "Error: VIGIE_SENTIMENT_MODEL: " in done.stderr
    assert "is neither 'compact', nor a folder" in done.stderr
    assert "Traceback" not in done.stderr
    with db.reading() as session:
        assert scoring_model(session).name == "compact"
