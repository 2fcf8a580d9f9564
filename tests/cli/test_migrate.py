"""`vigie migrate` on a database that has no table yet."""

from __future__ import annotations

from sqlalchemy import select

from app.db import Database
from app.models import Workspace
from tests.cli.conftest import OWN_KEY, vigie


def test_migrate_makes_the_schema_once(blank: str) -> None:
    given = {"VIGIE_DATABASE_URL": blank, "VIGIE_SECRET_KEY": OWN_KEY}
    first, second = vigie("migrate", **given), vigie("migrate", **given)
    assert (first.code, second.code) == (0, 0)
    assert first.out.startswith("schema none → ")
    revision = first.out.split()[-1]
    assert second.out.split() == ["schema", revision, "→", revision]
    database = Database(blank)
    with database.reading() as session:
        assert session.scalars(select(Workspace.slug)).all() == ["default"]
    database.close()
