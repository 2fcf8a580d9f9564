"""Names that are typed, and the sentence for one that nobody has."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.bootstrap import operator_of
from app.cli.names import brand_id_of, operator
from app.cli.reading import Failed
from app.db import Database
from app.models import Brand, Workspace, uuid7


def test_a_workspace_is_named_by_its_short_name(db: Database, workspace_id: UUID) -> None:
    with db.reading() as session:
        assert operator(session, "default") == operator_of(workspace_id)
        with pytest.raises(Failed, match=r"there is no workspace 'nowhere'; there is: default$"):
            operator(session, "nowhere")


def test_a_brand_is_named_within_its_workspace(db: Database, workspace_id: UUID) -> None:
    viewer, elsewhere = operator_of(workspace_id), operator_of(uuid7())
    with db.writing() as session:
        session.add(Workspace(id=elsewhere.workspace_id, slug="elsewhere", name="E"))
        session.flush()
        for name in ("Zéphyrine", "Lumette"):
            session.add(Brand(workspace_id=workspace_id, name=name, kind="own", query="x", colour="#000000"))
    with db.reading() as session:
        found = session.get(Brand, (workspace_id, brand_id_of(session, viewer, "Lumette")))
        assert found is not None
        assert found.name == "Lumette"
        with pytest.raises(Failed, match=r"there is no brand 'Nobody'; there is: Lumette, Zéphyrine$"):
            brand_id_of(session, viewer, "Nobody")
        with pytest.raises(Failed, match="there is no brand 'Lumette'; there is: none yet"):
            brand_id_of(session, elsewhere, "Lumette")
