"""The checkout as these tests read it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("app", "collectors", "matching", "sentiment", "alerts", "ground", "migrations", "bench")


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def trees() -> Mapping[str, ast.Module]:
    """Every module of the project, parsed, by its path from the root."""
    files = [
        file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py")) if ".cache" not in file.parts
    ]
    return {file.relative_to(ROOT).as_posix(): ast.parse(file.read_text(encoding="utf-8")) for file in files}


@pytest.fixture(scope="session")
def templates() -> Mapping[str, str]:
    """Every template and asset text of pages and messages, by its path from the root."""
    kinds = (".html", ".txt", ".j2", ".json", ".xml", ".svg")
    places = [ROOT / "app/web/templates", ROOT / "alerts/templates"]
    files = [file for place in places for file in sorted(place.rglob("*")) if file.suffix in kinds]
    return {file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in files}
