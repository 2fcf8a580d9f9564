"""The scorer that a setting names."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench._bert import write
from sentiment.base import ModelError
from sentiment.compact import compact
from sentiment.hub import Hub
from sentiment.scorers import COMPACT, check, find, scorer


def test_compact_is_the_model_of_the_package() -> None:
    assert scorer(COMPACT, threads=1) is compact(1)
    assert check(COMPACT) is None


def test_a_folder_is_found_and_checked_without_loading_its_weights(tmp_path: Path) -> None:
    folder = write(tmp_path / "tiny")
    (folder / "model.onnx").write_bytes(b"no graph")
    files = check(str(folder))
    assert files is not None
    assert files == find(str(folder))
    assert files.weights == folder / "model.onnx"
    with pytest.raises(ModelError, match="cannot be loaded"):
        scorer(str(folder), threads=1)


def test_labels_that_nobody_knows_are_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="'joy', 'fear' are not known"):
        check(str(write(tmp_path / "tiny", ("joy", "fear"))))


def test_a_model_of_the_hub_that_is_not_here_is_looked_for_on_this_disk_only(tmp_path: Path) -> None:
    assert find(f"acme/never-fetched@{'0' * 40}", Hub("http://127.0.0.1:1", tmp_path)) is None


@pytest.mark.parametrize("reference", ["nonsense", "./acme/tiny", "a/b/c", "acme/tiny@"])
def test_what_names_no_model_is_refused(reference: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match="is neither 'compact', nor a folder"):
        find(reference)
