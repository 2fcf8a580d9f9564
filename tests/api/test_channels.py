"""Channels: their secrets, and the message that tests one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.db import Database
from app.models import Channel
from app.services import Services
from app.settings import Settings
from tests.api.site import Site
from tests.api.things import stored


@pytest.fixture
def settings(settings: Settings, site: str) -> Settings:
    """The gate lets this site through, and nothing else that is private."""
    return Settings(**{**settings.model_dump(), "allowed_private_hosts": (site.removeprefix("http://"),)})


SECRET = "whsec_" + "QUJD" * 10


def test_the_secret_of_a_webhook_is_made_once_shown_once_and_sealed(us: Any, db: Database, site: str) -> None:
    answer = us.editor.post(
        "/api/v1/channels", json={"kind": "webhook", "name": "Hook", "params": {"url": f"{site}/hook"}}
    )
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["secret"].startswith("whsec_")
    assert made["params"] == {"url": f"{site}/**********"}
    for path in ("/api/v1/channels", f"/api/v1/channels/{made['id']}", "/api/v1/audit-log"):
        assert made["secret"] not in us.admin.get(path).text
    row = stored(db, Channel, made["id"])
    assert made["secret"][6:].encode() not in (row.secrets or b"")
    assert made["secret"] not in json.dumps(row.params)


def test_a_secret_that_is_given_is_not_shown_again(us: Any, services: Services, db: Database, site: str) -> None:
    params = {"url": f"{site}/hook", "secret": SECRET}
    made = us.editor.post("/api/v1/channels", json={"kind": "webhook", "name": "H", "params": params})
    assert SECRET not in made.text
    assert (made.json()["secret"], made.json()["has_secret"]) == (None, True)
    path = f"/api/v1/channels/{made.json()['id']}"
    for given in ({}, {"secret": "**********"}, {"secret": None}, {"secret": ""}):
        changed = us.editor.patch(path, json={"params": {"url": f"{site}/hook"} | given})
        assert changed.status_code == 200, changed.text
        assert opened(services, db, made.json()["id"]) == {"secret": SECRET, "url": f"{site}/hook"}
    other = SECRET[:-4] + "QUJE"
    us.editor.patch(path, json={"params": {"url": f"{site}/hook", "secret": other}})
    assert opened(services, db, made.json()["id"]) == {"secret": other, "url": f"{site}/hook"}


def test_a_wrong_secret_is_not_repeated_in_the_refusal(us: Any) -> None:
    params = {"url": "https://example.com/hook", "secret": "my-very-own-password"}
    answer = us.editor.post("/api/v1/channels", json={"kind": "webhook", "name": "H", "params": params})
    assert answer.status_code == 422
    assert "my-very-own-password" not in answer.text


def test_a_test_message_is_sent_now_and_says_that_it_is_one(us: Any, site: str) -> None:
    made = us.editor.post(
        "/api/v1/channels", json={"kind": "webhook", "name": "H", "params": {"url": f"{site}/hook"}}
    ).json()
    answer = us.editor.post(f"/api/v1/channels/{made['id']}/test")
    assert answer.json()["delivered"] is True, answer.text
    ((headers, body),) = Site.taken
    assert json.loads(body)["data"]["test"] is True
    assert headers["webhook-signature"].startswith("v1,")
    assert us.reader.get(f"/api/v1/channels/{made['id']}").json()["last_sent_at"] is not None


def test_a_test_that_fails_says_why(us: Any, site: str) -> None:
    made = us.editor.post(
        "/api/v1/channels", json={"kind": "webhook", "name": "H", "params": {"url": f"{site}/broken"}}
    ).json()
    answer = us.editor.post(f"/api/v1/channels/{made['id']}/test").json()
    assert answer["delivered"] is False
    assert answer["detail"]
    assert us.reader.get(f"/api/v1/channels/{made['id']}").json()["last_error"] == answer["detail"]


def test_a_channel_that_goes_leaves_the_rules_that_named_it(us: Any, brand: dict[str, Any]) -> None:
    hook = {"kind": "webhook", "name": "H", "params": {"url": "https://example.com/hook"}}
    made = us.editor.post("/api/v1/channels", json=hook).json()
    body = {"name": "R", "brand_id": brand["id"], "kind": "threshold", "channels": [made["id"]]}
    rule = us.editor.post("/api/v1/alert-rules", json=body).json()
    assert rule["channels"] == [made["id"]]
    assert us.editor.delete(f"/api/v1/channels/{made['id']}").status_code == 204
    left = us.reader.get(f"/api/v1/alert-rules/{rule['id']}").json()
    assert (left["channels"], left["notifies_nobody"]) == ([], "none_chosen")


def opened(services: Services, db: Database, channel_id: str) -> dict[str, str]:
    row = stored(db, Channel, channel_id)
    return services.seal.open(row.secrets, f"channel:{row.workspace_id}:{row.id}")


def test_a_channel_says_what_it_wants_to_hear_when_and_how_much(us: Any) -> None:
    hook = {"kind": "webhook", "name": "H", "params": {"url": "https://example.com/hook"}}
    plain = us.editor.post("/api/v1/channels", json=hook).json()
    assert plain["events"] == ["opened", "worsened", "reminder", "resolved"]
    assert (plain["quiet_hours"], plain["max_per_hour"], plain["link_only"]) == (None, None, False)
    wishes = {
        "events": ["resolved", "opened", "opened"],
        "quiet_hours": {"start": "22:00", "end": "07:00"},
        "max_per_hour": 5,
        "link_only": True,
    }
    made = us.editor.post("/api/v1/channels", json=hook | wishes | {"name": "H2"}).json()
    assert made["events"] == ["opened", "resolved"]
    assert made["quiet_hours"] == {"start": "22:00", "end": "07:00", "timezone": None}
    assert (made["max_per_hour"], made["link_only"]) == (5, True)
    path = f"/api/v1/channels/{made['id']}"
    changed = us.editor.patch(path, json={"quiet_hours": None, "max_per_hour": None, "events": ["opened"]}).json()
    assert (changed["quiet_hours"], changed["max_per_hour"], changed["events"]) == (None, None, ["opened"])
    assert changed["link_only"] is True
    for wrong in (
        {"events": []},
        {"events": ["shouted"]},
        {"max_per_hour": 0},
        {"quiet_hours": {"start": "22:00", "end": "22:00"}},
        {"quiet_hours": {"start": "25:00", "end": "07:00"}},
    ):
        refused = us.editor.patch(path, json=wrong)
        assert (refused.status_code, refused.json()["errors"][0]["field"].split(".")[0]) == (422, next(iter(wrong)))


def test_a_test_of_figures_only_carries_no_text(us: Any, site: str) -> None:
    params = {"url": f"{site}/hook"}
    body = {"kind": "webhook", "name": "H", "params": params, "link_only": True}
    made = us.editor.post("/api/v1/channels", json=body).json()
    assert us.editor.post(f"/api/v1/channels/{made['id']}/test").json()["delivered"] is True
    assert json.loads(Site.taken[-1][1])["data"]["explanation"]["samples"] == []
