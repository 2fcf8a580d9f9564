"""A real reverse proxy before a real `vigie web`: wrong passwords are counted for the visitor, not for the proxy, and
nobody names an address for themselves."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from app.db import Database
from app.models import LoginAttempts

VISITOR = "203.0.113.7"
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


def wrong_password(port: int, email: str, *, come_from: str = "127.0.0.1", **headers: str) -> int:
    """Tries to log in with a wrong password. Returns the status. `come_from` is the address that the socket has."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=(come_from, 0))
    body = urlencode({"email": email, "password": "not the right one"})
    connection.request("POST", "/login", body, {**FORM, "Host": "localhost", **headers})
    status = connection.getresponse().status
    connection.close()
    return status


class Proxy(BaseHTTPRequestHandler):
    """Passes a request on as nginx does with `proxy_add_x_forwarded_for`, as if it came from VISITOR."""

    behind = 0

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        before = self.headers.get("x-forwarded-for")
        seen = f"{before}, {VISITOR}" if before else VISITOR
        connection = http.client.HTTPConnection("127.0.0.1", self.behind, timeout=30)
        connection.request("POST", self.path, body, {**dict(self.headers), "X-Forwarded-For": seen})
        self.send_response(connection.getresponse().status)
        self.send_header("Content-Length", "0")
        self.end_headers()
        connection.close()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def web(db: Database, tmp_path: Path) -> Iterator[int]:
    """The port of a `vigie web` that trusts a proxy at 127.0.0.1, and no other."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    given = {
        "VIGIE_DATABASE_URL": db.url,
        "VIGIE_SECRET_KEY": "a secret key for tests only",
        "VIGIE_DATA_DIR": str(tmp_path / "data"),
        "VIGIE_PORT": str(port),
        "VIGIE_TRUSTED_PROXIES": "127.0.0.1",
    }
    bare = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "app", "web"], env=bare | given, stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not answers(port):
            time.sleep(0.2)
        yield port
        process.terminate()
        process.wait(40)


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@pytest.fixture
def proxy(web: int) -> Iterator[int]:
    """The port of a proxy before it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Before", (Proxy,), {"behind": web}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def counted(db: Database) -> dict[str, int]:
    """The wrong passwords by the address that they are counted for."""
    with db.reading() as session:
        rows = session.execute(select(LoginAttempts.subject, LoginAttempts.failures))
        return {who.removeprefix("address:"): number for who, number in rows if who.startswith("address:")}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux answers on the whole of 127.0.0.0/8")
def test_wrong_passwords_are_counted_for_the_visitor(db: Database, web: int, proxy: int) -> None:
    assert wrong_password(proxy, "ana@example.org") == 401
    assert counted(db) == {VISITOR: 1}
    forged = {"X-Forwarded-For": "198.51.100.9"}
    assert wrong_password(proxy, "bea@example.org", **forged) == 401
    assert counted(db) == {VISITOR: 2}, "what a visitor writes before the proxy's own word is not believed"
    assert wrong_password(web, "cleo@example.org", come_from="127.0.0.2", **forged) == 401
    assert counted(db) == {VISITOR: 2, "127.0.0.2": 1}, "who is no proxy of ours cannot name an address"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux answers on the whole of 127.0.0.0/8")
def test_one_visitor_who_guesses_does_not_lock_the_others_out(db: Database, web: int, proxy: int) -> None:
    statuses = [wrong_password(proxy, f"guess{n}@example.org") for n in range(24)]
    assert statuses[:20] == [401] * 20
    assert 429 in statuses[20:]
    assert wrong_password(web, "dora@example.org") == 401
