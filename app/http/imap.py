"""Opens mailboxes by IMAP, over a connection that is judged and dialled like any other."""

from __future__ import annotations

import imaplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Literal

import httpcore2
import httpx2

from .allowance import Allowance, megabytes
from .dial import Backend, Dial, Resolve
from .errors import (
    NOT_ALLOWED,
    BadAnswer,
    BadCertificate,
    Blocked,
    CutShort,
    TooLarge,
    TooSlow,
    Unreachable,
    as_gate_error,
)
from .url import Rules, check_target

Security = Literal["tls", "starttls", "none"]
PORTS = frozenset({143, 993})
MOST_BYTES = 40 * 1024 * 1024
"""Bytes that the answer to one command may have: an encoded message of 25 MB, with its envelope."""
SILENCE = 30.0
"""Seconds for which a server may send nothing at all."""


class Mailboxes:
    """Opens mailboxes: on ports 143 and 993 of public hosts, and at the addresses that the operator opened.

    The operator's proxy does not speak IMAP, so the connection is direct, like the one that sends mails.
    """

    def __init__(self, rules: Rules, resolve: Resolve, dial: Dial, context: ssl.SSLContext) -> None:
        self._rules = Rules(PORTS, rules.private)
        self._backend = Backend(self._rules, resolve, dial)
        self._context = context

    def open(self, host: str, port: int, tls: Security, seconds: float) -> Mailbox:
        """Connects to `host`, encrypted as `tls` says, without logging in. Raises GateError."""
        name = self._check(host, port, tls)
        box = Mailbox(name, port, tls, self._dial, self._context, seconds)
        try:
            if tls == "starttls":
                box.encrypt()
        except BaseException:
            box.shutdown()
            raise
        return box

    def _check(self, host: str, port: int, tls: Security) -> str:
        """The name of the host in ASCII. Raises Blocked."""
        try:
            url = httpx2.URL(scheme="https", host=host, port=port, path="/")
        except (httpx2.InvalidURL, UnicodeError, ValueError, TypeError) as error:
            raise Blocked(f"{NOT_ALLOWED}: it is not well formed") from error
        check_target(url, self._rules)
        name = url.raw_host.decode("ascii")
        if tls == "none" and not self._rules.open_to(name, port):
            raise Blocked(f"{NOT_ALLOWED} without encryption: choose TLS, or STARTTLS")
        return name

    def _dial(self, host: str, port: int, allowance: Allowance) -> socket.socket:
        try:
            stream = self._backend.connect_tcp(host, port, timeout=allowance)
        except httpcore2.ConnectError as error:
            failure = as_gate_error(error)
            raise failure from failure.__cause__
        return stream.get_extra_info("socket")  # type: ignore[no-any-return] # as typed by httpcore2


class Mailbox(imaplib.IMAP4):
    """One connection. A NO of the server is an `IMAP4.error`, as in imaplib; a failure of the connection is a
    GateError.

    `seconds` bounds the time spent waiting for the server in all: the time between two commands is not counted.
    """

    def __init__(
        self,
        host: str,
        port: int,
        tls: Security,
        dial: Callable[[str, int, Allowance], socket.socket],
        context: ssl.SSLContext,
        seconds: float,
    ) -> None:
        self._dial, self._context, self._mode = dial, context, tls
        self._allowance, self._idle_since, self._in_exchange = Allowance(seconds, 0), time.monotonic(), False
        self._socket: socket.socket | None = None
        self._read = 0
        try:
            with self._exchange():
                super().__init__(host, port)
        except imaplib.IMAP4.error as error:
            self._close_socket()
            if "BYE" in str(error):
                raise Unreachable(
                    "the mail server turned us away: it is closing, or has too many connections"
                ) from None
            raise BadAnswer("this server does not speak IMAP: check its name and its port") from error
        except BaseException:
            self._close_socket()
            raise

    def encrypt(self) -> None:
        """STARTTLS. Raises BadCertificate when the server does not offer it; nothing secret was sent yet."""
        with self._exchange():
            if "STARTTLS" not in self.capabilities:
                raise BadCertificate("the mail server offers no encryption on this port: choose TLS, on port 993")
            try:
                self.starttls(self._context)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:
                raise BadCertificate("the mail server did not begin to encrypt: choose TLS, on port 993") from error

    def _create_socket(self, timeout: float | None) -> socket.socket:
        sock = self._dial(self.host, self.port, self._allowance)
        self._socket = sock.dup()
        sock.settimeout(min(SILENCE, self._allowance.seconds_left()))
        return self._context.wrap_socket(sock, server_hostname=self.host) if self._mode == "tls" else sock

    def _simple_command(self, name: str, *args: Any) -> tuple[str, list[Any]]:
        with self._exchange():
            answer: tuple[str, list[Any]] = super()._simple_command(name, *args)  # type: ignore[misc] # not in its stub
            return answer

    @contextmanager
    def _exchange(self) -> Iterator[None]:
        """A command and its answer: bounds their time and their bytes, and turns a failure into a GateError."""
        if self._in_exchange:
            yield
            return
        self._allowance.forgive(time.monotonic() - self._idle_since)
        # A timer, because the time-out of a socket bounds a single read.
        timer = threading.Timer(self._allowance.seconds_left(), self._cut)
        timer.daemon = True
        self._in_exchange, self._read = True, 0
        timer.start()
        try:
            yield
        except (OSError, imaplib.IMAP4.abort) as error:
            raise self._failure(error) from error
        finally:
            timer.cancel()
            self._in_exchange, self._idle_since = False, time.monotonic()

    def read(self, size: int) -> bytes:
        self._count(size)
        return super().read(size)

    def readline(self) -> bytes:
        line = super().readline()
        self._count(len(line))
        return line

    def _count(self, size: int) -> None:
        self._read += size
        if self._read > MOST_BYTES:
            raise TooLarge(f"the mail server sent more than {megabytes(MOST_BYTES)} at once: nothing was read")

    def _failure(self, error: Exception) -> Exception:
        if self._allowance.is_over:
            return self._allowance.too_slow()
        if isinstance(error, TimeoutError):
            return TooSlow("the mail server stopped answering")
        if isinstance(error, ssl.SSLError):
            return as_gate_error(httpcore2.ConnectError(error))
        if isinstance(error, imaplib.IMAP4.abort) and "unexpected" in str(error):
            return BadAnswer("this server does not speak IMAP: check its name and its port")
        return CutShort("the connection to the mail server was lost")

    def _cut(self) -> None:
        """Ends the connection, from another thread, while something waits for it."""
        if self._socket is not None:
            with suppress(OSError):  # it may be closed already
                self._socket.shutdown(socket.SHUT_RDWR)

    def shutdown(self) -> None:
        with suppress(OSError):
            super().shutdown()
        self._close_socket()

    def _close_socket(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
