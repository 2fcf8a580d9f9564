"""Saved views over the API."""

from __future__ import annotations

from typing import Any

VIEWS = "/api/v1/views"


def test_a_view_is_saved_counted_changed_and_removed(us: Any, said: dict[str, str], brand: dict[str, Any]) -> None:
    given = us.reader.get(VIEWS).json()["items"]
    assert [(one["given"], one["count"]) for one in given] == [("to_answer", 2), ("mine", None), ("overdue", 2)]
    made = us.editor.post(VIEWS, json={"name": "Forum", "filter": {"platform": "forum", "brand": [brand["id"]]}})
    assert made.status_code == 201, made.text
    view = made.json()
    assert (view["count"], view["shared"], view["filter"]["platform"]) == (2, True, ["forum"])
    path = f"{VIEWS}/{view['id']}"
    changed = us.editor.patch(path, json={"filter": {"platform": ["blog"]}, "name": "Blogs"})
    assert (changed.json()["count"], changed.json()["version"]) == (1, 2)
    stale = us.editor.delete(path, headers={"If-Match": made.headers.get("etag", '"1.0"')})
    assert stale.status_code == 412
    assert us.editor.delete(path).status_code == 204
    assert us.editor.delete(f"{VIEWS}/{given[0]['id']}").status_code == 204
    assert [one["given"] for one in us.reader.get(VIEWS).json()["items"]] == ["mine", "overdue"]


def test_filters_that_mean_nothing_are_refused(us: Any) -> None:
    for filters in ({"colour": "red"}, {"stance": "glad"}, "all"):
        assert us.editor.post(VIEWS, json={"name": "x", "filter": filters}).status_code == 422
    assert us.reader.post(VIEWS, json={"name": "x", "filter": {}}).status_code == 403


def test_the_new_filters_of_the_feed_narrow_it(us: Any, said: dict[str, str]) -> None:
    us.editor.patch(f"/api/v1/mentions/{said['x1']}", json={"status": "answered", "tags": ["sav"]})

    def found(**filters: Any) -> list[str]:
        answer = us.reader.get("/api/v1/mentions", params=filters)
        assert answer.status_code == 200, answer.text
        return [one["external_id"] for one in answer.json()["items"]]

    assert found(tag="sav") == ["x1"]
    assert found(unanswered=True) == found(overdue=True) == ["x4", "x3", "x2"]
    assert found(assignee="none") == ["x4", "x3", "x2", "x1"]
    assert found(copies=2) == []
    assert "x2" in found(confidence=0.5)
    assert us.reader.get("/api/v1/mentions?assignee=me").status_code == 422
    one = us.reader.get(f"/api/v1/mentions/{said['x1']}").json()
    assert one["answered_at"]
    assert one["answered_after_seconds"] > 0
