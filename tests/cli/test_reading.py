"""Settings that cannot be read are one sentence."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import vigie


def test_a_setting_that_is_not_valid_is_named() -> None:
    ran = vigie("health", VIGIE_PORT="eighty")
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (1, "", 1)
    assert ran.err.startswith("Error: a setting is not valid: VIGIE_PORT: ")


def test_a_file_that_a_setting_names_and_is_not_there_is_named(tmp_path: Path) -> None:
    ran = vigie("health", VIGIE_SECRET_KEY_FILE=str(tmp_path / "none"))
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)
    assert "none" in ran.err
