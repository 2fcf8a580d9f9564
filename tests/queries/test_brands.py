"""The brands of a workspace."""

from __future__ import annotations

from uuid import uuid4

import pytest

from app.db import Database
from app.problems import Problem
from app.queries.brands import brand, brand_ids, brands, known_brands
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import brand_row


def test_brands_are_listed_oldest_first_and_found_in_their_workspace_only(
    db: Database, viewer: Viewer, elsewhere: Viewer, add: Add
) -> None:
    first, second = brand_row(viewer.workspace_id, "Zed"), brand_row(viewer.workspace_id, "Acme")
    add(first, second, brand_row(elsewhere.workspace_id, "Zed"))
    with db.reading() as session:
        page = brands(session, viewer, limit=1)
        assert [row.name for row in page.items] == ["Zed"]
        assert [row.name for row in brands(session, viewer, page.next).items] == ["Acme"]
        assert brand(session, viewer, second.id).name == "Acme"
        assert [row.name for row in known_brands(session, viewer, [second.id, first.id])] == ["Acme", "Zed"]
        for asks, brand_id in ((elsewhere, first.id), (viewer, uuid4())):
            with pytest.raises(Problem) as missing:
                known_brands(session, asks, [brand_id])
            assert missing.value.status == 404


def test_the_ids_of_brands_are_found_by_name_in_their_workspace_only(
    db: Database, viewer: Viewer, elsewhere: Viewer, add: Add
) -> None:
    zed, acme = brand_row(viewer.workspace_id, "Zed"), brand_row(viewer.workspace_id, "Acme")
    add(zed, acme, brand_row(elsewhere.workspace_id, "Zed"))
    with db.reading() as session:
        found = brand_ids(session, viewer)
    assert list(found.items()) == [("Acme", acme.id), ("Zed", zed.id)]
