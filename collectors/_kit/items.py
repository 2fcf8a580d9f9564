"""What all feed dialects need: clean strings, and an id for each item."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from collectors.base import RawMention
from ground.links import without_tracking
from ground.words import folded_words

LONGEST_TITLE = 2_000
LONGEST_TEXT = 65_536  # HTML cleaners further on are quadratic on some inputs
LONGEST_NAME = 300
LONGEST_ID = 500
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
ALIKE = 0.5
"""The share of their words from which two items under one guid and link are the same, listed twice."""
COMPARED = 20
"""Items under one id that each further one is compared with, so that a feed of one id does not cost the square."""
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,3}")


@dataclass(frozen=True, slots=True)
class Item:
    """An item before we know whether its guid is unique. `guid` may be empty."""

    guid: str
    mention: RawMention


def identify(items: Iterable[Item]) -> tuple[RawMention, ...]:
    """The items as mentions, each with an id, in their order and without repetitions.

    The id is the guid, else the link, else a hash of title and text. Where different items share a guid, each adds a
    hash of its link, or of its content, so that ids do not depend on the order. Where they share the link too, those
    with mostly other words are messages of their own, under one id. Items without guid, link and text are left out.
    """
    by_name = [(item.guid or item.mention.url or "", item) for item in items]
    keys: dict[str, set[str]] = defaultdict(set)
    for name, item in by_name:
        keys[name].add(_key(item))
    mentions = (_with_id(name, item, alone=bool(name) and len(keys[name]) == 1) for name, item in by_name)
    kept: list[RawMention] = []
    by_id: dict[str, list[RawMention]] = defaultdict(list)
    for mention in mentions:
        if mention is not None and not any(
            are_alike(mention, other) for other in by_id[mention.external_id][-COMPARED:]
        ):
            by_id[mention.external_id].append(mention)
            kept.append(mention)
    return tuple(kept)


def are_alike(one: RawMention, other: RawMention) -> bool:
    """Whether two items have most of their words in common."""
    words, others = ({*folded_words(item.title), *folded_words(item.text)} for item in (one, other))
    return words == others or len(words & others) >= ALIKE * len(words | others)


def newest(mentions: Sequence[RawMention], most: int) -> tuple[RawMention, ...]:
    """At most `most` of the mentions, in their order. Those without a date are left out first, then the oldest."""
    if len(mentions) <= most:
        return tuple(mentions)
    never = datetime.min.replace(tzinfo=UTC)
    by_age = sorted(range(len(mentions)), key=lambda i: (mentions[i].published_at or never, -i), reverse=True)
    return tuple(mentions[i] for i in sorted(by_age[:most]))


def fit(value: object, longest: int) -> str:
    """A string cut to `longest`, without the signs that PostgreSQL cannot store; empty for any other value."""
    return UNFIT.sub("\ufffd", value[:longest].replace("\0", "")) if isinstance(value, str) else ""


def fit_id(value: object) -> str:
    """A guid, which becomes its first half and a hash where it is longer than LONGEST_ID."""
    text = fit(value, LONGEST_TEXT).strip()
    return text if len(text) <= LONGEST_ID else f"{text[: LONGEST_ID // 2]}#{short_hash(text)}"


def language_of(*candidates: object) -> str | None:
    """The first candidate that looks like a language tag, unchanged; None when none does."""
    tags = (text.strip() for text in candidates if isinstance(text, str))
    return next((tag for tag in tags if LANGUAGE.fullmatch(tag)), None)


def short_hash(*parts: str) -> str:
    """16 hexadecimal digits of the parts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]


def _key(item: Item) -> str:
    """What tells an item from others with the same guid: its own link, else its content."""
    mention = item.mention
    if item.guid and mention.url and mention.url != item.guid:
        return without_tracking(mention.url)
    return short_hash(mention.title, mention.text)


def _with_id(name: str, item: Item, *, alone: bool) -> RawMention | None:
    mention = item.mention
    if not name and not mention.title and not mention.text:
        return None
    external_id = name if alone else "#".join(filter(None, (name, short_hash(_key(item)))))
    return replace(mention, external_id=external_id)
