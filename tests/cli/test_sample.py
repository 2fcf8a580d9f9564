"""`vigie sample load` and `vigie sample remove`."""

from __future__ import annotations

from sqlalchemy import func, select

from app.db import Database
from app.models import Source
from tests.cli.conftest import Run


def test_the_sample_comes_and_goes(run: Run, database: Database) -> None:
    def sources() -> int:
        with database.reading() as session:
            return session.scalar(select(func.count()).select_from(Source).where(Source.sample)) or 0

    assert run("sample", "load").code == 0
    loaded = sources()
    assert loaded > 0
    assert run("sample", "remove").code == 0
    assert sources() == 0
