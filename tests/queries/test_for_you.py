"""What a member was told: theirs alone, newest first, without what is gone."""

from __future__ import annotations

from app.actions import telling
from app.db import Database
from app.models import ForYou, IncidentRow, Mention
from app.queries.for_you import for_you, is_unread
from app.queries.overview import overview
from app.viewer import ROLE_SCOPES, Viewer
from tests.queries.conftest import Add
from tests.rows import NOW, brand_row, member_rows, mention_row, next_id, rule_row


def test_each_reads_their_own_in_pages_until_it_is_read(
    db: Database, viewer: Viewer, elsewhere: Viewer, add: Add
) -> None:
    here = viewer.workspace_id
    zoe, member = member_rows(here, "Zoe")
    leo, other = member_rows(here, "Leo")
    rows = [mention_row(here, f"text {n}", title="" if n else "A title") for n in range(4)]
    add(zoe, leo)
    add(member, other)
    add(*rows)
    with db.writing() as session:
        for row in rows:
            telling.tell(
                session,
                Viewer(viewer.workspace_id, "ana", ROLE_SCOPES["manager"]),
                "assigned",
                "mention",
                row.id,
                [zoe.id],
            )
        session.get_one(Mention, (here, rows[3].id)).deleted_at = NOW
    mine = Viewer(here, zoe.email, frozenset({"read"}), zoe.id)
    with db.reading() as session:
        first = for_you(session, mine, limit=2)
        second = for_you(session, mine, first.next, limit=2)
        assert [one.title for one in (*first.items, *second.items)] == ["text 2", "text 1", "A title"]
        assert first.items[0].href == f"/mentions/{rows[2].id}"
        assert for_you(session, Viewer(here, leo.email, frozenset({"read"}), leo.id)).items == []
        assert for_you(session, Viewer(elsewhere.workspace_id, "z", frozenset({"read"}), zoe.id)).items == []
        assert (overview(session, mine, NOW).for_you, overview(session, viewer, NOW).for_you) == (4, 0)
        assert is_unread(session, mine, "mention", rows[0].id)
        assert not is_unread(session, mine, "incident", rows[0].id)
    with db.writing() as session:
        telling.read(session, mine, NOW, "mention", rows[0].id)
    with db.reading() as session:
        assert (overview(session, mine, NOW).for_you, is_unread(session, mine, "mention", rows[0].id)) == (3, False)
    with db.writing() as session:
        telling.read(session, mine, NOW)
    with db.reading() as session:
        assert overview(session, mine, NOW).for_you == 0


def test_an_incident_is_told_by_its_brand_and_rule(db: Database, viewer: Viewer, add: Add) -> None:
    brand = brand_row(viewer.workspace_id, "Acme")
    rule = rule_row(brand)
    row = IncidentRow(
        id=next_id(), workspace_id=viewer.workspace_id, rule_id=rule.id, brand_id=brand.id, kind="threshold",
        state="firing", severity="warning", opened_at=NOW, explanation={}, memory={},
    )  # fmt: skip
    add(brand, rule, row)
    zoe, member = member_rows(viewer.workspace_id, "Zoe")
    add(zoe)
    add(member)
    with db.writing() as session:
        telling.tell(
            session,
            Viewer(viewer.workspace_id, "ana", ROLE_SCOPES["manager"]),
            "mentioned",
            "incident",
            row.id,
            [zoe.id],
        )
    with db.reading() as session:
        [one] = for_you(session, Viewer(viewer.workspace_id, zoe.email, frozenset({"read"}), zoe.id)).items
    assert (one.title, one.href, type(one.row)) == ("Acme · Rule of Acme", f"/alerts/{row.id}", ForYou)
