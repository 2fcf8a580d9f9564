"""The settings as a command reads them: what is wrong is one sentence, without what was entered."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli.reading import Failed, read_settings


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VIGIE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("VIGIE_PORT", "8123")
    assert (read_settings().port, read_settings().data_dir) == (8123, tmp_path)


def test_every_setting_that_is_wrong_is_named_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_PORT", "sesame")
    monkeypatch.setenv("VIGIE_FETCH_THREADS", "none at all")
    with pytest.raises(Failed) as failed:
        read_settings()
    assert failed.value.exit_code == 1
    assert "VIGIE_PORT" in failed.value.message
    assert "VIGIE_FETCH_THREADS" in failed.value.message
    assert "\n" not in failed.value.message
    assert "sesame" not in failed.value.message


def test_a_file_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VIGIE_SECRET_KEY_FILE", str(tmp_path / "missing"))
    with pytest.raises(Failed, match=r"cannot be read.*missing"):
        read_settings()
