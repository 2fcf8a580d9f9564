"""Turns the bytes of a letter into what its author wrote, in a process that can be killed."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.utils import parseaddr
from itertools import islice, starmap
from quopri import decodestring

from ground import charsets
from ground.dates import read_date
from ground.html import line_of, parse_html
from ground.links import GOOGLE, clean_link, unwrap

from .bodies import MOST_PARTS, Body, bodies_of, text_of_body, whole_text
from .forwards import Forwarded, is_announced, split_forward
from .quotes import own_words

LONGEST_HEADER = 4_000
MOST_LINKS = 200

_WORD = re.compile(r"=\?([A-Za-z0-9_.:+-]{1,40})(?:\*[A-Za-z-]{0,20})?\?([bBqQ])\?([^?]{0,2000})\?=")
_REFERENCE = re.compile(r"<([^<>\s]{1,400})>")
_MACHINE = re.compile(r"(?:mailer-daemon|postmaster|no-?reply-dmarc|dmarc-?\w{0,20})@", re.I)
_ALERTS = re.compile(r"googlealerts-noreply@google\.com", re.I)


@dataclass(frozen=True, slots=True)
class Link:
    """One result of an alert: its address, its title, the lines around it."""

    url: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What we keep of a letter. `message_id` and `references` come without brackets, and may be empty. `forwarded` are
    the letters that it forwards, the outermost first."""

    message_id: str
    subject: str
    text: str
    name: str
    address: str
    sent: datetime | None
    references: tuple[str, ...]
    group: str
    links: tuple[Link, ...] = ()
    forwarded: tuple[Forwarded, ...] = ()


def read_letters(raws: Sequence[bytes]) -> list[Letter | str | None]:
    """The letters; None for one that a machine wrote (bounce, report, absence), a reason for one that is unreadable."""
    return [_read_safely(raw) for raw in raws]


def _read_safely(raw: bytes) -> Letter | str | None:
    try:
        return read_letter(raw)
    except RecursionError:
        return "its parts are nested too deeply"
    except Exception as error:  # noqa: BLE001, RUF100  the standard parser raises anything on hostile letters
        return f"it could not be read ({type(error).__name__})"


def read_letter(raw: bytes) -> Letter | str | None:
    """One letter; None when a machine wrote it, a reason when it is no letter."""
    message = message_from_bytes(raw.lstrip(b" \t\r\n"))
    if not message.keys():
        return "this is no letter: it has no headers"
    if by_machine(message):
        return None
    name, address = parseaddr(header(message, "From"))
    bodies = list(bodies_of(message, 0))
    subject = header(message, "Subject")
    text, forwarded = split_forward("\n\n".join(starmap(whole_text, bodies)), is_announced(subject))
    if not forwarded:
        text, forwarded = _own_text(bodies), tuple(_attached_letters(message)) if is_announced(subject) else ()
    return Letter(
        message_id=next(iter(_ids(header(message, "Message-ID"))), ""),
        subject=subject,
        text=text,
        name=without_address(name),
        address=address.strip().lower(),
        sent=_date(header(message, "Date")),
        references=_thread(message),
        group=_group(message),
        links=tuple(_links(bodies)) if _ALERTS.search(address) else (),
        forwarded=forwarded,
    )


def _own_text(bodies: Sequence[Body]) -> str:
    return "\n\n".join(filter(None, (own_words(text_of_body(kind, body)) for kind, body in bodies)))


def _attached_letters(message: Message) -> Iterator[Forwarded]:
    """The letters that are attached to another as letters, which is how some people forward them."""
    for part in islice(message.walk(), MOST_PARTS):
        inside = part.get_payload() if part.get_content_type() == "message/rfc822" else None
        for inner in inside[:1] if isinstance(inside, list) else ():
            if isinstance(inner, Message):
                name, address = parseaddr(header(inner, "From"))
                spelling = header(inner, "Date")
                text = _own_text(list(bodies_of(inner, 1)))
                yield Forwarded(name, address.lower(), header(inner, "Subject"), text, _date(spelling), spelling)


def by_machine(message: Message) -> bool:
    """Whether a letter is a bounce, a report or an automatic answer (RFC 3464, 3834, 5965, and older habits)."""
    if message.get_content_type() == "multipart/report":
        return True
    if header(message, "Auto-Submitted").split(";")[0].strip().lower() in ("auto-replied", "auto-notified"):
        return True
    if header(message, "Precedence").strip().lower() in ("auto_reply", "auto-reply"):
        return True
    if any(message.get(name) for name in ("X-Autoreply", "X-Autorespond", "X-Failed-Recipients")):
        return True
    if header(message, "Return-Path").strip() == "<>":
        return True
    return bool(_MACHINE.search(header(message, "From")))


def header(message: Message, name: str) -> str:
    """A header as people read it, on one line: encoded words are decoded, the charset of raw bytes is guessed."""
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    return " ".join(_decode_words(_guess(raw[:LONGEST_HEADER])).replace("\x00", "").split())


def _guess(raw: str) -> str:
    data = raw.encode("utf-8", "surrogateescape")
    return charsets.decode(data)


def _decode_words(text: str) -> str:
    """Decodes RFC 2047 as found in the wild, where the end of an encoded word may cut a letter in two."""
    pieces: list[str] = []
    at, waiting, charset = 0, b"", ""
    for word in _WORD.finditer(text):
        between = text[at : word.start()]
        if waiting and (between.strip() or word[1].lower() != charset):
            pieces.append(charsets.decode(waiting, [charset]))
            waiting = b""
        if between.strip() or not (pieces or waiting):
            pieces.append(between)
        waiting += _bytes_of(word[2], word[3])
        charset, at = word[1].lower(), word.end()
    if waiting:
        pieces.append(charsets.decode(waiting, [charset]))
    return "".join([*pieces, text[at:]])


def _bytes_of(way: str, word: str) -> bytes:
    if way in "qQ":
        return decodestring(word.encode("latin-1", "replace"), header=True)
    with suppress(binascii.Error, ValueError):
        return b64decode(word + "=" * (-len(word) % 4))
    return b""


def _links(bodies: Sequence[tuple[str, str]]) -> Iterator[Link]:
    """The results of a Google alert, each once: the links through Google's redirect that lead to other sites."""
    links: dict[str, Link] = {}
    for tree in (parse_html(body) for kind, body in bodies if kind == "html"):
        for anchor in tree.css("a[href]"):
            url = unwrap(clean_link(anchor.attributes.get("href") or "") or "")
            title = line_of(anchor)
            host = re.match(r"https?://([^/:?#]+)", url)
            if not host or not title or GOOGLE.fullmatch(host[1]) or host[1].endswith("google.com") or url in links:
                continue
            links[url] = Link(url, title, _around(anchor, title))
            if len(links) == MOST_LINKS:
                break
    yield from links.values()


def _around(anchor: object, title: str) -> str:
    """The lines of the smallest element around a link that holds more words than its title."""
    node = getattr(anchor, "parent", None)
    for _ in range(4):
        if node is None or node.tag in ("body", "html"):
            return ""
        words = line_of(node)
        if len({link.attributes.get("href") for link in node.css("a[href]")}) > 1:
            return ""
        if len(words) > len(title) + 30:
            return words.replace(title, "", 1).strip() if len(words) < 1_500 else ""
        node = node.parent
    return ""


def _thread(message: Message) -> tuple[str, ...]:
    """The ids of the letters before this one: the oldest first, the one it answers last."""
    before = _ids(header(message, "References"))
    parent = _ids(header(message, "In-Reply-To"))[:1]
    return tuple(dict.fromkeys([*(message_id for message_id in before if message_id not in parent), *parent]))


def _ids(text: str) -> list[str]:
    ids: list[str] = _REFERENCE.findall(text)
    return ids or [word for word in text.split()[:1] if "@" in word]


def _group(message: Message) -> str:
    """The name of the mailing list that a letter came through."""
    value = header(message, "List-Id")
    return value.partition("<")[0].strip(' "') or value.strip("<> ")


def without_address(name: str) -> str:
    """A name as people write it, without the address that some put there."""
    words = [word for word in name.split() if "@" not in word]
    return " ".join(words).strip("\"'()<> ")


def _date(text: str) -> datetime | None:
    at = read_date(text, zone=UTC)
    return at.astimezone(UTC) if at else None
