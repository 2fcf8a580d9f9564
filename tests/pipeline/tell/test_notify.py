"""What is owed is sent, whichever version wrote it down."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from structlog.testing import capture_logs

from alerts.base import DeliveryError, Verdict
from alerts.channels.webhook import payload
from alerts.incident import Policy, step, to_json
from alerts.stored import message_from_json, message_to_json
from app.db import Database
from app.models import AlertRule, Brand, Channel, Delivery, IncidentEvent, IncidentRow, uuid7
from app.pipeline.tell.notify import RETRIES, Notify, next_pause
from app.services import Services, build
from app.settings import Settings

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
FLAT = json.loads((Path(__file__).parents[2] / "alerts/stored/flat_message.json").read_text(encoding="utf-8"))


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    services = build(settings)
    yield services
    services.close()


@pytest.fixture
def received() -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    """An address, and the id and body of each webhook that arrived there."""
    arrived: list[tuple[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            arrived.append((self.headers["webhook-id"], json.loads(body)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/hook", arrived
        server.shutdown()
        thread.join()


def owe(
    db: Database, workspace_id: UUID, url: str, message: dict[str, Any], name: str = "Lumen", at: datetime = NOW
) -> None:
    """Writes a delivery that is due, and all it hangs on."""
    own = {"workspace_id": workspace_id}
    with db.writing() as session:
        brand = Brand(**own, id=uuid7(), name=name, kind="own", query="lumen", colour="#000000")
        channel = Channel(**own, id=uuid7(), kind="webhook", name=f"hook of {name}", params={"url": url})
        session.add_all([brand, channel])
        session.flush()
        rule = AlertRule(
            **own, id=uuid7(), brand_id=brand.id, kind="negative_spike", name=f"Bad buzz of {name}", params={}
        )
        session.add(rule)
        session.flush()
        memory, _ = step(None, Verdict(True, 4.0, 3.0), NOW, Policy())
        assert memory is not None
        incident = IncidentRow(
            **own, id=uuid7(), rule_id=rule.id, brand_id=brand.id, kind=rule.kind, state="firing", severity="warning",
            opened_at=NOW, explanation={}, memory=to_json(memory),
        )  # fmt: skip
        session.add(incident)
        session.flush()
        where = {"incident_id": incident.id, "channel_id": channel.id, "next_try_at": at}
        session.add(Delivery(**own, id=uuid7(), why="opened", sequence=1, message=message, **where))


@pytest.mark.parametrize("stored", [FLAT, message_to_json(message_from_json(FLAT))], ids=["older shape", "our shape"])
def test_a_delivery_that_waits_is_sent_with_its_id_and_facts(
    services: Services, workspace_id: UUID, received: tuple[str, list[tuple[str, Any]]], stored: dict[str, Any]
) -> None:
    url, arrived = received
    owe(services.db, workspace_id, url, stored)
    assert Notify(services.db, services.wire, services.seal, now=lambda: NOW, random=lambda: 0.0)() == 1
    assert arrived == [("0192-m1", payload(message_from_json(FLAT)))]
    with services.db.reading() as session:
        row = session.scalars(select(Delivery)).one()
    assert (row.state, row.attempts, row.sent_at) == ("sent", 1, NOW)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE delivery SET message = '{}'", "this message can no longer be read"),
        ("UPDATE delivery SET message = '[1]'", "this message can no longer be read"),
        ("UPDATE channel SET params = '{}'", "the settings of this channel are no longer valid"),
        ("UPDATE channel SET params = '7'", "the settings of this channel are no longer valid"),
        ("UPDATE channel SET kind = 'pigeon'", "this version of Vigie knows no channel of this kind"),
    ],
)
def test_what_cannot_be_read_is_given_up_and_holds_up_no_other_message(
    services: Services, workspace_id: UUID, received: tuple[str, list[tuple[str, Any]]], statement: str, why: str
) -> None:
    url, arrived = received
    owe(services.db, workspace_id, url, FLAT)
    with services.db.writing() as session:
        session.execute(text(statement))
    owe(services.db, workspace_id, url, FLAT, name="Halo", at=NOW + timedelta(seconds=1))
    with capture_logs() as logs:
        send = Notify(services.db, services.wire, services.seal, now=lambda: NOW + HOUR, random=lambda: 0.0)
        assert (send(), send()) == (2, 0)
    assert [name for name, _ in arrived] == ["0192-m1"]
    assert logs == []
    with services.db.reading() as session:
        rows = session.scalars(select(Delivery).order_by(Delivery.next_try_at)).all()
        assert [(row.state, row.last_error) for row in rows] == [("dead", why), ("sent", None)]
        assert session.scalars(select(IncidentEvent.kind)).all() == ["undelivered"]


@pytest.mark.parametrize(
    ("attempts", "error", "pause"),
    [
        (1, DeliveryError("no answer"), RETRIES[0]),
        (2, DeliveryError("no answer"), RETRIES[1]),
        (len(RETRIES), DeliveryError("no answer"), RETRIES[-1]),
        (len(RETRIES) + 1, DeliveryError("no answer"), None),
        (1, DeliveryError("wait", wait=timedelta(minutes=2)), timedelta(minutes=2)),
        (4, DeliveryError("wait", wait=timedelta(minutes=2)), RETRIES[3]),
        (1, DeliveryError("the token was refused", permanent=True), None),
        (1, DeliveryError("gone for ever", gone=True), None),
    ],
)
def test_a_failed_delivery_is_tried_again_after_a_pause_unless_that_is_useless(
    attempts: int, error: DeliveryError, pause: timedelta | None
) -> None:
    assert next_pause(attempts, error, lambda: 0.0) == pause


def test_the_pause_is_a_tenth_longer_at_most() -> None:
    assert next_pause(1, DeliveryError("no answer"), lambda: 1.0) == RETRIES[0] * 1.1
