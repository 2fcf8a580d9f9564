"""The step that chooses whom alerts reach."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import Database
from app.models import AlertRule, Channel
from app.web.setup_channel import first_kind


@pytest.fixture
def hook() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The address of a webhook, and what arrived there."""
    arrived: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            arrived.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/hook", arrived
        server.shutdown()
        thread.join()


@pytest.fixture
def watching(browser: TestClient) -> TestClient:
    browser.post("/setup/brand", data={"name": "Acme", "query": "acme"})
    return browser


def data(url: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "webhook",
        "name": "Hook",
        "params.url": url,
        "language": "fr",
        "timezone": "UTC",
        "enabled": "1",
        **more,
    }


def test_saving_sends_a_test_and_shows_the_secret_once(
    watching: TestClient, db: Database, hook: tuple[str, list[dict[str, Any]]]
) -> None:
    url, arrived = hook
    with db.reading() as session:
        rule = session.scalars(select(AlertRule.id)).one()
    page = watching.post("/setup/channel", data=data(url, offered=str(rule), rules=str(rule)))
    assert page.status_code == 200
    assert "whsec_" in page.text
    assert "The test message was sent to «Hook»" in page.text
    assert "is notified of: Negative buzz · Acme" in page.text
    assert [each["data"]["test"] for each in arrived] == [True]
    ready = watching.get("/setup?step=ready")
    assert "You are ready" not in ready.text  # nothing is read yet
    assert "Nothing is read yet" in ready.text
    assert "«Negative buzz · Acme» notifies Hook" in ready.text


def test_a_channel_that_does_not_answer_stays_in_its_step(watching: TestClient, db: Database) -> None:
    page = watching.post("/setup/channel", data=data("http://127.0.0.1:9/hook"))
    assert "The test message for «Hook» did not arrive" in page.text
    with db.reading() as session:
        row = session.scalars(select(Channel)).one()
    form = watching.get(f"/setup?step=alerts&channel={row.id}")
    assert f'action="/setup/channel/{row.id}"' in form.text
    changed = watching.post(f"/setup/channel/{row.id}", data=data("http://127.0.0.1:9/hook", name="Other"))
    assert "«Other» did not arrive" in changed.text


def test_a_test_that_arrives_leads_to_the_last_step(
    watching: TestClient, db: Database, hook: tuple[str, list[dict[str, Any]]]
) -> None:
    watching.post("/setup/channel", data=data(hook[0]))
    with db.reading() as session:
        row = session.scalars(select(Channel)).one()
    page = watching.post(f"/setup/channel/{row.id}/test")
    assert str(page.url).endswith("/setup?step=ready&done=tested")


def test_what_is_wrong_is_told_beside_what_was_typed(watching: TestClient) -> None:
    page = watching.post("/setup/channel", data=data("hooks", name="Mine"))
    assert page.status_code == 422
    assert 'value="Mine"' in page.text


@pytest.mark.parametrize("named", ["nonsense", "019f0000-0000-7000-8000-000000000000"])
def test_a_channel_that_is_not_there_is_told(watching: TestClient, named: str) -> None:
    assert watching.get(f"/setup?step=alerts&channel={named}").status_code == 404


def test_mail_is_offered_first_where_it_can_be_sent() -> None:
    assert first_kind(mail=True) == "email"
    assert first_kind(mail=False) != "email"
