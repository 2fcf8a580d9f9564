"""Alert rules through the API."""

from __future__ import annotations

from typing import Any

from alerts.rules import all_rules

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
