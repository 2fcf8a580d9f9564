"""Sends mails, through the one SMTP server that the operator chose."""

from __future__ import annotations

import copy
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parseaddr
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx2

from alerts.base import DeliveryError

from .allowance import Allowance
from .dial import connect, look_up, system_dial, system_resolve
from .errors import GateError, NameNotFound, TooSlow
from .gate import tls
from .url import literal

PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
_DEADLINE = 30.0


@dataclass(frozen=True, slots=True)
class Server:
    """The parts of an SMTP URL. `plain`: never encrypt, and send the password anyway."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    sender: str
    plain: bool

    def __repr__(self) -> str:
        return f"Server({self.scheme}://{self.host}:{self.port})"  # without the password


def read_url(url: str) -> Server:
    """Reads an SMTP URL; its grammar is in Mailer. Raises ValueError with a sentence for the operator."""
    wrong = "VIGIE_SMTP_URL must look like smtp://user:password@host:port?from=address"
    try:
        parts = urlsplit(url)
        port = parts.port
        options = parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        raise ValueError(wrong) from None
    if parts.scheme not in PORTS or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError(wrong)
    if set(options) - {"from", "tls"}:
        raise ValueError(wrong)
    plain = options.get("tls", [""])[-1]
    if plain not in ("", "none") or (plain and parts.scheme != "smtp"):
        raise ValueError("in VIGIE_SMTP_URL, tls=none goes with smtp:// and is the only value of tls")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    sender = _sender(options.get("from", []), user, parts.hostname)
    return Server(parts.scheme, parts.hostname, port or PORTS[parts.scheme], user, password, sender, bool(plain))


def _sender(values: Sequence[str], user: str, host: str) -> str:
    """The last `from` of the URL, else the user if that is an address, else `vigie@host`. Raises ValueError."""
    sender = values[-1] if values else user if "@" in user else f"vigie@{host}"
    if "@" not in parseaddr(sender)[1] or not sender.isprintable():
        raise ValueError("in VIGIE_SMTP_URL, from must be a mail address")
    return sender


class Mailer:
    """Hands mails to the server of an URL, one connection for each.

    - `smtp://[user:password@]host[:port]` (port 25) encrypts with STARTTLS when the server offers it; -
    `smtp+starttls://…` (port 587) stops if the server does not offer STARTTLS; - `smtps://…` (port 465) speaks TLS from
    the first byte.

    `?from=address` is the sender, `Name <address>` too; without it, the user if it is an address, else `vigie@host`.
    `?tls=none`, with smtp:// only, never encrypts: without it, only this machine is ever sent a password
    unencrypted. User, password and sender are percent-encoded. Certificates are verified, `ca_file` adds authorities
    to trust.
    """

    def __init__(self, url: str, *, ca_file: str | None = None, deadline: float = _DEADLINE) -> None:
        self._server = read_url(url)
        self._tls = tls(ca_file)
        self._deadline = deadline

    @property
    def sender(self) -> str:
        """The `From` of messages that have none, and the envelope sender of all."""
        return self._server.sender

    def send(self, message: EmailMessage) -> None:
        """Sends to all of To, Cc and Bcc, within the deadline for the whole exchange. Raises DeliveryError."""
        with self._session() as session:
            refused = session.send_message(self._with_headers(message), from_addr=parseaddr(self.sender)[1])
        if refused:  # the others have it, and would get it twice if it were sent again
            raise DeliveryError(f"the mail went out, but not to these addresses: {_list(refused)}", permanent=True)

    def try_out(self) -> None:
        """Connects, encrypts and logs in as for a mail, and sends none. Raises DeliveryError."""
        with self._session():
            pass

    @contextmanager
    def _session(self) -> Iterator[_Session]:
        """A session that is logged in, within the deadline. Raises DeliveryError, also for failures of the block."""
        allowance = Allowance(self._deadline, 0)
        session = _Session(self._server, self._tls, allowance)
        # The time-out of smtplib is for one read; this one cuts the connection, whatever the session is waiting for.
        timer = threading.Timer(allowance.seconds_left(), session.cut)
        timer.daemon = True
        timer.start()
        try:
            session.open()
            yield session
            session.say_goodbye()
        except (OSError, GateError) as error:  # errors of smtplib are OSErrors
            raise _delivery_error(error, allowance, session.body_began) from error
        finally:
            timer.cancel()
            session.hang_up()

    def _with_headers(self, message: EmailMessage) -> EmailMessage:
        complete = copy.deepcopy(message)
        if "From" not in complete:
            complete["From"] = self.sender
        if "Date" not in complete:
            complete["Date"] = datetime.now(UTC)
        return complete


class _Session(smtplib.SMTP):
    """One connection. smtplib alone would wait for a name server without end, and does not say whether it sent the
    body."""

    def __init__(self, server: Server, context: ssl.SSLContext, allowance: Allowance) -> None:
        super().__init__(local_hostname=_greeting(server.sender), timeout=float(allowance))
        self._server = server
        self._context = context
        self._allowance = allowance
        self._host = server.host  # the name for which smtplib checks the certificate
        self._socket: socket.socket | None = None
        self.body_began = False

    def open(self) -> None:
        """Connects, encrypts and logs in as the URL says."""
        server = self._server
        code, answer = self.connect(server.host, server.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, answer)
        self.ehlo_or_helo_if_needed()
        offered = server.scheme == "smtp" and not server.plain and self.has_extn("starttls")
        if offered or server.scheme == "smtp+starttls":
            self.starttls(context=self._context)
        if not server.user:
            return
        if server.scheme == "smtp" and not (offered or server.plain or _is_this_machine(server.host)):
            raise DeliveryError("the mail server offers no encryption: the password was not sent", permanent=True)
        self.login(server.user, server.password)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        address = literal(host)
        addresses = [address] if address else look_up(system_resolve, host, port, self._allowance)
        sock = connect(addresses, port, system_dial, self._allowance)
        self._socket = sock.dup()
        sock.settimeout(timeout)
        return self._context.wrap_socket(sock, server_hostname=host) if self._server.scheme == "smtps" else sock

    def data(self, msg: Any) -> tuple[int, bytes]:  # as typed by smtplib
        self.body_began = True
        return super().data(msg)

    def cut(self) -> None:
        """Ends the connection, from another thread, while something waits for it."""
        if self._socket is not None:
            with suppress(OSError):  # it may be closed already
                self._socket.shutdown(socket.SHUT_RDWR)

    def say_goodbye(self) -> None:
        with suppress(OSError):  # the mail was accepted: a failure does not matter any more
            self.quit()

    def hang_up(self) -> None:
        self.close()
        if self._socket is not None:
            self._socket.close()


def _delivery_error(error: OSError | GateError, allowance: Allowance, body_began: bool) -> DeliveryError:
    if failure := _refusal(error) or _unreachable(error):
        return failure
    if allowance.is_over or isinstance(error, TimeoutError | TooSlow):
        text = f"the mail server did not finish within {float(allowance):g} seconds"
        return DeliveryError(text, ambiguous=body_began)
    if isinstance(error, ssl.SSLError):
        return DeliveryError("the mail server and Vigie found no common encryption (TLS 1.2 or newer)")
    return DeliveryError("the connection to the mail server was lost", ambiguous=body_began)


def _unreachable(error: OSError | GateError) -> DeliveryError | None:
    """Why no connection could be made at all."""
    match error:
        case ssl.SSLCertVerificationError():
            why = error.verify_message.rstrip(".")
            return DeliveryError(f"the certificate of the mail server is not valid: {why}", permanent=True)
        case NameNotFound():
            return DeliveryError("the name of the mail server was not found")
        case ConnectionRefusedError():
            return DeliveryError("the mail server refused the connection")
    return None


def _refusal(error: OSError | GateError) -> DeliveryError | None:
    """What the mail server answered when it refused something; with a code of 500 or more it will refuse again."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            codes = [code for code, _ in error.recipients.values()]
            text = f"the mail server refused the addresses: {_list(error.recipients)}" if codes else "nobody to mail to"
            return DeliveryError(text, permanent=all(code >= 500 for code in codes))
        case smtplib.SMTPAuthenticationError():
            text = "the mail server refused the user name or the password"
            return DeliveryError(text, permanent=error.smtp_code >= 500)
        case smtplib.SMTPResponseException():
            text = f"the mail server refused the mail: {_quote(error.smtp_code, error.smtp_error)}"
            return DeliveryError(text, permanent=error.smtp_code >= 500)
        case smtplib.SMTPNotSupportedError():
            return DeliveryError(f"the mail server cannot do this: {error}", permanent=True)
    return None


def _quote(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {''.join(each if each.isprintable() else ' ' for each in words)}"[:200]


def _list(refused: Mapping[str, tuple[int, bytes]]) -> str:
    return "; ".join(f"{address} ({_quote(*answer)})" for address, answer in refused.items())


def _greeting(sender: str) -> str:
    """The name by which we greet: the domain of the sender, so that the machine's own name is neither looked up nor
    given away."""
    domain = parseaddr(sender)[1].rpartition("@")[2]
    return domain if domain.isascii() else "localhost"


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Wire:
    """How channels reach the outside: see alerts.base.Wire."""

    http: httpx2.Client
    mailer: Mailer | None = None

    def mail(self, message: EmailMessage) -> None:
        """Raises DeliveryError."""
        if self.mailer is None:
            raise DeliveryError("no mail server is configured: set VIGIE_SMTP_URL", permanent=True)
        self.mailer.send(message)
