"""`vigie import`, and `vigie export` of what came in."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import func, select

from app.db import Database
from app.models import Brand, Mention, SurveyResponse, Workspace
from tests.cli.conftest import Run


def test_import_then_export(run: Run, database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        here = session.scalars(select(Workspace.id).where(Workspace.slug == "default")).one()
        session.add(Brand(workspace_id=here, name="Zéphyrine", kind="own", query="zephyrine", colour="#000000"))
    file = tmp_path / "avis.csv"
    file.write_text("Date;Texte;Note\n22/11/2025;Merci Zéphyrine;5\n;Zéphyrine, quelle honte;1\nhier;Zéphyrine;3\n")
    first = run("import", file, "--source", "Avis")
    assert first.code == 0
    assert first.out.startswith("3 read: 2 stored, 0 updated")
    assert "line 4" in first.err
    assert "hier" in first.err
    again = run("import", file, "--source", "Avis", "--json")
    told = json.loads(again.out)
    assert (told["read"], told["stored"], told["unchanged"], told["refused"]) == (3, 0, 2, 1)
    assert [one["line"] for one in told["refused_lines"]] == [4]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Mention)) == 2
    wrong = tmp_path / "faux.csv"
    wrong.write_text("Quand,Quoi\n2025-01-01,Zéphyrine\n")
    refused = run("import", wrong, "--source", "Avis")
    assert (refused.code, refused.out) == (1, "")
    assert "Quand, Quoi" in refused.err
    assert "texte" in refused.err
    nothing = tmp_path / "rien.csv"
    nothing.write_text("texte,date\nZéphyrine,hier\n")
    assert run("import", nothing, "--source", "Avis").code == 1
    exported = run("export", "--format", "jsonl")
    rows = [json.loads(line) for line in exported.out.splitlines()]
    assert (exported.code, exported.err) == (0, "")
    assert sorted(row["text"] for row in rows) == ["Merci Zéphyrine", "Zéphyrine, quelle honte"]
    target = tmp_path / "mentions.csv"
    assert run("export", "--brand", "Zéphyrine", "--output", target).code == 0
    assert target.read_text(encoding="utf-8-sig").count("Merci Zéphyrine") == 1
    assert "there is: Zéphyrine" in run("export", "--brand", "Nobody").err


def test_answers_to_a_survey_are_imported_once_and_tried_before(run: Run, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "nps.csv"
    file.write_text("Votre note;Le;id\n9.0;20/11/2026 10:00;a\n9.0;20/11/2026 10:00;a\n11;20/11/2026;b\n", "utf-8")
    how = ("--survey", "Lumette", "--timezone", "Europe/Paris", "--map", "Votre note=score", "--map", "Le=date")
    how = (*how, "--map", "id=id", "--json")
    with database.writing() as session:
        workspace = session.scalars(select(Workspace).where(Workspace.slug == "default")).one()
        brand = Brand(workspace_id=workspace.id, name="Lumette", kind="own", query="lumette", colour="#112233")
        session.add(brand)
    for dry, stored, kept in ((("--dry-run",), 1, 0), ((), 1, 1), ((), 0, 1)):
        ran = run("import", file, *how, *dry)
        assert ran.code == 0, ran.err
        told = json.loads(ran.out)
        assert (told["read"], told["stored"], told["refused"]) == (3, stored, 1)
        with database.reading() as session:
            assert session.scalar(select(func.count()).select_from(SurveyResponse)) == kept
    with database.reading() as session:
        row = session.scalars(select(SurveyResponse)).one()
        assert (row.score, row.answered_at.isoformat()) == (9, "2026-11-20T09:00:00+00:00")
    assert "there is no brand" in run("import", file, "--survey", "Nobody").err
