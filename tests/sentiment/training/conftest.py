"""Labelled texts in three files."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.sentiment.training.texts import rows, write


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, dice = tmp_path_factory.mktemp("data"), random.Random(4)
    write(folder / "umsab.csv.gz", rows("umsab", "fr en de", range(3), 120, dice))
    write(folder / "allocine.csv", rows("allocine", "fr", range(0, 3, 2), 60, dice))
    write(folder / "airline.csv", rows("airline", "en", range(3), 40, dice))
    return folder
