"""All brands at a glance: what each line counts, and which workspaces a person sees."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from app.db import Database
from app.models import Brand, Member, Source, User, uuid7
from app.pipeline.keep.aggregate import EVERY_SOURCE
from app.queries.all_brands import all_brands, homes
from app.viewer import ROLE_SCOPES, Viewer
from tests.queries.conftest import Add
from tests.queries.test_reputation import START, bucket

NOW = START + timedelta(days=2)


def test_a_line_counts_the_score_its_change_and_the_sources_that_see_nothing(
    db: Database, viewer: Viewer, workspace_id: UUID, add: Add
) -> None:
    ids = [UUID(int=n) for n in (1, 2, 3)]
    brands = [
        Brand(id=each, workspace_id=workspace_id, name=name, kind=kind, query="x", colour="#000000")
        for each, name, kind in zip(ids, ("Rival", "Acme", "Brumelo"), ("competitor", "own", "own"), strict=True)
    ]
    sources = [
        Source(workspace_id=workspace_id, id=uuid7(), collector="rss", name=name, interval_seconds=900, params={},
               brand_id=brand_id, state=state, enabled=enabled)
        for name, brand_id, state, enabled in (
            ("tied", ids[1], "failing", True), ("any", None, "refused", True), ("well", None, "ok", True),
            ("off", None, "failing", False),
        )
    ]  # fmt: skip
    rows = [
        bucket(workspace_id, ids[1], day, EVERY_SOURCE, weight, promoters, detractors, "en")
        for day, promoters, detractors in ((0, 40, 10), (-31, 10, 40))
        for weight in ("stories", "mentions")
    ]
    add(*brands, *sources, *rows)
    with db.reading() as session:
        lines = all_brands(session, viewer, NOW)
    assert [line.standing.brand.name for line in lines] == ["Acme", "Brumelo", "Rival"]
    acme, quiet, _ = lines
    assert (acme.standing.verdict, acme.blind, quiet.blind) == ("up", 2, 1)
    assert acme.change == pytest.approx(120)
    assert (quiet.standing.point.mentions, quiet.change, quiet.unanswered, quiet.incidents) == (0, None, 0, 0)


def test_a_person_sees_the_brands_of_all_their_workspaces_and_a_key_those_of_its_own(
    db: Database, viewer: Viewer, elsewhere: Viewer
) -> None:
    user = User(id=uuid7(), email="ana@example.com", password_hash="x")
    with db.writing() as session:
        session.add(user)
        session.flush()
        user_id = user.id
        session.add(Member(workspace_id=elsewhere.workspace_id, user_id=user_id, role="viewer"))
    ana = Viewer(viewer.workspace_id, "ana@example.com", ROLE_SCOPES["viewer"], user_id)
    with db.reading() as session:
        assert [row.slug for row, _ in homes(session, ana)] == ["default", "others"]
        assert [each.workspace_id for _, each in homes(session, ana)] == [viewer.workspace_id, elsewhere.workspace_id]
        assert [row.slug for row, _ in homes(session, viewer)] == ["default"]
