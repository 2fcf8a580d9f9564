"""Alert rules through the API."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from alerts.rules import all_rules
from app.db import Database

PATH = "/api/v1/alert-rules"


def test_a_rule_is_added_changed_and_removed(us: Any, brand: dict[str, Any]) -> None:
    kinds = us.reader.get("/api/v1/alert-rules/kinds").json()["items"]
    assert [kind["kind"] for kind in kinds] == sorted(all_rules())
    wrong = us.editor.post(PATH, json={"name": "R", "brand_id": brand["id"], "kind": "none"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "kind")
    quiet = {"start": "22:00", "end": "07:00", "timezone": "Europe/Paris"}
    new = {"name": "R", "brand_id": brand["id"], "kind": "threshold", "quiet_hours": quiet}
    made = us.editor.post(PATH, json=new).json()
    assert made["quiet_hours"] == quiet
    assert made["params"]["limit"] > 0
    path = f"{PATH}/{made['id']}"
    assert us.editor.patch(path, json={"quiet_hours": None, "enabled": False}).json()["quiet_hours"] is None
    stale = us.editor.patch(path, json={"name": "S"}, headers={"If-Match": '"1.00"'})
    assert stale.status_code == 412
    assert us.editor.post(PATH, json={**new, "channels": [brand["id"]]}).status_code == 404
    assert us.editor.delete(path).status_code == 204
    assert us.reader.get(path).status_code == 404


def test_null_is_every_channel_and_an_empty_list_is_nobody(us: Any, brand: dict[str, Any]) -> None:
    made = us.editor.post(PATH, json={"name": "R", "brand_id": brand["id"], "kind": "threshold"}).json()
    path = f"{PATH}/{made['id']}"
    assert (made["channels"], made["notifies_nobody"]) == (None, "no_channel")
    hook = {"kind": "webhook", "name": "H", "params": {"url": "https://example.com/hook"}}
    channel = us.editor.post("/api/v1/channels", json=hook).json()["id"]
    assert us.reader.get(path).json()["notifies_nobody"] is None
    for channels, why in (([], "none_chosen"), ([channel], None), (None, None)):
        changed = us.editor.patch(path, json={"channels": channels}).json()
        assert (changed["channels"], changed["notifies_nobody"]) == (channels, why)
    us.editor.patch(path, json={"channels": [channel]})
    assert us.editor.patch(path, json={"name": "S"}).json()["channels"] == [channel]
    us.editor.patch(f"/api/v1/channels/{channel}", json={"enabled": False})
    [listed] = us.reader.get(PATH).json()["items"]
    assert listed["notifies_nobody"] == "off"
    assert us.editor.patch(path, json={"channels": "all"}).status_code == 422


@pytest.mark.parametrize("column", ["params", "quiet_hours", "last_verdict"])
@pytest.mark.parametrize("value", ["7", '{"a": 1}'])
def test_a_rule_that_cannot_be_read_is_listed_with_the_others(
    us: Any, db: Database, brand: dict[str, Any], column: str, value: str
) -> None:
    for name in ("One", "Two"):
        us.editor.post(PATH, json={"name": name, "brand_id": brand["id"], "kind": "threshold"})
    with db.writing() as session:
        session.execute(text(f"UPDATE alert_rule SET {column} = CAST(:v AS jsonb) WHERE name = 'One'"), {"v": value})
    assert [rule["name"] for rule in us.reader.get(PATH).json()["items"]] == ["One", "Two"]
