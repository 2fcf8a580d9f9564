"""Quiet hours and a number for an hour put messages off, and lose none; a channel that hangs holds up no other."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from alerts.stored import message_from_json, message_to_json
from app.db import Database
from app.models import Channel, Delivery, uuid7
from app.pipeline.tell.notify import Notify
from app.pipeline.tell.pace import look_again
from app.services import Services, build
from app.settings import Settings
from tests.pipeline.tell.test_notify import FLAT, NOW, owe

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MESSAGE = message_to_json(message_from_json(FLAT))


class Receiver:
    """An address that keeps what arrives; what is posted under /slow is answered only once `released` is set."""

    def __init__(self) -> None:
        self.bodies: list[Any] = []
        self.arrived = threading.Semaphore(0)
        self.released = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                receiver.bodies.append(body["data"] | {"path": self.path})
                receiver.arrived.release()
                if self.path == "/slow":
                    receiver.released.wait(60)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def close(self) -> None:
        self.released.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    services = build(settings)
    yield services
    services.close()


def send(services: Services, now: datetime) -> int:
    return Notify(services.db, services.wire, services.seal, now=lambda: now, random=lambda: 0.0)()


def more(db: Database, number: int) -> None:
    """So many further messages to the only channel, a second apart."""
    with db.writing() as session:
        first = session.scalars(select(Delivery)).one()
        for each in range(number):
            at = NOW + timedelta(seconds=each + 1)
            row = Delivery(workspace_id=first.workspace_id, id=uuid7(), incident_id=first.incident_id)
            row.channel_id, row.why, row.sequence, row.message = first.channel_id, "reminder", each + 1, MESSAGE
            row.created_at, row.next_try_at = at, at
            session.add(row)
        first.created_at = NOW


def set_channel(db: Database, **values: Any) -> None:
    with db.writing() as session:
        session.execute(update(Channel).values(**values))


def states(db: Database) -> list[str]:
    with db.reading() as session:
        return list(session.scalars(select(Delivery.state).order_by(Delivery.created_at)))


def test_in_quiet_hours_a_message_waits_and_is_sent_afterwards(
    services: Services, workspace_id: UUID, receiver: Receiver
) -> None:
    owe(services.db, workspace_id, receiver.url, MESSAGE)
    quiet = {"start": "08:30", "end": "10:00", "timezone": None}
    set_channel(services.db, quiet_hours=quiet, timezone="Europe/Paris")  # where it is nine
    assert (send(services, NOW), receiver.bodies) == (0, [])
    assert (send(services, NOW + 59 * MINUTE), states(services.db)) == (0, ["pending"])
    assert (send(services, NOW + HOUR), states(services.db)) == (1, ["sent"])
    assert len(receiver.bodies) == 1


def test_when_the_quiet_hours_go_what_waits_is_due(services: Services, workspace_id: UUID, receiver: Receiver) -> None:
    owe(services.db, workspace_id, receiver.url, MESSAGE)
    set_channel(services.db, quiet_hours={"start": "07:00", "end": "10:00"})
    assert send(services, NOW) == 0
    set_channel(services.db, quiet_hours=None)
    with services.db.writing() as session:
        look_again(session, session.scalars(select(Channel)).one(), NOW)
    assert send(services, NOW) == 1


def test_beyond_the_number_for_an_hour_the_newest_stands_for_the_others(
    services: Services, workspace_id: UUID, receiver: Receiver
) -> None:
    owe(services.db, workspace_id, receiver.url, MESSAGE)
    more(services.db, 4)
    set_channel(services.db, max_per_hour=2)
    assert send(services, NOW + MINUTE) == 2
    assert states(services.db) == ["sent", "sent", "pending", "pending", "pending"]
    assert send(services, NOW + HOUR) == 0
    assert send(services, NOW + HOUR + 2 * MINUTE) == 1
    assert states(services.db) == ["sent", "sent", "suppressed", "suppressed", "sent"]
    assert [body.get("suppressed") for body in receiver.bodies] == [None, None, 2]
    assert send(services, NOW + 3 * HOUR) == 0


def test_a_message_of_figures_only_leaves_without_text(
    services: Services, workspace_id: UUID, receiver: Receiver
) -> None:
    owe(services.db, workspace_id, receiver.url, MESSAGE)
    set_channel(services.db, link_only=True)
    send(services, NOW)
    told = receiver.bodies[0]["explanation"]
    assert (told["samples"], told["first_mention"], told["words"], told["top_source"]) == ([], None, [], None)
    assert told["observed"] == message_from_json(MESSAGE).subject.explanation.observed


def test_a_receiver_that_hangs_holds_up_no_other_channel(
    services: Services, workspace_id: UUID, receiver: Receiver
) -> None:
    """All of the others have arrived while the first of many messages to the slow one is still being answered."""
    owe(services.db, workspace_id, f"{receiver.url}/slow", MESSAGE)
    more(services.db, 20)
    for number in range(5):
        owe(services.db, workspace_id, f"{receiver.url}/{number}", MESSAGE, name=f"B{number}", at=NOW + MINUTE)
    sending = threading.Thread(target=send, args=(services, NOW + HOUR))
    sending.start()
    for _ in range(6):
        assert receiver.arrived.acquire(timeout=60)
    paths = [body["path"] for body in receiver.bodies]
    receiver.released.set()
    sending.join()
    assert sorted(paths) == ["/0", "/1", "/2", "/3", "/4", "/slow"]
    assert states(services.db) == ["sent"] * 26
