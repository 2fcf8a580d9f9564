"""The keys by which a mention is known again, and by which an edit shows.

Where ids can be relied on (a platform's own, and those that a sender makes up), the fingerprint alone decides. A feed
promises nothing: guids change at every reading or stand for several items, links change with the headline or hold a
session. There the guid, the page and the words are keys of their own, and `keep/identity.py` weighs them together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from collectors.base import Ids, RawMention
from ground.urls import canonical, host, is_coded, page_key

_GLOBAL_ID = re.compile(r"(?i)(?:https?|urn|tag|at|acct|did|doi|mid|cid|ni|xri|info):\S+|[a-z][a-z0-9+.-]*://\S+")


HEAD = 12
"""Words of an untitled text that stand for its title."""


@dataclass(frozen=True, slots=True)
class Scope:
    """How far the ids of a kind reach (see `Ids`), the source that a mention came from, and its kind.

    `kind` differs from the kind under which the mention is stored where the latter is that of the family.
    """

    ids: Ids
    source: str = ""
    kind: str = ""


PLATFORM = Scope("platform")


@dataclass(frozen=True, slots=True)
class Keys:
    """What a mention is known by, each 16 bytes or None.

    `fingerprint` is unique in a workspace. `page` is its link, or an id that is unique by itself, with its title (or
    the first words of an untitled text), whichever source brings it. Within its source, an item of a feed has its
    `guid`, and `words`, all that is said, by whom and when, where its link is a code that is made anew. `words` are
    without the date where the date is a part of the id: they are the fingerprint of a reading that does not know it.
    `former`: the fingerprints that an earlier version may have stored it under.
    """

    fingerprint: bytes
    page: bytes | None = None
    guid: bytes | None = None
    words: bytes | None = None
    former: tuple[bytes, ...] = ()


def keys_of(kind: str, raw: RawMention, title: Sequence[str], text: Sequence[str], scope: Scope = PLATFORM) -> Keys:
    """The keys of a mention; `title` and `text` are its folded words."""
    address, named = page_key(raw.url) or _global_id(raw), title or text[:HEAD]
    page = _digest("page", address, *named) if address and named else None
    if scope.ids != "feed":
        former = (fingerprint(scope.kind, raw, scope),) if scope.kind not in {"", kind} else ()
        return Keys(fingerprint(kind, raw, scope), page, words=_undated_key(kind, raw, scope), former=former)
    guid = (raw.undated_id or raw.external_id).strip()
    date = raw.published_at.isoformat() if raw.published_at else ""
    said = _digest(*title, "", *text).hex()
    return Keys(
        _digest("item", scope.source, guid, address, date, said),
        page,
        guid=_digest("guid", scope.source, _guid_key(guid)) if guid else None,
        words=_words(raw, scope, date, said) if _needs_words(raw, guid or address, date) else None,
        former=_former(scope.kind or kind, raw),
    )


def _needs_words(raw: RawMention, name: str, date: str) -> bool:
    """Whether an item of a feed is known by its words: its link is made anew, or it has neither guid nor page."""
    return bool(date) if is_coded(raw.url) else not name


def _words(raw: RawMention, scope: Scope, date: str, said: str) -> bytes:
    known = date if is_coded(raw.url) else ""
    return _digest("words", scope.source, raw.author, raw.outlet, host(raw.url), known, said)


def _undated_key(kind: str, raw: RawMention, scope: Scope) -> bytes | None:
    """The fingerprint of a reading that does not know the date; None where the date is no part of the id."""
    if raw.undated_id:
        return fingerprint(kind, replace(raw, external_id=raw.undated_id), scope)
    if raw.external_id.strip() or canonical(raw.url):
        return None
    return fingerprint(kind, replace(raw, published_at=None), scope)


def _guid_key(guid: str) -> str:
    """A guid without what changes in an address from one reading to the next. What follows `#` tells a comment of a
    page, or a review, from its neighbours."""
    page, fragment = page_key(guid), guid.partition("#")[2]
    return f"{page}#{fragment}" if page and fragment else page or guid


def _global_id(raw: RawMention) -> str:
    """The id of a mention without a link, where it is unique by itself: it then stands for the page."""
    identity = raw.external_id.strip()
    return identity if _GLOBAL_ID.fullmatch(identity) else ""


def fingerprint(kind: str, raw: RawMention, scope: Scope = PLATFORM) -> bytes:
    """What makes a mention the same one when it is met again, where ids can be relied on: 16 bytes.

    1. An id that is unique by itself (an address, urn:, tag:, at://, did: …) counts within the kind, anywhere.
    2. Any other id counts within the kind and the `scope` that the kind declares: the source that made it up (imports,
       webhooks), else the host of the link, so that one Reddit id met through two sources is one mention.
    3. Without id, the canonical link; without link, the words themselves, their author and date, and the source where
       ids reach no further.
    """
    within = scope.source if scope.ids == "source" else host(raw.url)
    return _by_id(kind, raw, within, scope.source if scope.ids == "source" else "")


def _former(kind: str, raw: RawMention) -> tuple[bytes, ...]:
    """What an item of a feed was stored under by versions that took its guid for an id, within its link or its host."""
    return _by_id(kind, raw, canonical(raw.url), ""), _by_id(kind, raw, host(raw.url), "")


def _by_id(kind: str, raw: RawMention, within: str, source: str) -> bytes:
    identity = raw.external_id.strip()
    if _GLOBAL_ID.fullmatch(identity):
        return _digest(kind, "id", identity)
    if identity:
        return _digest(kind, "id", within, identity)
    if address := canonical(raw.url):
        return _digest(kind, "url", address)
    date = raw.published_at.isoformat() if raw.published_at else ""
    return _digest(kind, "content", source, raw.author, date, raw.title, raw.text)


def _digest(*parts: str) -> bytes:
    # Lengths keep ("ab", "c") and ("a", "bc") apart.
    written = "".join(f"{len(part)}:{part}" for part in parts)
    return blake2b(written.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def content_hash(*parts: str) -> bytes:
    """16 bytes that differ once one of the parts of a mention was edited."""
    return _digest("edit", *parts)
