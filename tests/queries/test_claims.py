"""Who is looking at which mention."""

from __future__ import annotations

from datetime import timedelta

from app.db import Database
from app.models import Claim
from app.queries.claims import looking
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import NOW, member_rows, mention_row


def test_names_are_listed_by_mention_and_only_while_the_claim_holds(db: Database, viewer: Viewer, add: Add) -> None:
    here = viewer.workspace_id
    (ana, first), (ben, second) = member_rows(here, "Ana"), member_rows(here, "", email="ben@example.com")
    one, two = mention_row(here, "one"), mention_row(here, "two")
    add(ana, ben, first, second, one, two)
    soon, past = NOW + timedelta(minutes=1), NOW - timedelta(minutes=1)
    for mention, user, until in ((one, ana, soon), (one, ben, soon), (two, ana, past)):
        add(Claim(workspace_id=here, mention_id=mention.id, user_id=user.id, until=until))
    with db.reading() as session:
        assert looking(session, viewer, [one.id, two.id], NOW) == {one.id: ["Ana", "ben@example.com"]}
        assert looking(session, viewer, [], NOW) == {}
