"""Speaks IMAP with a mail server, through the client that collectors are given.

The client makes the connection (`http.mailbox(…)`), so that no socket is opened here. Nothing in a mailbox ever
changes: the folder is opened for reading only, and letters are fetched without being marked as read.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal, Protocol

import httpx2

from collectors.base import SourceError, SourceRefused

from .refusals import NO_ENCRYPTION, OF_A_COMMAND, OF_A_PASSWORD, OF_AN_AUTHORIZATION, is_busy, printable, refusal

Security = Literal["tls", "starttls", "none"]
SECONDS = 240.0  # that one reading may wait for the server, without the time to store what it gave
ASKED_AT_ONCE = 500
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_UID = re.compile(rb"\bUID (\d{1,10})\b")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,18})\b")
_ARRIVED = re.compile(
    rb'\bINTERNALDATE "([ \d]\d)-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"', re.ASCII
)


class Imap(Protocol):
    """The part of `imaplib.IMAP4` that we use. A NO of the server raises `error`."""

    capabilities: tuple[str, ...]

    @property
    def error(self) -> type[Exception]: ...
    @property
    def abort(self) -> type[Exception]: ...
    def login(self, user: str, password: str) -> Any: ...
    def authenticate(self, mechanism: str, authobject: Callable[[bytes], bytes | None]) -> Any: ...
    def select(self, mailbox: str = "INBOX", readonly: bool = False) -> tuple[str, Sequence[Any]]: ...
    def list(self) -> tuple[str, Sequence[Any]]: ...
    def response(self, code: str) -> tuple[str, Sequence[Any]]: ...
    def uid(self, command: str, *args: str) -> tuple[str, Sequence[Any]]: ...
    def logout(self) -> Any: ...
    def shutdown(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder. The numbers of its letters stay the same as long as its `validity` does."""

    validity: int
    next_uid: int


@dataclass(frozen=True, slots=True)
class Fact:
    """A letter before it is read: its number, its size in bytes, and when it arrived."""

    uid: int
    size: int
    arrived: datetime


@contextmanager
def connect(http: httpx2.Client, host: str, port: int, security: Security) -> Iterator[Imap]:
    """A connection for the time of a `with`. Raises SourceError, for whatever goes wrong inside too."""
    connect_to = getattr(http, "mailbox", None)
    if connect_to is None:
        raise SourceError("mailboxes cannot be read from here")
    try:
        box: Imap = connect_to(host, port, security, SECONDS)
    except Exception as error:  # the errors of the client have no common base
        raise _lost(error, host) from error
    try:
        yield box
    except (httpx2.RequestError, OSError) as error:
        raise _lost(error, host) from error
    except box.error as error:
        if isinstance(error, box.abort):
            raise _lost(error, host) from error
        raise refusal(OF_A_COMMAND, host, str(error)) from error
    finally:
        with suppress(box.error, httpx2.RequestError, OSError):
            box.logout()
        with suppress(OSError):  # when the server missed our LOGOUT, the line is still open
            box.shutdown()


def log_in(box: Imap, host: str, username: str, password: str) -> None:
    """Logs in with a name and a password. Raises SourceRefused, SourceBusy."""
    if "LOGINDISABLED" in box.capabilities and "AUTH=PLAIN" not in box.capabilities:
        raise SourceRefused(NO_ENCRYPTION, host=host)
    secret = f"\0{username}\0{password}".encode()
    try:
        if "AUTH=PLAIN" in box.capabilities:
            box.authenticate("PLAIN", lambda _: secret)
        else:
            box.login(quote(username), password)
    except UnicodeEncodeError:
        raise SourceRefused(
            "{host} accepts no accents in names and passwords: choose another password", host=host
        ) from None
    except box.error as error:
        if isinstance(error, box.abort):
            raise
        raise refusal(OF_A_PASSWORD, host, str(error)) from error


def log_in_with_token(box: Imap, host: str, username: str, token: str) -> None:
    """Logs in by XOAUTH2, which Google and Microsoft ask for. Raises SourceRefused, SourceBusy."""
    replies = [f"user={username}\x01auth=Bearer {token}\x01\x01".encode(), b""]  # the empty one acknowledges an error
    try:
        box.authenticate("XOAUTH2", lambda _: replies.pop(0) if replies else None)
    except box.error as error:
        if isinstance(error, box.abort):
            raise
        raise refusal(OF_AN_AUTHORIZATION, host, str(error)) from error


def enter(box: Imap, host: str, folder: str) -> Folder:
    """Opens a folder for reading only. Raises SourceRefused, which names the folders that exist."""
    answer, reply = box.select(quote(utf7(folder)), readonly=True)
    if answer != "OK":
        if is_busy(_text(reply)):
            raise refusal(OF_A_COMMAND, host, _text(reply))
        raise SourceRefused(
            "there is no folder «{folder}» in this mailbox; it has: {folders}", folder=folder, folders=_folders(box)
        )
    return Folder(_number(box, "UIDVALIDITY"), _number(box, "UIDNEXT"))


def search(box: Imap, *criteria: str) -> list[int]:
    """The numbers of the letters that meet the criteria, ascending."""
    answer, reply = box.uid("SEARCH", *criteria)
    if answer != "OK":
        raise box.error(_text(reply))
    numbers = b" ".join(part for part in reply if isinstance(part, bytes))
    return sorted({int(number) for number in numbers.split() if number.isdigit()})


def facts(box: Imap, uids: Sequence[int]) -> list[Fact]:
    """The size and the arrival of each letter that still exists, in the order of `uids`."""
    facts_by_uid: dict[int, Fact] = {}
    for start in range(0, len(uids), ASKED_AT_ONCE):
        for about, _ in _fetch(box, uids[start : start + ASKED_AT_ONCE], "(UID RFC822.SIZE INTERNALDATE)"):
            uid, size, arrived = _UID.search(about), _SIZE.search(about), _arrival(about)
            if uid and size and arrived:
                facts_by_uid[int(uid[1])] = Fact(int(uid[1]), int(size[1]), arrived)
    return [facts_by_uid[uid] for uid in uids if uid in facts_by_uid]


def letters(box: Imap, uids: Sequence[int]) -> dict[int, bytes]:
    """The bytes of letters by their numbers. PEEK keeps the server from marking them as read."""
    pieces = _fetch(box, uids, "(UID BODY.PEEK[])")
    return {int(uid[1]): letter for about, letter in pieces if letter and (uid := _UID.search(about))}


def day(at: datetime) -> str:
    """A day in UTC as IMAP writes it (RFC 3501): «2-Mar-2026», in English whatever the language of this machine."""
    at = at.astimezone(UTC)
    return f"{at.day}-{MONTHS[at.month - 1]}-{at.year}"


def quote(text: str) -> str:
    """A text in quotation marks. Raises SourceRefused for control characters: a line break would begin a command."""
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in text):
        raise SourceRefused("names must not contain line breaks or other control characters")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def utf7(name: str) -> str:
    """A folder's name as IMAP writes it (RFC 3501, 5.1.3): signs beyond ASCII in modified base64."""

    def pack(letters: re.Match[str]) -> str:
        if letters[0] == "&":
            return "&-"
        return "&" + b64encode(letters[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"

    return re.sub(r"&|[^\x20-\x7e]+", pack, name)


def plain_name(name: str) -> str:
    """A folder's name as people read it: the inverse of `utf7`."""

    def unpack(run: re.Match[str]) -> str:
        if not run[1]:
            return "&"
        with suppress(ValueError):
            return (b"+" + run[1].replace(",", "/").encode() + b"-").decode("utf-7")
        return run[0]

    return re.sub(r"&([A-Za-z0-9+,]{0,500})-", unpack, name)


def _fetch(box: Imap, uids: Sequence[int], what: str) -> Iterator[tuple[bytes, bytes]]:
    """The description of each letter and its bytes. Servers write the number before the bytes or after them."""
    answer, reply = box.uid("FETCH", ",".join(map(str, uids)), what)
    if answer != "OK":
        raise box.error(_text(reply))
    about, body = b"", b""
    for part in reply:
        if isinstance(part, tuple):
            if body:
                yield about, body
            about, body = bytes(part[0]), bytes(part[1])
        elif isinstance(part, bytes):
            if body:
                yield about + b" " + part, body
                about, body = b"", b""
            else:
                yield part, b""
    if body:
        yield about, body


def _arrival(about: bytes) -> datetime | None:
    stamp = _ARRIVED.search(about)
    if not stamp:
        return None
    date, month, year, hour, minute, second, sign, *zone = (part.decode("ascii") for part in stamp.groups())
    off = timedelta(hours=int(zone[0]), minutes=int(zone[1])) * (-1 if sign == "-" else 1)
    with suppress(ValueError):
        at = (int(year), MONTHS.index(month.capitalize()) + 1, int(date), int(hour), int(minute), int(second))
        return datetime(*at, tzinfo=timezone(off)).astimezone(UTC)
    return None


def _number(box: Imap, code: str) -> int:
    _, reply = box.response(code)
    number = reply[-1] if reply else None
    return int(number) if isinstance(number, bytes) and number.isdigit() else 0


def _folders(box: Imap) -> str:
    _, reply = box.list()
    lines = [line.decode("ascii", "replace") for line in reply if isinstance(line, bytes)]
    names = [name[1].strip('"') for line in lines if (name := re.search(r'("[^"]+"|\S+)$', line))]
    return printable(", ".join(sorted(map(plain_name, names))[:20]))


def _text(reply: Sequence[Any]) -> str:
    return " ".join(part.decode("utf-8", "replace") for part in reply if isinstance(part, bytes))


def _lost(error: Exception, host: str) -> SourceError:
    """The error of a connection that failed or broke off. A RequestError with words brings its own sentence."""
    if isinstance(error, httpx2.RequestError) and str(error):
        return SourceError("{reason}", reason=str(error))
    if isinstance(error, TimeoutError):
        return SourceError(
            "{host} did not answer in time: it is slow or down; the next reading is automatic", host=host
        )
    return SourceError("the mail server {host} cannot be reached, or broke off: check its name and port", host=host)
