"""The members that a form offers; a name that is no member's is kept until somebody chooses another."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select, update
from starlette.datastructures import FormData
from starlette.testclient import TestClient

from app.actions import rules
from app.db import Database
from app.models import Brand, IncidentRow, Mention, User
from app.services import Services
from app.viewer import Viewer
from app.web.assignees import chosen_assignee
from app.web.forms import SentForm
from tests.api.things import opened
from tests.rows import member_rows
from tests.web.conftest import EMAIL

Say = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("sent", "changes"),
    [({}, {}), ({"assignee": "="}, {}), ({"assignee": ""}, {"assignee": None}), ({"assignee": "x"}, {"assignee": "x"})],
)
def test_a_kept_name_changes_nothing(sent: dict[str, str], changes: dict[str, str | None]) -> None:
    assert chosen_assignee(SentForm(FormData(sent))) == changes


def test_a_name_from_before_stays_until_a_member_is_chosen(browser: TestClient, say: Say, db: Database) -> None:
    [one] = say({"text": "Brumelo never answers"})
    with db.writing() as session:
        session.execute(update(Mention).values(assignee="Le stagiaire"))
        me = session.scalars(select(User)).one().id
    page = browser.get(f"/mentions/{one}").text
    assert '<option value="=" selected>Le stagiaire</option>' in page.replace("  ", "")
    assert page.index(f'<option value="{me}"') < page.index("</select>", page.index('id="assignee"'))
    browser.post(f"/mentions/{one}", data={"status": "new", "assignee": "=", "tags": "x"})
    assert names(db) == ("Le stagiaire", None)
    browser.post(f"/mentions/{one}", data={"status": "new", "assignee": str(me), "tags": "x"})
    assert names(db) == (EMAIL, me)


def names(db: Database) -> tuple[str | None, UUID | None]:
    with db.reading() as session:
        row = session.scalars(select(Mention)).one()
        return row.assignee, row.assignee_id


def test_an_incident_is_assigned_from_the_same_list(
    browser: TestClient, db: Database, services: Services, viewer: Viewer, brand: Brand
) -> None:
    zoe, member = member_rows(viewer.workspace_id, "Zoé")
    with db.writing() as session:
        session.add(zoe)
        session.flush()
        session.add(member)
        new = rules.NewRule(name="Too many", brand_id=brand.id, kind="threshold")
        rule = rules.create(session, viewer, new, services.jobs)
    path = f"/alerts/{opened(db, viewer.workspace_id, rule.id, brand.id)}"
    assert "Assigned to Zoé" in browser.post(f"{path}/assign", data={"assignee": str(zoe.id)}).text
    wrong = browser.post(f"{path}/assign", data={"assignee": str(viewer.workspace_id)})
    assert (wrong.status_code, "This is no member of the workspace." in wrong.text) == (422, True)
    with db.reading() as session:
        assert session.scalars(select(IncidentRow.assignee_id)).one() == zoe.id
