"""The way to mailboxes: IMAP over a connection that was judged and dialled as any other."""

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
from .errors import NOT_ALLOWED, BadAnswer, BadCertificate, Blocked, CutShort, TooLarge, TooSlow, Unreachable, explain
from .url import Rules, check_target

Security = Literal["tls", "starttls", "none"]
PORTS = frozenset({143, 993})
MOST_BYTES = 40 * 1024 * 1024
"""Bytes that the answer to one command may have: a letter of 25 MB, and what surrounds it."""
SILENCE = 30.0
"""Seconds that a server may say nothing at all."""


class Mailboxes:
    """Opens mailboxes: on ports 143 and 993 of public hosts, and on whatever the operator opened.

    A proxy for the web speaks no IMAP: the connection is made directly, as that for mails is.
    """

    def __init__(self, rules: Rules, resolve: Resolve, dial: Dial, context: ssl.SSLContext) -> None:
        self._rules = Rules(PORTS, rules.private)
        self._backend = Backend(self._rules, resolve, dial)
        self._context = context

    def open(self, host: str, port: int, tls: Security, seconds: float) -> Mailbox:
        """A connection to `host`, encrypted as `tls` says, with nobody logged in. Raises GateError."""
        name = self._checked(host, port, tls)
        box = Mailbox(name, port, tls, self._dialled, self._context, seconds)
        try:
            if tls == "starttls":
                box.encrypt()
        except BaseException:
            box.shutdown()
            raise
        return box

    def _checked(self, host: str, port: int, tls: Security) -> str:
        try:
            url = httpx2.URL(scheme="https", host=host, port=port, path="/")
        except (httpx2.InvalidURL, UnicodeError, ValueError, TypeError) as error:
            raise Blocked(f"{NOT_ALLOWED}: it is not well formed") from error
        check_target(url, self._rules)
        name = url.raw_host.decode("ascii")
        if tls == "none" and not self._rules.open_to(name, port):
            raise Blocked(f"{NOT_ALLOWED} without encryption: choose TLS, or STARTTLS")
        return name

    def _dialled(self, host: str, port: int, whole: Allowance) -> socket.socket:
        try:
            line = self._backend.connect_tcp(host, port, timeout=whole)
        except httpcore2.ConnectError as error:
            told = explain(error)
            raise told from told.__cause__
        return line.get_extra_info("socket")  # type: ignore[no-any-return] # as typed by httpcore2


class Mailbox(imaplib.IMAP4):
    """One connection. A NO of the server is an `IMAP4.error`, as in imaplib; what goes wrong on the line a GateError.

    `seconds` bounds the time spent waiting for the server in all: what passes between two commands is not counted.
    """

    def __init__(
        self,
        host: str,
        port: int,
        tls: Security,
        dialled: Callable[[str, int, Allowance], socket.socket],
        context: ssl.SSLContext,
        seconds: float,
    ) -> None:
        self._dialled, self._context, self._mode = dialled, context, tls
        self._whole, self._rested, self._watching = Allowance(seconds, 0), time.monotonic(), False
        self._line: socket.socket | None = None
        self._read = 0
        try:
            with self._watched():
                super().__init__(host, port)
        except imaplib.IMAP4.error as error:
            self._let_go()
            if "BYE" in str(error):
                raise Unreachable(
                    "the mail server turned us away: it is closing, or has too many connections"
                ) from None
            raise BadAnswer("this server does not speak IMAP: check its name and its port") from error
        except BaseException:
            self._let_go()
            raise

    def encrypt(self) -> None:
        """STARTTLS. Raises BadCertificate when the server does not offer it: nothing secret was sent yet."""
        with self._watched():
            if "STARTTLS" not in self.capabilities:
                raise BadCertificate("the mail server offers no encryption on this port: choose TLS, on port 993")
            try:
                self.starttls(self._context)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:
                raise BadCertificate("the mail server did not begin to encrypt: choose TLS, on port 993") from error

    def _create_socket(self, timeout: float | None) -> socket.socket:
        sock = self._dialled(self.host, self.port, self._whole)
        self._line = sock.dup()
        sock.settimeout(min(SILENCE, self._whole.left()))
        return self._context.wrap_socket(sock, server_hostname=self.host) if self._mode == "tls" else sock

    def _simple_command(self, name: str, *args: Any) -> tuple[str, list[Any]]:
        with self._watched():
            answer: tuple[str, list[Any]] = super()._simple_command(name, *args)  # type: ignore[misc] # not in its stub
            return answer

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """One exchange: its time is taken, its bytes are counted, what goes wrong is told."""
        if self._watching:
            yield
            return
        self._whole.forgive(time.monotonic() - self._rested)
        timer = threading.Timer(self._whole.left(), self._cut)  # a time-out of a socket holds for one read only
        timer.daemon = True
        self._watching, self._read = True, 0
        timer.start()
        try:
            yield
        except (OSError, imaplib.IMAP4.abort) as error:
            raise self._told(error) from error
        finally:
            timer.cancel()
            self._watching, self._rested = False, time.monotonic()

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

    def _told(self, error: Exception) -> Exception:
        if self._whole.is_over:
            return self._whole.too_slow()
        if isinstance(error, TimeoutError):
            return TooSlow("the mail server stopped answering")
        if isinstance(error, ssl.SSLError):
            return explain(httpcore2.ConnectError(error))
        if isinstance(error, imaplib.IMAP4.abort) and "unexpected" in str(error):
            return BadAnswer("this server does not speak IMAP: check its name and its port")
        return CutShort("the connection to the mail server was lost")

    def _cut(self) -> None:
        """Ends the connection under whatever waits for it, from another thread."""
        if self._line is not None:
            with suppress(OSError):  # it may be closed already
                self._line.shutdown(socket.SHUT_RDWR)

    def shutdown(self) -> None:
        with suppress(OSError):
            super().shutdown()
        self._let_go()

    def _let_go(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
