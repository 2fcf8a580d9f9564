"""`vigie worker` as a process: it works until it is asked to end, and ends well."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.db import Database
from tests.cli.processes import code_after_a_beat


@pytest.mark.slow
def test_it_beats_until_it_is_asked_to_end(url: str, database: Database, tmp_path: Path) -> None:
    assert code_after_a_beat("worker", url, database, tmp_path) == 0
