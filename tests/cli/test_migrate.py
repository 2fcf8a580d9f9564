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


def test_a_revision_is_gone_to_or_refused_in_one_sentence(blank: str) -> None:
    given = {"VIGIE_DATABASE_URL": blank, "VIGIE_SECRET_KEY": OWN_KEY}
    assert vigie("migrate", "--to", "0003", **given).out == "schema none → 0003\n"
    back = vigie("migrate", "--to", "0002", **given)
    assert (back.code, back.out) == (1, "")
    assert back.err.startswith("Error: the database has schema 0003, which is past 0002")
    wrong = vigie("migrate", "--to", "zzz", **given)
    assert (wrong.code, wrong.out) == (2, "")
    assert "there is no revision 'zzz'; there is: 0001, 0002" in wrong.err
    assert "Traceback" not in wrong.err
    assert vigie("migrate", "--to", "head", **given).code == 0
