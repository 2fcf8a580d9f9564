"""The addresses that others send to."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from app.auth.addresses import recognise
from app.crypto import digest
from app.db import Database
from tests.rows import source_row

TOKEN = "0123456789abcdefghij_-"


@pytest.mark.parametrize(
    "token", ["", "short", "x" * 101, "0123456789abcdefghié", "0123456789 abcdefghij", f"{TOKEN}\n"]
)
def test_what_has_not_the_shape_of_a_token_is_never_looked_up(token: str) -> None:
    assert recognise(Session(), token) is None  # a session without a database


def test_an_address_opens_its_source_for_writing_only_while_it_is_enabled(db: Database, workspace_id: UUID) -> None:
    row = source_row(workspace_id, "Typeform", address_digest=digest(TOKEN), enabled=True)
    with db.writing() as session:
        session.add(row)
        session.flush()
        found = recognise(session, TOKEN)
        assert found is not None
        assert (found.source.id, found.viewer.workspace_id, found.viewer.actor) == (
            row.id,
            workspace_id,
            "source:Typeform",
        )
        assert found.viewer.scopes == {"write"}
        assert recognise(session, TOKEN.upper()) is None
        row.enabled = False
        session.flush()
        assert recognise(session, TOKEN) is None
