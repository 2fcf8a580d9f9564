"""Makes a connection: looks the name up once, judges every answer, and dials an address that was judged."""

from __future__ import annotations

import queue
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpcore2

from .address import is_public
from .allowance import Allowance
from .errors import NOT_ALLOWED, Blocked, GateError, NameNotFound, TooSlow
from .url import Rules, literal

Resolve = Callable[[str, int], Sequence[str]]
"""(host, port) -> addresses, as the system prints them. Raises OSError when there are none."""

Dial = Callable[[str, int, float], socket.socket]
"""(address, port, seconds) -> a connected socket. Raises OSError."""

_LOOKUPS = threading.BoundedSemaphore(16)  # a lookup cannot be cancelled: at most this many hang at once
_LOOKUP_SECONDS = 10.0
_TRIES = 4  # addresses of one host that are dialled in turn
_TRY_SECONDS = 5.0  # for each of them but the last: a dead IPv6 route must not use up the whole time
_WRITE = 64 * 1024
_NOT_FOUND = "the name of the host was not found"


def system_resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name by the resolver of the system, in its order and without repeats."""
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


def system_dial(address: str, port: int, seconds: float) -> socket.socket:
    """A TCP connection to an address."""
    sock = socket.create_connection((address, port), timeout=seconds)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def look_up(resolve: Resolve, host: str, port: int, allowance: Allowance) -> Sequence[str]:
    """All addresses of `host`. A thread looks them up, so that a hanging name server costs no more than the time
    allowed.

    Raises NameNotFound, TooSlow.
    """
    answer: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def work() -> None:
        try:
            answer.put(resolve(host, port))
        except (OSError, UnicodeError) as error:
            answer.put(error)
        finally:
            _LOOKUPS.release()

    slow = "the name of the host could not be looked up in time"
    if not _LOOKUPS.acquire(timeout=min(_LOOKUP_SECONDS, allowance.seconds_left())):
        raise TooSlow(slow)
    threading.Thread(target=work, name="lookup", daemon=True).start()
    try:
        addresses = answer.get(timeout=min(_LOOKUP_SECONDS, allowance.seconds_left()))
    except queue.Empty:
        raise TooSlow(slow) from None
    if isinstance(addresses, Exception):
        raise NameNotFound(_NOT_FOUND) from addresses
    if not addresses:
        raise NameNotFound(_NOT_FOUND)
    return addresses


def connect(addresses: Sequence[str], port: int, dial: Dial, allowance: Allowance) -> socket.socket:
    """A connection to the first address that answers. Raises the OSError of the last one, TooSlow."""
    tried = addresses[:_TRIES]
    for address in tried[:-1]:
        try:
            return dial(address, port, min(_TRY_SECONDS, allowance.seconds_left()))
        except OSError:
            continue  # the next address of the host may answer; if none does, we raise the error of the last one
    return dial(tried[-1], port, allowance.seconds_left())


class Backend(httpcore2.NetworkBackend):
    """The part of the network that httpcore2 may reach: public addresses, and what the operator opened with `rules`
    and `proxy`."""

    def __init__(self, rules: Rules, resolve: Resolve, dial: Dial, proxy: tuple[str, int] | None = None) -> None:
        self._rules = rules
        self._resolve = resolve
        self._dial = dial
        self._proxy = proxy

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> Stream:
        """httpcore2 calls it for every new connection: also after a redirect, and after a lost keep-alive. Raises
        TooSlow, and a ConnectError that holds any other GateError."""
        assert isinstance(timeout, Allowance)
        try:
            return Stream(self.judged_socket(host, port, timeout))
        except TimeoutError as error:
            raise timeout.too_slow() from error
        except (OSError, GateError) as error:  # wrapped, because the pool clears the cause of what passes through it
            raise httpcore2.ConnectError(error) from error

    def judged_socket(self, host: str, port: int, allowance: Allowance) -> socket.socket:
        """A connection to an address that was judged. Raises Blocked, NameNotFound, TooSlow, OSError."""
        return connect(self._allowed_addresses(host, port, allowance), port, self._dial, allowance)

    def _allowed_addresses(self, host: str, port: int, allowance: Allowance) -> Sequence[str]:
        trusted = (host, port) == self._proxy or self._rules.open_to(host, port)
        if not trusted and port not in self._rules.ports:
            raise Blocked(NOT_ALLOWED)
        spelled = literal(host)
        addresses = [spelled] if spelled else look_up(self._resolve, host, port, allowance)
        if not trusted and not all(is_public(address) for address in addresses):
            raise Blocked(NOT_ALLOWED)
        return addresses


class Stream(httpcore2.NetworkStream):
    """A connection on which each read and write gets what remains of the allowance of the request it serves."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        assert isinstance(timeout, Allowance)
        self._sock.settimeout(timeout.seconds_left())
        try:
            data = self._sock.recv(max_bytes)
        except TimeoutError as error:
            raise timeout.too_slow() from error
        except OSError as error:
            raise httpcore2.ReadError(error) from error
        timeout.spend(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        assert isinstance(timeout, Allowance)
        rest = memoryview(buffer)
        while rest:
            self._sock.settimeout(timeout.seconds_left())
            try:
                sent = self._sock.send(rest[:_WRITE])
            except TimeoutError as error:
                raise timeout.too_slow() from error
            except OSError as error:
                raise httpcore2.WriteError(error) from error
            rest = rest[sent:]

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> Stream:
        assert isinstance(timeout, Allowance)
        try:
            self._sock.settimeout(timeout.seconds_left())
            return Stream(ssl_context.wrap_socket(self._sock, server_hostname=server_hostname))
        except TimeoutError as error:
            self.close()
            raise timeout.too_slow() from error
        except (OSError, ValueError) as error:  # ValueError: a host name that no certificate can hold
            self.close()
            raise httpcore2.ConnectError(error) from error

    def close(self) -> None:
        self._sock.close()

    def get_extra_info(self, info: str) -> Any:  # as typed by httpcore2
        if info == "socket":
            return self._sock
        return _is_readable(self._sock) if info == "is_readable" else None


def _is_readable(sock: socket.socket) -> bool:
    """Whether an idle connection has something to read: its end, or bytes nobody asked for."""
    if sock.fileno() < 0:
        return True
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([sock], [], [], 0)[0])
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))
