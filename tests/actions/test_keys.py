"""API keys: nobody gives more than they hold, and no key ends before it begins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from app.actions.keys import NewKey, create, delete
from app.auth.keys import recognise
from app.db import Database
from app.problems import Problem
from app.viewer import Scope, Viewer

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


HERE = UUID(int=1)


def viewer(*scopes: Scope, workspace_id: UUID = HERE) -> Viewer:
    return Viewer(workspace_id, "ana@example.com", frozenset(scopes))


@pytest.mark.parametrize(
    ("maker", "scopes"),
    [(("read", "write"), ["read"]), (("admin",), ["read"]), (("admin", "read"), ["read", "write"])],
)
def test_a_key_is_not_given_more_than_its_maker_holds(maker: tuple[Scope, ...], scopes: list[Scope]) -> None:
    with pytest.raises(Problem) as refused:
        create(Session(), viewer(*maker), NewKey(name="script", scopes=scopes), NOW)
    assert refused.value.status == 403


def test_a_key_does_not_end_before_it_begins() -> None:
    with pytest.raises(Problem) as refused:
        create(Session(), viewer("admin", "read"), NewKey(name="script", scopes=["read"], expires_at=NOW), NOW)
    assert refused.value.errors[0].field == "expires_at"


def test_a_key_works_until_it_ends_or_is_revoked(db: Database, workspace_id: UUID) -> None:
    admin = viewer("admin", "read", workspace_id=workspace_id)
    new = NewKey(name="script", scopes=["read", "read"], expires_at=NOW + timedelta(days=1))
    with db.writing() as session:
        made = create(session, admin, new, NOW)
        assert made.secret.encode() not in made.row.secret_hash
        known = recognise(session, made.secret, NOW)
        assert known is not None
        assert (known.name, known.viewer.actor, known.viewer.scopes) == ("script", "key:script", {"read"})
        assert recognise(session, made.secret, NOW + timedelta(days=1)) is None
        delete(session, admin, made.row.id)
        assert recognise(session, made.secret, NOW) is None
        with pytest.raises(Problem) as missing:
            delete(session, admin, made.row.id)
        assert missing.value.status == 404
