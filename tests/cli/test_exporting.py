"""`vigie export`: the mentions as a file or on standard output."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from sqlalchemy import select

from app.db import Database
from app.models import Workspace
from tests.cli.conftest import Run
from tests.rows import brand_row, match_row, mention_row


@pytest.fixture
def stored(database: Database) -> None:
    """A mention of each of two brands."""
    with database.writing() as session:
        here = session.scalars(select(Workspace.id)).one()
        for name in ("Acme", "Bolt"):
            brand, mention = brand_row(here, name), mention_row(here, f"{name} est là")
            session.add_all([brand, mention])
            session.flush()
            session.add(match_row(mention, brand, stance="promoter", stance_source="person"))


def test_every_mention_goes_to_standard_output_as_csv(run: Run, stored: None) -> None:
    ran = run("export")
    assert (ran.code, ran.err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(ran.out.removeprefix("\ufeff"))))
    assert sorted(row["text"] for row in rows) == ["Acme est là", "Bolt est là"]


def test_one_brand_goes_to_a_file(run: Run, stored: None, tmp_path: Path) -> None:
    file = tmp_path / "mentions.jsonl"
    ran = run("export", "--format", "jsonl", "--brand", "Acme", "--output", file)
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    (line,) = file.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["text"] == "Acme est là"


def test_a_brand_that_is_unknown_and_a_file_that_cannot_be_written_are_told(
    run: Run, stored: None, tmp_path: Path
) -> None:
    unknown = run("export", "--brand", "Nobody")
    assert (unknown.code, unknown.out) == (1, "")
    assert "there is: Acme, Bolt" in unknown.err
    refused = run("export", "--output", tmp_path / "no" / "such" / "folder.csv")
    assert (refused.code, refused.out, refused.err.count("\n")) == (1, "", 1)
    assert "cannot be written: No such file or directory" in refused.err
