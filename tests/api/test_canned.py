"""Canned answers over the API."""

from __future__ import annotations

from typing import Any

ANSWERS = "/api/v1/canned-answers"


def test_an_answer_is_added_changed_and_deleted(us: Any) -> None:
    made = us.editor.post(ANSWERS, json={"name": "Thanks", "text": "Thank you, {author}!"})
    assert made.status_code == 201, made.text
    path = f"{ANSWERS}/{made.json()['id']}"
    assert us.reader.get(ANSWERS).json()["items"] == [made.json()]
    assert us.reader.get(path).json() == made.json()
    changed = us.editor.patch(path, json={"text": "Thanks!"}, headers={"If-Match": made.headers["etag"]})
    assert (changed.json()["text"], changed.json()["version"]) == ("Thanks!", 2)
    assert us.editor.patch(path, json={"text": "x"}, headers={"If-Match": made.headers["etag"]}).status_code == 412
    assert us.editor.post(ANSWERS, json={"name": "x", "text": "{price}"}).status_code == 422
    assert us.editor.delete(path).status_code == 204
    assert us.reader.get(path).status_code == 404
