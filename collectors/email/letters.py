"""Turns the letters of a folder into mentions, batch by batch. They are parsed in a process that can be killed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from collectors._kit.items import short_hash
from collectors._kit.times import earlier
from collectors.base import Broken, RawMention
from ground.halving import Deadly, Halving, Later
from ground.isolate import warm_up

from .forwards import bare_subject, is_announced
from .letter import Letter, read_letters, without_address
from .mailbox import Fact, Imap, letters

LARGEST = 25 * 1024 * 1024  # bytes of a letter
BATCH, BATCH_BYTES = 50, 8 * 1024 * 1024
PRIVATE = "[…]"
HARMLESS = b"Subject: A harmless letter\r\n\r\nOf some words.\r\n"
UNSAFE = "it takes too long, or too much memory, to be read"

_ADDRESS = re.compile(r"[\w.%+'-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}", re.IGNORECASE)
_GAP = "[ ./\u00a0\u2007\u2009\u2011\u202f-]"
"""What may stand between the digits of a telephone number, with the spaces that French uses, which do not break."""
_PHONE = re.compile(
    rf"(?<![\w,/-])(?<!\d\.)(?:(?:\+|00){_GAP}?\d{{1,3}}{_GAP}?(?:\(\d{{1,4}}\){_GAP}?)?\d(?:{_GAP}?\d){{6,11}}"
    rf"|0[1-9](?:{_GAP}?\d\d){{4}}"  # France, Belgium
    rf"|0\d{{2,4}}[ /\u00a0\u202f-]\d{{3,4}}{_GAP}?\d{{3,8}}"  # Britain, Germany, Italy
    rf"|(?:\(\d{{3}}\){_GAP}?|\d{{3}}{_GAP})\d{{3}}{_GAP}\d{{4}}"  # North America
    rf"|\(0\){_GAP}?[1-9](?:{_GAP}?\d\d){{4}})(?![\w-]|:\d)"  # not a date with its hour
)


@dataclass(frozen=True, slots=True)
class Whose:
    """The mailbox that letters come from, and whether to split letters of Google Alerts into their links."""

    host: str
    username: str
    split_alerts: bool


@dataclass(frozen=True, slots=True)
class Letters:
    """The mentions of a batch, and the letters that could not be read, as (number, reason)."""

    mentions: tuple[RawMention, ...]
    broken: tuple[Broken, ...]


def batches(waiting: Iterable[Fact]) -> Iterator[list[Fact]]:
    """Letters in batches of 50 or 8 MB; one that is too large to be read counts as empty."""
    batch: list[Fact] = []
    size = 0
    for fact in waiting:
        weight = fact.size if fact.size <= LARGEST else 0
        if batch and (len(batch) == BATCH or size + weight > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(fact)
        size += weight
    if batch:
        yield batch


def read(box: Imap, batch: Sequence[Fact], whose: Whose) -> Letters:
    """The letters of a batch as mentions. One that is too large or unreadable goes to `broken`, the others are read."""
    broken = [
        Broken(f"letter {fact.uid}", f"it is too large to be read: {fact.size // 2**20} MB")
        for fact in batch
        if fact.size > LARGEST
    ]
    fit = [fact for fact in batch if fact.size <= LARGEST]
    raws = letters(box, [fact.uid for fact in fit]) if fit else {}
    present = [fact for fact in fit if fact.uid in raws]
    mentions: dict[str, RawMention] = {}
    for fact, letter in zip(present, _parse([raws[fact.uid] for fact in present]), strict=True):
        if isinstance(letter, str):
            broken.append(Broken(f"letter {fact.uid}", letter))
        elif letter is not None:
            mentions |= {mention.external_id: mention for mention in mentions_of(letter, fact, whose)}
    return Letters(tuple(mentions.values()), tuple(broken))


def _parse(raws: list[bytes]) -> list[Letter | str | None]:
    """What `read_letters` returns; `UNSAFE` for a letter that takes too long or too much memory."""
    results = Halving(read_letters, HARMLESS, most_deadly=len(raws))(raws)
    return [UNSAFE if isinstance(result, Deadly | Later) else result for result in results]


def mentions_of(letter: Letter, fact: Fact, whose: Whose) -> list[RawMention]:
    """What a letter brings: itself, the letters that it forwards, or the results of an alert. Empty without words."""
    if letter.links and whose.split_alerts:
        at = earlier(letter.sent, fact.arrived)
        return [
            RawMention(link.url, link.url, link.title, link.text, platform="web", published_at=at)
            for link in letter.links
        ]
    if letter.forwarded:
        return list(_forwarding(letter, fact, whose))
    return [mention(letter, fact, whose)] if letter.subject or letter.text else []


def _forwarding(letter: Letter, fact: Fact, whose: Whose) -> Iterator[RawMention]:
    """What a letter says of the letters that it forwards, and these, each as a mention of whoever wrote it.

    The subject is that of the letter that is forwarded, unless somebody wrote another one above it.
    """
    outer = mention(letter, fact, whose)
    subject = bare_subject(letter.subject)
    if letter.text:
        theirs = is_announced(letter.subject) or subject == bare_subject(letter.forwarded[0].subject)
        yield replace(outer, title="") if theirs else outer
    for place, inner in enumerate(letter.forwarded, 1 if letter.text else 0):
        yield replace(
            outer,
            external_id=f"{outer.external_id}#{place}" if place else outer.external_id,
            title=_blot_out(inner.subject or subject),
            text=_blot_out(inner.text),
            author=_blot_out(without_address(inner.name)),
            author_id=_pseudonym(inner.address, whose),
            published_at=earlier(inner.sent, fact.arrived) if inner.sent else None,
            date_spelling="" if inner.sent else inner.spelling,
        )


def mention(letter: Letter, fact: Fact, whose: Whose) -> RawMention:
    """A letter as a mention. Addresses and telephone numbers in it are blotted out, as they lead to its author."""
    key = _mid(letter.message_id) if letter.message_id else f"letter-{short_hash(*_content(letter))}"
    before = letter.references
    return RawMention(
        external_id=key,
        title=_blot_out(letter.subject),
        text=_blot_out(letter.text),
        author=_blot_out(letter.name),
        author_id=_pseudonym(letter.address, whose),
        platform="email",
        outlet=letter.group,
        published_at=earlier(letter.sent, fact.arrived),
        thread_id=_mid(before[0]) if before else key,
        parent_id=_mid(before[-1]) if before else None,
    )


def _mid(message_id: str) -> str:
    return f"mid:{message_id}"


def _content(letter: Letter) -> tuple[str, ...]:
    return (letter.address, letter.subject, letter.text, letter.sent.isoformat() if letter.sent else "")


def _blot_out(text: str) -> str:
    return _PHONE.sub(PRIVATE, _ADDRESS.sub(PRIVATE, text))


def _pseudonym(address: str, whose: Whose) -> str:
    """A name that stays the same for one person in this mailbox, and differs in every other mailbox."""
    if not address:
        return ""
    salt = hashlib.blake2b(f"{whose.host}\0{whose.username}".encode(), digest_size=32).digest()
    return hashlib.blake2b(address.encode("utf-8", "replace"), key=salt, digest_size=10).hexdigest()


warm_up(read_letters, [HARMLESS])
