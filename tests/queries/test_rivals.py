"""Which brands a brand is compared with."""

from __future__ import annotations

from uuid import UUID

from app.db import Database
from app.models import Brand
from app.queries.rivals import rivals
from app.viewer import Viewer
from tests.queries.conftest import Add


def test_the_brands_of_an_agency_are_no_competitors_of_each_other(
    db: Database, viewer: Viewer, workspace_id: UUID, add: Add
) -> None:
    ids = {name: UUID(int=n) for n, name in enumerate(("Acme", "Brumelo", "Rival", "Other"), 1)}

    def made(name: str, kind: str, competitors: list[UUID] | None = None) -> Brand:
        return Brand(
            id=ids[name], workspace_id=workspace_id, name=name, kind=kind, query="x", colour="#000000",
            competitors=competitors,
        )  # fmt: skip

    add(made("Acme", "own"), made("Brumelo", "own", [ids["Other"]]), made("Rival", "competitor"))
    add(made("Other", "competitor"))
    with db.reading() as session:
        rows = {name: session.get(Brand, (workspace_id, each)) for name, each in ids.items()}
        found = {name: [one.name for one in rivals(session, viewer, row)] for name, row in rows.items() if row}
    assert found == {
        "Acme": ["Rival", "Other"],  # nothing was chosen: every competitor
        "Brumelo": ["Other"],
        "Rival": ["Acme"],
        "Other": ["Acme", "Brumelo"],
    }
