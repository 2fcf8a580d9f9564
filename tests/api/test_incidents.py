"""Incidents through the API: listed by state, taken care of, with their timeline."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from app.db import Database
from app.pipeline.tell.watch import Watch
from app.services import Services
from tests.api.things import ana_of, things_of


def test_an_incident_is_taken_care_of_until_it_is_over(us: Any, db: Database, services: Services) -> None:
    things = things_of(us, db, services)
    path = f"/api/v1/incidents/{things.incident_id}"
    [listed] = us.reader.get("/api/v1/incidents?state=open").json()["items"]
    assert (listed["id"], listed["state"], listed["brand"]["name"]) == (str(things.incident_id), "firing", "Zephyrine")
    assert us.reader.get(f"/api/v1/incidents?brand={things.brand_id}&state=resolved").json()["items"] == []
    assert us.reader.get(f"/api/v1/incidents?brand={things.rule_id}").status_code == 404
    assert us.editor.post(f"{path}/acknowledge").json()["acknowledged_by"] == "key:editor"
    ana = str(ana_of(us, db))
    assigned = us.editor.post(f"{path}/assign", json={"assignee": ana}).json()
    assert (assigned["assignee"], assigned["assignee_id"]) == ("Ana", ana)
    for nobody in ("bob", str(things.rule_id)):
        assert us.editor.post(f"{path}/assign", json={"assignee": nobody}).status_code == 422
    assert us.editor.post(f"{path}/assign", json={"assignee": None}).json()["assignee"] is None
    assert us.editor.post(f"{path}/note", json={"text": " "}).status_code == 422
    assert us.editor.post(f"{path}/note", json={"text": "called"}).is_success
    ended = us.editor.post(f"{path}/resolve").json()
    assert (ended["state"], ended["false_alarm"]) == ("resolved", False)
    assert us.editor.post(f"{path}/resolve").status_code == 409
    assert us.editor.post(f"{path}/false-alarm").json()["false_alarm"] is True
    timeline = us.reader.get(path).json()["timeline"]
    assert [(line["kind"], line["details"]) for line in timeline] == [
        ("acknowledged", {}),
        ("assigned", {"assignee": "Ana"}),
        ("assigned", {"assignee": None}),
        ("note", {"text": "called"}),
        ("resolved", {}),
        ("false_alarm", {}),
    ]
    assert us.reader.get("/api/v1/incidents?state=open").json()["items"] == []


def test_an_incident_says_that_nobody_was_notified_and_that_it_could_not_be_read(
    us: Any, db: Database, services: Services
) -> None:
    things = things_of(us, db, services)
    path = f"/api/v1/incidents/{things.incident_id}"
    assert us.reader.get(path).json()["notified_nobody"] == "undelivered"  # its only message was given up
    with db.writing() as session:
        session.execute(text("DELETE FROM delivery"))
    first = us.reader.get(path).json()
    assert (first["notified_nobody"], first["unreadable"]) == (None, False)  # its channel is told within seconds
    us.editor.patch(f"/api/v1/channels/{things.channel_id}", json={"enabled": False})
    assert us.reader.get(path).json()["notified_nobody"] == "off"
    with db.writing() as session:
        session.execute(text("UPDATE incident SET memory = '[]', explanation = '7'"))
    assert us.editor.post(f"{path}/acknowledge").json()["explanation"] == {"unreadable": 7}
    Watch(db, services.jobs, "http://vigie.example")(str(us.workspace_id), str(things.brand_id))
    [listed] = us.reader.get("/api/v1/incidents?state=resolved").json()["items"]
    assert (listed["id"], listed["state"], listed["unreadable"]) == (str(things.incident_id), "resolved", True)
    [*_, last] = us.reader.get(path).json()["timeline"]
    assert last["kind"] == "unreadable"


def test_a_person_can_end_an_incident_that_cannot_be_read(us: Any, db: Database, services: Services) -> None:
    things = things_of(us, db, services)
    with db.writing() as session:
        session.execute(text("UPDATE incident SET memory = '{}'"))
    ended = us.editor.post(f"/api/v1/incidents/{things.incident_id}/false-alarm").json()
    assert (ended["state"], ended["false_alarm"]) == ("resolved", True)
