"""Turns the bytes of a letter into what its author wrote, in a process that can be killed."""

from __future__ import annotations

import binascii
import codecs
import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.utils import parseaddr
from quopri import decodestring

from ground.dates import read_date
from ground.html import line_of, parse_html, text_of
from ground.links import GOOGLE, clean_link, unwrap

from .quotes import own_words, unflow

LONGEST_HEADER = 4_000
LONGEST_BODY = 1024 * 1024
MOST_PARTS, DEEPEST = 200, 20
MOST_LINKS = 200

_WORD = re.compile(r"=\?([A-Za-z0-9_.:+-]{1,40})(?:\*[A-Za-z-]{0,20})?\?([bBqQ])\?([^?]{0,2000})\?=")
_REFERENCE = re.compile(r"<([^<>\s]{1,400})>")
_MACHINE = re.compile(r"(?:mailer-daemon|postmaster|no-?reply-dmarc|dmarc-?\w{0,20})@", re.I)
_ALERTS = re.compile(r"googlealerts-noreply@google\.com", re.I)
_QUOTES = (
    'blockquote[type="cite"], .gmail_quote, .gmail_signature, .gmail_attr, .moz-cite-prefix, .moz-signature, '
    ".yahoo_quoted, .protonmail_quote, .protonmail_signature_block, #Signature, #ms-outlook-mobile-signature"
)
_ALL_AFTER = "#divRplyFwdMsg, #appendonsend, #x_divRplyFwdMsg, #reply-intro"


@dataclass(frozen=True, slots=True)
class Link:
    """One result of an alert: its address, its title, the lines around it."""

    url: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What we keep of a letter. `message_id` and `references` come without brackets, and may be empty."""

    message_id: str
    subject: str
    text: str
    name: str
    address: str
    sent: datetime | None
    references: tuple[str, ...]
    group: str
    links: tuple[Link, ...] = ()


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
    bodies = list(_bodies(message, 0))
    text = "\n\n".join(filter(None, (own_words(_plain(kind, body)) for kind, body in bodies)))
    return Letter(
        message_id=next(iter(_ids(header(message, "Message-ID"))), ""),
        subject=header(message, "Subject"),
        text=text,
        name=_without_address(name),
        address=address.strip().lower(),
        sent=_date(header(message, "Date")),
        references=_thread(message),
        group=_group(message),
        links=tuple(_links(bodies)) if _ALERTS.search(address) else (),
    )


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
    return characters(data, "")


def characters(data: bytes, charset: str) -> str:
    """Bytes as text: as UTF-8 where that is valid, else in the charset of the label, else in Windows-1252."""
    charset = charset.strip("\"' ").lower()
    labelled = [charset] if charset and _is_known(charset) and charset not in ("us-ascii", "ascii") else []
    first = [name for name in labelled if name.startswith(("iso-2022", "iso2022", "hz", "utf-7", "utf-16", "utf-32"))]
    for name in [*first, "utf-8", *labelled]:
        with suppress(UnicodeError, ValueError):
            return data.decode(name)
    return data.decode("cp1252", "replace")


def _is_known(charset: str) -> bool:
    with suppress(LookupError, ValueError):
        return codecs.lookup(charset)._is_text_encoding  # the standard library's own test
    return False


def _decode_words(text: str) -> str:
    """Decodes RFC 2047 as found in the wild, where the end of an encoded word may cut a letter in two."""
    pieces: list[str] = []
    at, waiting, charset = 0, b"", ""
    for word in _WORD.finditer(text):
        between = text[at : word.start()]
        if waiting and (between.strip() or word[1].lower() != charset):
            pieces.append(characters(waiting, charset))
            waiting = b""
        if between.strip() or not (pieces or waiting):
            pieces.append(between)
        waiting += _bytes_of(word[2], word[3])
        charset, at = word[1].lower(), word.end()
    if waiting:
        pieces.append(characters(waiting, charset))
    return "".join([*pieces, text[at:]])


def _bytes_of(way: str, word: str) -> bytes:
    if way in "qQ":
        return decodestring(word.encode("latin-1", "replace"), header=True)
    with suppress(binascii.Error, ValueError):
        return b64decode(word + "=" * (-len(word) % 4))
    return b""


def _bodies(part: Message, depth: int, count: list[int] | None = None) -> Iterator[tuple[str, str]]:
    """The texts of a letter as ("plain" or "html", text): one of its alternatives, and no attachment.

    `count` holds the number of parts so far, of all depths together.
    """
    count = count if count is not None else [0]
    count[0] += 1
    if depth > DEEPEST or count[0] > MOST_PARTS or _is_attached(part, depth):
        return
    kind, inside = part.get_content_type(), part.get_payload()
    if kind.startswith("multipart/") and isinstance(inside, list):
        children = [child for child in inside if isinstance(child, Message)]
        yield from _choose(kind, [list(_bodies(child, depth + 1, count)) for child in children])
    elif kind == "text/html":
        yield "html", _text(part)
    elif kind in ("text/plain", "text/enriched") or kind.startswith("multipart/"):
        yield "plain", _text(part)


def _choose(kind: str, parts: Sequence[list[tuple[str, str]]]) -> list[tuple[str, str]]:
    """Which texts of a multipart count: the best alternative, the first of related parts, else all of them."""
    if kind == "multipart/alternative":
        return _best(parts)
    if kind == "multipart/related":
        return next(filter(None, parts), [])
    return [body for part in parts for body in part]


def _best(alternatives: Sequence[list[tuple[str, str]]]) -> list[tuple[str, str]]:
    """The plain alternative when it has words, else the one in HTML."""
    filled = [each for each in alternatives if any(body.strip() for _, body in each)]
    plain = [each for each in filled if all(kind == "plain" for kind, _ in each)]
    return (plain or filled or [[]])[0]


def _is_attached(part: Message, depth: int) -> bool:
    disposition = str(part.get("Content-Disposition", "")).lower()
    return disposition.startswith("attachment") or ("filename" in disposition and depth > 0)


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    data = payload[:LONGEST_BODY] if isinstance(payload, bytes) else b""
    charset = part.get_param("charset") or ""
    text = characters(data, charset if isinstance(charset, str) else charset[2])
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if part.get_content_type() == "text/plain" and str(part.get_param("format") or "").lower() == "flowed":
        return unflow(text, delsp=str(part.get_param("delsp") or "").lower() == "yes")
    return text


def _plain(kind: str, body: str) -> str:
    if kind == "plain":
        return body
    tree = parse_html(body)
    root = tree.body or tree.root
    if root is None:
        return ""
    whole = root.html or ""
    for quote in root.css(_QUOTES):
        quote.decompose()
    for mark in root.css(_ALL_AFTER):
        while mark.next is not None:
            mark.next.decompose()
        mark.decompose()
    text = text_of(root)
    if text:
        return text
    unquoted = parse_html(whole)  # a letter that only forwards keeps its quote
    content = unquoted.body or unquoted.root
    return text_of(content) if content else ""


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


def _without_address(name: str) -> str:
    words = [word for word in name.split() if "@" not in word]
    return " ".join(words).strip("\"'()<> ")


def _date(text: str) -> datetime | None:
    at = read_date(text, zone=UTC)
    return at.astimezone(UTC) if at else None
