"""A stored secret goes to no other server than the one it was entered for: another one asks for it again."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from alerts.channels import all_channels
from alerts.channels.webhook import new_secret
from app.actions.secrets import destinations, secret_fields
from app.db import Database
from app.models import AuditEntry, Channel, Source
from app.services import Services
from collectors import all_collectors

SECRET = "s3cret-of-ours"
CASES: dict[str, dict[str, Any]] = {
    "appstore_connect": {
        "app_id": "123456",
        "key_id": "AB12CD34EF",
        "issuer_id": "57246542-96fe-1a63-e053-0824d011072a",
    },
    "bluesky": {"query": "acme", "username": "a.bsky.social"},
    "discourse": {"base_url": "https://forum.example", "query": "acme", "username": "ana"},
    "email": {"host": "imap.example.org", "username": "ana@example.org"},
    "facebook": {"page": "123"},
    "flarum": {"base_url": "https://forum.example", "query": "acme"},
    "google_business": {"account": "1234", "locations": ["2345"], "client_id": "c"},
    "google_places": {"query": "acme"},
    "google_play": {"package": "org.example.acme"},
    "instagram": {"account": "123"},
    "mastodon": {"query": "acme"},
    "mastodon_live": {},
    "phpbb": {"base_url": "https://board.example", "username": "ana"},
    "reddit": {"query": "acme", "client_id": "c"},
    "reddit_feed": {"query": "acme", "username": "ana"},
    "rss": {"url": "https://news.example/feed", "username": "ana"},
    "stackexchange": {"query": "acme"},
    "telegram_bot": {},
    "threads": {"query": "acme"},
    "tiktok": {"business_id": "busy"},
    "trustpilot": {"domain": "acme.example"},
    "vbulletin": {"base_url": "https://board.example", "username": "ana"},
    "x": {"query": "acme"},
    "xenforo": {"base_url": "https://board.example", "username": "ana"},
    "youtube": {"query": "acme"},
}
"""For each kind that has a secret and an address: params without the secrets, as far as they are required."""
ELSEWHERE = {"host": "imap.attacker.example", "port": 1993, "security": "starttls"}


def sending() -> dict[str, dict[str, str]]:
    """The kinds that send a secret somewhere, with the params that say where."""
    return {
        kind: destinations(declared.params, {})
        for kind, declared in all_collectors().items()
        if secret_fields(declared.params) and destinations(declared.params, {})
    }


def test_every_kind_that_sends_a_secret_is_tried_here() -> None:
    assert sorted(CASES) == sorted(sending())


@pytest.fixture
def made(services: Services, us: Any) -> Any:
    """Makes a source of a kind, with a value for every secret, whatever the kind asks of its form."""

    def make(kind: str) -> dict[str, Any]:
        model = all_collectors()[kind].params
        secrets = dict.fromkeys(secret_fields(model), SECRET)
        if kind == "email":
            secrets.pop("password")
        body = {"collector": kind, "name": kind, "params": CASES[kind] | secrets}
        answer = us.editor.post("/api/v1/sources", json=body)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found | {"secrets": set(secrets)}

    return make


@pytest.mark.parametrize("kind", sorted(CASES))
def test_another_server_asks_for_every_secret_again(made: Any, us: Any, db: Database, kind: str) -> None:
    one = made(kind)
    for name in sending()[kind]:
        params = one["params"] | {name: ELSEWHERE.get(name, "https://attacker.example")}
        refused = us.editor.patch(f"/api/v1/sources/{one['id']}", json={"params": params})
        assert refused.status_code == 422, refused.text
        assert {error["field"] for error in refused.json()["errors"]} == {f"params.{each}" for each in one["secrets"]}
        assert "enter this again" in refused.text
    with db.reading() as session:
        assert session.scalars(select(Source.params)).one() == one["params"]
    same = us.editor.patch(f"/api/v1/sources/{one['id']}", json={"params": one["params"]})
    assert (same.status_code, same.json()["has_secret"]) == (200, True)


@pytest.mark.parametrize(
    "url",
    [
        "http://news.example/feed",
        "https://news.example:8443/feed",
        "https://news.example.attacker.example/feed",
        "https://attacker.example/?https://news.example/feed",
        "https://attacker.example\u3002/feed",
    ],
)
def test_scheme_host_and_port_make_the_server(us: Any, made: Any, url: str) -> None:
    one = made("rss")
    params = {"url": url, "username": "ana"}
    for given in (params, params | {"password": ""}, params | {"password": None}, params | {"password": "*" * 10}):
        assert us.editor.patch(f"/api/v1/sources/{one['id']}", json={"params": given}).status_code == 422


@pytest.mark.parametrize("url", ["https://news.example/other?page=2", "HTTPS://NEWS.example:443/feed"])
def test_another_page_of_the_same_server_needs_no_secret_again(us: Any, made: Any, url: str) -> None:
    one = made("rss")
    changed = us.editor.patch(f"/api/v1/sources/{one['id']}", json={"params": {"url": url, "username": "ana"}})
    assert (changed.status_code, changed.json()["has_secret"]) == (200, True)


def test_a_secret_that_is_entered_again_goes_to_the_new_server(us: Any, made: Any) -> None:
    one = made("youtube")
    params = one["params"] | {"base_url": "https://other.example", "api_key": "another"}
    assert us.editor.patch(f"/api/v1/sources/{one['id']}", json={"params": params}).status_code == 200


def test_a_source_without_a_secret_goes_where_its_editor_sends_it(us: Any) -> None:
    body = {"collector": "rss", "name": "n", "params": {"url": "https://a.example/feed"}}
    one = us.editor.post("/api/v1/sources", json=body).json()
    params = {"url": "https://b.example/feed"}
    assert us.editor.patch(f"/api/v1/sources/{one['id']}", json={"params": params}).status_code == 200


def test_the_secret_that_signs_a_webhook_is_asked_for_again_for_another_receiver(us: Any) -> None:
    body = {"kind": "webhook", "name": "w", "params": {"url": "https://hook.example/path"}}
    one = us.editor.post("/api/v1/channels", json=body).json()
    there = f"/api/v1/channels/{one['id']}"
    refused = us.editor.patch(there, json={"params": {"url": "https://attacker.example/path"}})
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["params.secret"]
    assert us.editor.patch(there, json={"params": {"url": "https://hook.example/other"}}).status_code == 200


def test_every_channel_says_where_its_secrets_go() -> None:
    """A kind of channel whose address is a plain word would be one that this test file does not see."""
    for declared in all_channels().values():
        names = [name for name, field in declared.params.model_fields.items() if field.annotation is not SecretStr]
        plain = [name for name in names if name.endswith("url") and name not in destinations(declared.params, {})]
        assert set(plain) <= secret_fields(declared.params) | {"unsubscribe_url"}


def test_trying_a_source_is_written_to_the_audit_log(us: Any, db: Database) -> None:
    refused = {"collector": "rss", "params": {"url": "http://10.0.0.1/feed"}}
    assert us.editor.post("/api/v1/sources/preview", json=refused).status_code == 422
    body = {"collector": "rss", "params": {"url": "https://news.invalid/feed?token=hidden"}}
    assert us.editor.post("/api/v1/sources/preview", json=body).status_code == 422
    with db.reading() as session:
        lines = session.scalars(select(AuditEntry).where(AuditEntry.action == "source.try")).all()
        assert [line.details for line in lines] == [{"collector": "rss", "host": "news.invalid"}]
        assert session.scalars(select(Channel)).all() == []


def test_a_slack_channel_changes_from_a_webhook_to_a_token_and_back(us: Any) -> None:
    hook = {"webhook_url": "https://hooks.slack.com/services/T0/B0/x"}
    one = us.editor.post("/api/v1/channels", json={"kind": "slack", "name": "s", "params": hook}).json()
    there = f"/api/v1/channels/{one['id']}"
    bot = {"token": "xoxb-1", "channel": "#alerts"}
    changed = us.editor.patch(there, json={"params": bot})
    assert (changed.status_code, changed.json()["params"]["channel"]) == (200, "#alerts")
    back = us.editor.patch(there, json={"params": hook})
    assert (back.status_code, back.json()["params"]["channel"]) == (200, None)
    nothing = us.editor.patch(there, json={"drop_secrets": ["webhook_url"]})
    assert nothing.status_code == 422


def test_a_secret_can_be_dropped_but_not_the_one_that_signs(us: Any, db: Database, services: Services) -> None:
    new, old = new_secret(), new_secret()
    params = {"url": "https://hook.example/path", "secret": new, "previous_secret": old}
    one = us.editor.post("/api/v1/channels", json={"kind": "webhook", "name": "w", "params": params}).json()
    there = f"/api/v1/channels/{one['id']}"
    for wrong in ("secret", "url", "nothing"):
        refused = us.editor.patch(there, json={"drop_secrets": [wrong]})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "drop_secrets.0")
    assert us.editor.patch(there, json={"drop_secrets": ["previous_secret"]}).status_code == 200
    with db.reading() as session:
        row = session.scalars(select(Channel)).one()
        kept = services.seal.open(row.secrets, f"channel:{row.workspace_id}:{row.id}")
    assert kept == {"url": params["url"], "secret": new}


def test_a_source_whose_password_was_dropped_may_lead_to_another_server(us: Any, made: Any) -> None:
    one = made("rss")
    body = {"params": {"url": "https://elsewhere.example/feed"}, "drop_secrets": ["password"]}
    changed = us.editor.patch(f"/api/v1/sources/{one['id']}", json=body)
    assert (changed.status_code, changed.json()["has_secret"]) == (200, False)
