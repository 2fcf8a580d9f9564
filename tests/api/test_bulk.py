"""The same change for many mentions, and its undo, over the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

BULK = "/api/v1/mentions/bulk"


def listed(us: Any, **filters: str) -> list[str]:
    return [one["external_id"] for one in us.reader.get("/api/v1/mentions", params=filters).json()["items"]]


def test_a_change_by_ids_is_undone_by_its_token(us: Any, said: dict[str, str]) -> None:
    ids = [said["x1"], said["x2"]]
    asked = datetime.now(UTC)
    done = us.editor.post(BULK, json={"ids": ids, "status": "closed", "stance": "passive"}).json()
    assert (done["state"], done["total"], done["updated"], done["ids"]) == ("done", 2, 2, sorted(ids))
    assert datetime.fromisoformat(done["undo_until"]) - asked < timedelta(seconds=70)
    assert listed(us, status="closed") == ["x2", "x1"]
    assert us.reader.post(f"/api/v1/undo/{done['undo']}").status_code == 403
    undone = us.editor.post(f"/api/v1/undo/{done['undo']}")
    assert (undone.status_code, undone.json()["state"], undone.json()["restored"]) == (200, "undone", 2)
    assert listed(us, status="closed") == []
    assert us.reader.get(f"{BULK}/{done['id']}").json() == undone.json()
    us.admin.patch(f"/api/v1/mentions/{said['x1']}", json={"status": "closed"})
    assert us.editor.post(f"/api/v1/undo/{done['undo']}").json() == undone.json()
    assert listed(us, status="closed") == ["x1"]


def test_a_change_by_filter_is_for_what_passed_it_then(us: Any, said: dict[str, str], brand: dict[str, Any]) -> None:
    before = us.editor.post(
        BULK, json={"filter": {"platform": "forum"}, "at": "2026-01-01T00:00:00Z", "status": "closed"}
    )
    assert before.json()["total"] == 0
    done = us.editor.post(BULK, json={"filter": {"brand": brand["id"], "language": ["en"]}, "status": "closed"}).json()
    assert (done["total"], done["ids"]) == (2, [])
    assert listed(us, status="closed") == ["x3", "x2"]
    foreign = {"filter": {"brand": "01920000-0000-7000-8000-000000000000"}, "status": "closed"}
    assert us.editor.post(BULK, json=foreign).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"status": "closed"},
        {"ids": [], "status": "closed"},
        {"ids": ["01920000-0000-7000-8000-000000000000"], "filter": {}, "status": "closed"},
        {"filter": {"colour": "red"}, "status": "closed"},
        {"filter": {"q": "(acme"}, "status": "closed"},
        {"filter": {}},
        {"filter": {}, "at": "soon", "status": "closed"},
        {"filter": {}, "assignee": "01920000-0000-7000-8000-000000000000"},
    ],
)
def test_a_change_that_is_not_clear_is_refused(us: Any, body: dict[str, Any]) -> None:
    assert us.editor.post(BULK, json=body).status_code == 422, body
