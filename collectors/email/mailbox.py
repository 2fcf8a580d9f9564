"""Reads a mailbox through the client that collectors are given: what is asked of IMAP.

The client makes the connection (`http.mailbox(…)`): here no socket is opened. Nothing is ever changed in a mailbox: its
folder is opened for reading only, and letters are looked at without being marked as read.
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
SECONDS = 240.0  # spent waiting for the server in one reading; storing what it gave is not counted
ASKED_AT_ONCE = 500
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_UID = re.compile(rb"\bUID (\d{1,10})\b")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,18})\b")
_ARRIVED = re.compile(
    rb'\bINTERNALDATE "([ \d]\d)-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"', re.ASCII
)


class Imap(Protocol):
    """What is used of a connection, as `imaplib.IMAP4` has it. A NO of the server raises `error`."""

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
    """A folder as it is now. While its `validity` stays the same, so do the numbers of its letters."""

    validity: int
    next_uid: int


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of a letter before it is read: its number, its bytes, and when it came."""

    uid: int
    size: int
    arrived: datetime


@contextmanager
def opened(http: httpx2.Client, host: str, port: int, security: Security) -> Iterator[Imap]:
    """A connection for the time of a `with`; whatever goes wrong inside is a SourceError with a sentence."""
    way = getattr(http, "mailbox", None)
    if way is None:
        raise SourceError("mailboxes cannot be read from here")
    try:
        box: Imap = way(host, port, security, SECONDS)
    except Exception as error:  # whatever the client raises: our own has no common base for it
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
        with suppress(OSError):  # a farewell that was not heard leaves the line open
            box.shutdown()


def log_in(box: Imap, host: str, username: str, password: str) -> None:
    """With a name and a password. Raises SourceRefused, SourceBusy."""
    if "LOGINDISABLED" in box.capabilities and "AUTH=PLAIN" not in box.capabilities:
        raise SourceRefused(NO_ENCRYPTION, host=host)
    secret = f"\0{username}\0{password}".encode()
    try:
        if "AUTH=PLAIN" in box.capabilities:
            box.authenticate("PLAIN", lambda _: secret)
        else:
            box.login(quoted(username), password)
    except UnicodeEncodeError:
        raise SourceRefused(
            "{host} takes no accents in names and passwords: make another password", host=host
        ) from None
    except box.error as error:
        if isinstance(error, box.abort):
            raise
        raise refusal(OF_A_PASSWORD, host, str(error)) from error


def log_in_with_token(box: Imap, host: str, username: str, token: str) -> None:
    """XOAUTH2, as Google and Microsoft want it. Raises SourceRefused, SourceBusy."""
    words = [f"user={username}\x01auth=Bearer {token}\x01\x01".encode(), b""]  # to its complaint, nothing is answered
    try:
        box.authenticate("XOAUTH2", lambda _: words.pop(0) if words else None)
    except box.error as error:
        if isinstance(error, box.abort):
            raise
        raise refusal(OF_AN_AUTHORIZATION, host, str(error)) from error


def enter(box: Imap, host: str, folder: str) -> Folder:
    """Opens a folder for reading only. Raises SourceRefused with the folders there are."""
    answer, said = box.select(quoted(utf7(folder)), readonly=True)
    if answer != "OK":
        if is_busy(_text(said)):
            raise refusal(OF_A_COMMAND, host, _text(said))
        raise SourceRefused(
            "there is no folder «{folder}» in this mailbox; it has: {folders}", folder=folder, folders=_folders(box)
        )
    return Folder(_number(box, "UIDVALIDITY"), _number(box, "UIDNEXT"))


def search(box: Imap, *criteria: str) -> list[int]:
    """The numbers of the letters that fit, ascending."""
    answer, said = box.uid("SEARCH", *criteria)
    if answer != "OK":
        raise box.error(_text(said))
    found = b" ".join(part for part in said if isinstance(part, bytes))
    return sorted({int(number) for number in found.split() if number.isdigit()})


def facts(box: Imap, uids: Sequence[int]) -> list[Fact]:
    """The size and the arrival of each letter that is still there, in the order of the numbers."""
    found: dict[int, Fact] = {}
    for start in range(0, len(uids), ASKED_AT_ONCE):
        for about, _ in _fetched(box, uids[start : start + ASKED_AT_ONCE], "(UID RFC822.SIZE INTERNALDATE)"):
            uid, size, arrived = _UID.search(about), _SIZE.search(about), _arrived(about)
            if uid and size and arrived:
                found[int(uid[1])] = Fact(int(uid[1]), int(size[1]), arrived)
    return [found[uid] for uid in uids if uid in found]


def letters(box: Imap, uids: Sequence[int]) -> dict[int, bytes]:
    """The letters themselves, not marked as read."""
    given = _fetched(box, uids, "(UID BODY.PEEK[])")
    return {int(uid[1]): letter for about, letter in given if letter and (uid := _UID.search(about))}


def day(at: datetime) -> str:
    """A day as a search wants it, in English whatever the language of the machine."""
    at = at.astimezone(UTC)
    return f"{at.day}-{MONTHS[at.month - 1]}-{at.year}"


def quoted(text: str) -> str:
    """A text in quotation marks; who gives line breaks asks for another command, and is refused."""
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in text):
        raise SourceRefused("names hold no line breaks nor other control characters")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def utf7(name: str) -> str:
    """The name of a folder as IMAP writes it (RFC 3501, 5.1.3): letters beyond ASCII in a base64 of their own."""

    def packed(found: re.Match[str]) -> str:
        if found[0] == "&":
            return "&-"
        return "&" + b64encode(found[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"

    return re.sub(r"&|[^\x20-\x7e]+", packed, name)


def plain_name(name: str) -> str:
    """The name of a folder as people read it."""

    def unpacked(found: re.Match[str]) -> str:
        if not found[1]:
            return "&"
        with suppress(ValueError):
            return (b"+" + found[1].replace(",", "/").encode() + b"-").decode("utf-7")
        return found[0]

    return re.sub(r"&([A-Za-z0-9+,]{0,500})-", unpacked, name)


def _fetched(box: Imap, uids: Sequence[int], what: str) -> Iterator[tuple[bytes, bytes]]:
    """What is told of each letter, and the bytes that came with it. Servers write the number before or behind them."""
    answer, said = box.uid("FETCH", ",".join(map(str, uids)), what)
    if answer != "OK":
        raise box.error(_text(said))
    about, body = b"", b""
    for part in said:
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


def _arrived(about: bytes) -> datetime | None:
    found = _ARRIVED.search(about)
    if not found:
        return None
    date, month, year, hour, minute, second, sign, *zone = (part.decode("ascii") for part in found.groups())
    off = timedelta(hours=int(zone[0]), minutes=int(zone[1])) * (-1 if sign == "-" else 1)
    with suppress(ValueError):
        at = (int(year), MONTHS.index(month.capitalize()) + 1, int(date), int(hour), int(minute), int(second))
        return datetime(*at, tzinfo=timezone(off)).astimezone(UTC)
    return None


def _number(box: Imap, code: str) -> int:
    _, said = box.response(code)
    told = said[-1] if said else None
    return int(told) if isinstance(told, bytes) and told.isdigit() else 0


def _folders(box: Imap) -> str:
    _, said = box.list()
    lines = [line.decode("ascii", "replace") for line in said if isinstance(line, bytes)]
    names = [found[1].strip('"') for line in lines if (found := re.search(r'("[^"]+"|\S+)$', line))]
    return printable(", ".join(sorted(map(plain_name, names))[:20]))


def _text(said: Sequence[Any]) -> str:
    return " ".join(part.decode("utf-8", "replace") for part in said if isinstance(part, bytes))


def _lost(error: Exception, host: str) -> SourceError:
    """What went wrong on the way. Errors of the gate bring their sentence along."""
    if isinstance(error, httpx2.RequestError) and str(error):
        return SourceError("{reason}", reason=str(error))
    if isinstance(error, TimeoutError):
        return SourceError(
            "{host} did not answer in time: it is slow or down; the next reading is automatic", host=host
        )
    return SourceError("the mail server {host} cannot be reached, or broke off: check its name and port", host=host)
