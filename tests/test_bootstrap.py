"""What runs before anybody can log in."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.bootstrap import ensure_default_workspace, has_account, is_unused, operator_of, workspaces
from app.db import Database
from app.models import Base, Brand, Source, User, Workspace, uuid7


def test_the_default_workspace_is_made_once(db: Database, workspace_id: UUID) -> None:
    with db.writing() as session:
        ensure_default_workspace(session)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Workspace)) == 1
        assert workspaces(session) == {"default": workspace_id}


def test_workspaces_are_listed_by_their_short_names(db: Database, workspace_id: UUID) -> None:
    ids = {"zoo": uuid7(), "atelier": uuid7()}
    with db.writing() as session:
        session.add_all(Workspace(id=key, slug=slug, name=slug) for slug, key in ids.items())
    with db.reading() as session:
        assert list(workspaces(session)) == ["atelier", "default", "zoo"]
        assert workspaces(session) == ids | {"default": workspace_id}


def test_the_operator_may_do_everything_in_one_workspace() -> None:
    viewer = operator_of(here := uuid7())
    assert (viewer.workspace_id, viewer.actor, viewer.user_id) == (here, "cli", None)
    assert viewer.scopes == {"read", "write", "admin"}


@pytest.mark.parametrize(
    ("row", "account"),
    [
        (lambda _: User(email="ana@example.com", password_hash="x"), True),
        (lambda here: Brand(workspace_id=here, name="B", kind="own", query="b", colour="#000000"), False),
        (lambda here: Source(workspace_id=here, collector="rss", name="s", params={}, interval_seconds=60), False),
    ],
    ids=["account", "brand", "source"],
)
def test_an_account_a_brand_or_a_source_shows_that_somebody_was_here(
    db: Database, workspace_id: UUID, row: Callable[[UUID], Base], account: bool
) -> None:
    with db.reading() as session:
        assert (is_unused(session), has_account(session)) == (True, False)
    with db.writing() as session:
        session.add(row(workspace_id))
    with db.reading() as session:
        assert (is_unused(session), has_account(session)) == (False, account)
