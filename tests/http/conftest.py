"""Servers on the loopback that answer with the very bytes a test wants."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.http import Gate

Answer = bytes | Callable[[socket.socket], None]


@dataclass
class Peer:
    """A server that gives `answers[path]` to each request, and keeps what it was sent."""

    answers: Mapping[str, Answer]
    tls: ssl.SSLContext | None = None
    requests: list[str] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self.ended = threading.Event()
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self.scheme = "https" if self.tls else "http"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}"

    def heads(self, name: str) -> list[str | None]:
        """The values of one header, request by request."""
        found = []
        for request in self.requests:
            lines = dict(line.lower().split(": ", 1) for line in request.split("\r\n")[1:] if ": " in line)
            found.append(lines.get(name.lower()))
        return found

    def _accept(self) -> None:
        while not self.ended.is_set():
            try:
                conn, _ = self._listener.accept()
            except OSError:
                return
            if self.ended.is_set():
                conn.close()
                return
            self.connections += 1
            self._open.append(conn)
            thread = threading.Thread(target=self._serve, args=(conn,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, conn: socket.socket) -> None:
        try:
            wrapped = self.tls.wrap_socket(conn, server_side=True) if self.tls else conn
        except OSError:
            conn.close()
            return
        with wrapped, suppress(OSError):
            while self._one(wrapped):
                pass

    def _one(self, conn: socket.socket) -> bool:
        head = b""
        while b"\r\n\r\n" not in head:
            data = conn.recv(65536)
            if not data:
                return False
            head += data
        text = head.decode("latin-1")
        self.requests.append(text)
        path = text.split(" ")[1].split("?")[0]
        answer = self.answers.get(path, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        if callable(answer):
            answer(conn)
            return False
        conn.sendall(answer)
        return b"connection: close" not in answer.lower()

    def stop(self) -> None:
        self.ended.set()
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
        self._listener.close()
        for conn in self._open:
            with suppress(OSError):
                conn.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        for conn in self._open:
            conn.close()


Serve = Callable[..., Peer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """`serve({path: answer})` starts a server; it is gone after the test."""
    peers: list[Peer] = []

    def start(answers: Mapping[str, Answer], tls: ssl.SSLContext | None = None) -> Peer:
        peers.append(Peer(answers, tls))
        return peers[-1]

    yield start
    for peer in peers:
        peer.stop()


Open = Callable[..., Gate]


@pytest.fixture
def gate_to() -> Iterator[Open]:
    """`gate_to(peer, …, deadline=1)` is a gate that may ask these servers."""
    gates: list[Gate] = []

    def make(*peers: Peer, **given: object) -> Gate:
        gates.append(Gate(**{"allowed_private_hosts": [peer.host for peer in peers], "deadline": 10.0, **given}))
        return gates[-1]

    yield make
    for gate in gates:
        gate.close()


def answer(body: bytes = b"", *headers: str, status: str = "200 OK") -> bytes:
    """A complete answer with a true length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


@pytest.fixture
def ok() -> Callable[..., bytes]:
    """`ok(body, "Name: value", …, status="301 Moved")` is a complete answer."""
    return answer


def _certificate(folder: Path, names: list[x509.GeneralName], days: int = 1) -> Path:
    """A self-signed certificate and its key in one PEM file; negative days: it has expired."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hostile.example")])
    end = datetime.now(UTC) + timedelta(days=days)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=5))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


@pytest.fixture
def certify() -> Callable[..., Path]:
    """`certify(folder, names, days)`: see `_certificate`."""
    return _certificate


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-signed certificate of 127.0.0.1, with its key."""
    return _certificate(tmp_path, [x509.IPAddress(ip_address("127.0.0.1"))])
