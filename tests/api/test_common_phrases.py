"""The phrases that ship, through the API."""

from __future__ import annotations

from typing import Any

COMMON = "/api/v1/common-phrases"


def states(client: Any) -> dict[str, bool]:
    return {item["id"]: item["on"] for item in client.get(COMMON).json()["items"]}


def test_they_are_listed_and_switched(us: Any) -> None:
    [one] = [item for item in us.reader.get(COMMON).json()["items"] if item["id"] == "fr:aucun-regret"]
    assert one == {"id": "fr:aucun-regret", "text": "aucun regret", "stance": "promoter", "language": "fr", "on": True}
    off = us.editor.patch(f"{COMMON}/fr:aucun-regret", json={"on": False})
    assert (off.status_code, off.json()["on"]) == (200, False)
    assert not states(us.reader)["fr:aucun-regret"]
    assert states(us.reader)["fr:foncez"]
    us.editor.patch(COMMON, json={"on": False})
    assert not any(states(us.reader).values())
    assert all(item["on"] for item in us.editor.patch(COMMON, json={"on": True}).json()["items"])


def test_another_workspace_keeps_its_own(us: Any, them: Any) -> None:
    us.editor.patch(COMMON, json={"on": False})
    assert all(states(them.reader).values())


def test_what_does_not_ship_is_not_found(us: Any) -> None:
    assert us.editor.patch(f"{COMMON}/fr:no-such", json={"on": True}).status_code == 404
    assert us.editor.patch(f"{COMMON}/fr:foncez", json={}).status_code == 422
