"""A world that a real `vigie serve` watches, and that ends its processes without warning."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import psutil


class Site:
    """A feed that grows, and an address where webhooks arrive."""

    def __init__(self) -> None:
        self.items: list[str] = []
        self.received: Counter[str] = Counter()
        self.kinds: dict[str, str] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                etag, body = f'"{len(site.items)}"', site.feed()
                same = self.headers.get("If-None-Match") == etag
                self.send_response(304 if same else 200)
                self.send_header("ETag", etag)
                self.send_header("Content-Length", "0" if same else str(len(body)))
                self.end_headers()
                if not same:
                    self.wfile.write(body)

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                site.received[self.headers["webhook-id"]] += 1
                site.kinds[self.headers["webhook-id"]] = body["type"]
                self.send_response(204)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def publish(self, number: int, text: str, at: datetime) -> None:
        for _ in range(number):
            guid = f"urn:site:{len(self.items)}"
            self.items.append(
                f"<item><guid>{guid}</guid><description>Zephyrine {text} {len(self.items)}</description>"
                f"<pubDate>{format_datetime(at)}</pubDate></item>"
            )

    def feed(self) -> bytes:
        return f'<rss version="2.0"><channel><title>f</title>{"".join(self.items)}</channel></rss>'.encode()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def each(processes: list[psutil.Process], do: Callable[[psutil.Process], None]) -> None:
    """Does it to every process that is still there."""
    for process in processes:
        with suppress(psutil.Error):
            do(process)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Vigie:
    """`vigie serve` with its embedded database in a folder, reached over HTTP like a customer would."""

    def __init__(self, folder: Path, **settings: str) -> None:
        folder.chmod(0o755)
        self.port = free_port()
        self.environment = {
            **os.environ,
            "VIGIE_DATA_DIR": str(folder),
            "VIGIE_PORT": str(self.port),
            "VIGIE_ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
            "VIGIE_LOG_LEVEL": "warning",
            **settings,
        }
        self.environment.pop("VIGIE_DATABASE_URL", None)
        self.folder = folder
        self.log = (folder / "serve.log").open("ab")
        self.process = self._start()
        self.key = self._key()
        self.http = httpx2.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=20,
            trust_env=False,
        )

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "app", "serve"], env=self.environment, stdout=self.log, stderr=self.log
        )

    def _key(self) -> str:
        made = subprocess.run(
            [sys.executable, "-m", "app", "key", "create", "--scopes", "read,write,admin"],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert made.returncode == 0, f"{made.stderr}\n{self.told()}"
        return made.stdout.strip()

    def call(self, method: str, path: str, seconds: float = 60, **more: Any) -> Any:
        """The JSON answered, asked again while the server is away. A POST carries one Idempotency-Key."""
        if method == "POST":
            more["headers"] = {"Idempotency-Key": os.urandom(8).hex()}
        deadline = time.monotonic() + seconds
        while True:
            try:
                answer = self.http.request(method, f"/api/v1{path}", **more)
                if answer.status_code < 500:
                    assert answer.status_code < 400, answer.text
                    return answer.json() if answer.content else None
                trouble = answer.text
            except httpx2.TransportError as error:
                trouble = repr(error)
            assert time.monotonic() < deadline, f"{method} {path} still fails: {trouble}\n{self.told()}"
            time.sleep(0.2)

    def told(self) -> str:
        return (self.folder / "serve.log").read_text(errors="replace")[-4000:]

    def victims(self) -> dict[str, int]:
        """The processes that may be ended, by role."""
        found = {"web": self.process.pid}
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.Error):  # it may have ended since it was listed
                if "worker" in child.cmdline():
                    found["worker"] = child.pid
        postmaster = self.folder / "postgres" / "postmaster.pid"
        if postmaster.exists():
            found["database"] = int(postmaster.read_text().split()[0])
        return found

    def kill(self, role: str) -> None:
        """`kill -9`, and a new start when it was the web server: nobody else would do that."""
        pid = self.victims().get(role)
        if pid is None:
            return
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        if role == "web":
            self.process.wait()
            self.process = self._start()

    def freeze_database(self, seconds: float) -> None:
        """Stops every process of the database for so long, as a disk that hangs would, then lets them go on."""
        pid = self.victims().get("database")
        if pid is None:
            return
        with suppress(psutil.Error):
            server = psutil.Process(pid)
            frozen = [server, *server.children(recursive=True)]
            each(frozen, psutil.Process.suspend)
            time.sleep(seconds)
            each(frozen, psutil.Process.resume)

    def close(self) -> None:
        self.http.close()
        self.process.terminate()
        try:
            self.process.wait(60)
        finally:
            self.log.close()
            self.stop_database()

    def stop_database(self) -> None:
        """A server whose users were killed goes on running: ends it."""
        postmaster = self.folder / "postgres" / "postmaster.pid"
        if postmaster.exists():
            pid = int(postmaster.read_text().split()[0])
            if psutil.pid_exists(pid):
                os.kill(pid, signal.SIGINT)


def wait_for(true: Callable[[], bool], seconds: float, told: Callable[[], str]) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, told()
        time.sleep(0.3)


def set_up(vigie: Vigie, site: Site) -> str:
    """A brand, a feed, a webhook and a rule, by the API. Returns the id of the source."""
    brand = vigie.call("POST", "/brands", json={"name": "Zephyrine", "kind": "own", "query": "zephyrine"})
    channel = vigie.call(
        "POST", "/channels", json={"kind": "webhook", "name": "hook", "params": {"url": f"{site.url}/hook"}}
    )
    vigie.call(
        "POST",
        "/alert-rules",
        json={
            "name": "many",
            "brand_id": brand["id"],
            "kind": "threshold",
            "params": {"counted": "mentions", "measure": "count", "limit": 20, "window_hours": 24},
            "channels": [channel["id"]],
        },
    )
    params = {"collector": "rss", "name": "feed", "params": {"url": f"{site.url}/feed"}}
    source: str = vigie.call("POST", "/sources", json=params)["id"]
    return source


def hours_ago(hours: float) -> datetime:
    return datetime.now(UTC) - timedelta(hours=hours)
