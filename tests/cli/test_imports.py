"""`vigie import --list` and `--undo`."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import func, select

from app.db import Database
from app.models import Brand, Mention, Workspace
from tests.cli.conftest import Run


def test_an_import_is_listed_and_undone_once_it_was_agreed(run: Run, database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        here = session.scalars(select(Workspace.id).where(Workspace.slug == "default")).one()
        session.add(Brand(workspace_id=here, name="Zéphyrine", kind="own", query="zephyrine", colour="#000000"))
    file = tmp_path / "avis.csv"
    file.write_text("Date;Texte;Magasin\n22/11/2025;Merci Zéphyrine;Brest\n", encoding="utf-8")
    made = json.loads(run("import", file, "--source", "Avis", "--json").out)
    [listed] = [json.loads(line) for line in run("import", "--list", "--json").out.splitlines()]
    assert (listed["id"], listed["state"], listed["stored"]) == (made["id"], "done", 1)
    assert listed["unused_columns"] == ["Magasin"]
    assert "avis.csv → Avis: 1 of 1 stored" in run("import", "--list").out
    refused = run("import", "--undo", made["id"])
    assert refused.code == 1
    assert "Delete 1 of what 'avis.csv' brought?" in refused.err
    assert run("import", "--undo", made["id"], "--yes").out == "1 removed\n"
    assert run("import", "--undo", made["id"]).out == "1 removed\n"
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Mention)) == 0
    assert "vigie import --list" in run("import", "--undo", "nonsense").err
    assert run("import", "--list", "--undo", made["id"]).code == 2
    assert run("import").code == 2
