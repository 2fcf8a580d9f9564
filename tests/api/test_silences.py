"""Silences through the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.db import Database
from tests.api.things import opened

PATH = "/api/v1/silences"


def at(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


def test_a_silence_is_made_listed_and_ended(us: Any, them: Any, brand: dict[str, Any]) -> None:
    new = {"brand_id": brand["id"], "kind": "threshold", "q": "sale", "until": at(4), "reason": "A sale"}
    answer = us.editor.post(PATH, json=new)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert {name: made[name] for name in ("brand_id", "kind", "q", "reason")} == {
        name: new[name] for name in ("brand_id", "kind", "q", "reason")
    }
    assert (made["state"], made["author"], made["suppressed"]) == (
        "running", "key:editor", {"incidents": 0, "messages": 0},
    )  # fmt: skip
    assert us.reader.get(f"{PATH}?state=running").json()["items"] == [made]
    assert us.reader.get(f"{PATH}/{made['id']}").json() == made
    assert them.reader.get(f"{PATH}/{made['id']}").status_code == 404
    assert us.reader.delete(f"{PATH}/{made['id']}").status_code == 403
    assert us.editor.delete(f"{PATH}/{made['id']}").status_code == 204
    ended = us.reader.get(f"{PATH}/{made['id']}").json()
    assert (ended["state"], ended["ended_by"]) == ("over", "key:editor")
    assert us.editor.delete(f"{PATH}/{made['id']}").status_code == 409
    assert us.reader.get(f"{PATH}?state=running").json()["items"] == []


def test_a_silence_that_has_not_begun_is_removed(us: Any) -> None:
    made = us.editor.post(PATH, json={"starts_at": at(1), "until": at(2), "reason": "Maintenance"}).json()
    assert (made["state"], made["brand_id"], made["kind"], made["q"]) == ("coming", None, None, None)
    assert us.editor.delete(f"{PATH}/{made['id']}").status_code == 204
    assert us.reader.get(f"{PATH}/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"until": at(-1)}, "until"),
        ({"until": "2026-11-22T10:00:00"}, "until"),
        ({"starts_at": at(5)}, "until"),
        ({"starts_at": at(-1)}, "starts_at"),
        ({"until": at(24 * 400)}, "until"),
        ({"q": '"open'}, "q"),
        ({"kind": "none"}, "kind"),
        ({"reason": " "}, "reason"),
        ({"reason": None}, "reason"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_with_a_silence_is_said_beside_the_field(us: Any, wrong: dict[str, Any], field: str) -> None:
    answer = us.editor.post(PATH, json={"until": at(4), "reason": "A sale", **wrong})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_the_preview_says_what_would_have_been_kept_back_and_saves_nothing(
    us: Any, db: Database, brand: dict[str, Any]
) -> None:
    rule = us.editor.post(
        "/api/v1/alert-rules", json={"name": "R", "brand_id": brand["id"], "kind": "threshold"}
    ).json()
    incident = opened(db, us.workspace_id, UUID(rule["id"]), UUID(brand["id"]))
    new = {"brand_id": brand["id"], "until": at(4), "reason": "A sale"}
    found = us.editor.post(f"{PATH}/preview", json=new).json()
    assert found["suppressed"] == {"incidents": 1, "messages": 0}
    assert ([each["id"] for each in found["incidents"]], found["days"], found["complete"]) == (
        [str(incident)],
        30,
        True,
    )
    for other in ({"kind": "volume_surge"}, {"q": "sale"}):
        wanted = {**new, **other} if "q" in other else {"days": 7, "q": "nothing"}
        assert us.editor.post(f"{PATH}/preview", json=wanted).json()["suppressed"]["incidents"] == 0
    assert us.editor.post(f"{PATH}/preview", json={"until": at(-1)}).status_code == 422
    assert us.reader.get(PATH).json()["items"] == []
