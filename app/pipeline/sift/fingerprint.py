"""Tells whether two mentions are the same one, and whether it was edited in between."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b

from collectors.base import Ids, RawMention
from ground.urls import canonical, host

_GLOBAL_ID = re.compile(r"(?i)(?:https?|urn|tag|at|acct|did|doi|mid|cid|ni|xri|info):\S+|[a-z][a-z0-9+.-]*://\S+")


@dataclass(frozen=True, slots=True)
class Scope:
    """How far the ids of a kind reach (see `Ids`), and the source that a mention came from."""

    ids: Ids
    source: str = ""


PLATFORM = Scope("platform")


def fingerprint(kind: str, raw: RawMention, scope: Scope = PLATFORM) -> bytes:
    """What makes a mention the same one when it is met again: 16 bytes.

    1. An id that is unique by itself (an address, urn:, tag:, at://, did: …) counts within the kind, anywhere.
    2. Any other id counts within the kind and the `scope` that the kind declares: the source that made it up (imports,
       webhooks); the link of the item, because two feeds of one host may both count from 1; else the host of the link,
       so that one Reddit id met through two sources is one mention.
    3. Without id, the canonical link; without link, the words themselves, their author and date, and the source where
       ids reach no further.
    """
    identity = raw.external_id.strip()
    if _GLOBAL_ID.fullmatch(identity):
        return _digest(kind, "id", identity)
    if identity:
        return _digest(kind, "id", _within(raw, scope), identity)
    if address := canonical(raw.url):
        return _digest(kind, "url", address)
    date = raw.published_at.isoformat() if raw.published_at else ""
    source = scope.source if scope.ids == "source" else ""
    return _digest(kind, "content", source, raw.author, date, raw.title, raw.text)


def _within(raw: RawMention, scope: Scope) -> str:
    if scope.ids == "source":
        return scope.source
    return canonical(raw.url) if scope.ids == "link" else host(raw.url)


def _digest(*parts: str) -> bytes:
    # Lengths keep ("ab", "c") and ("a", "bc") apart.
    written = "".join(f"{len(part)}:{part}" for part in parts)
    return blake2b(written.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def content_hash(*parts: str) -> bytes:
    """16 bytes that differ once one of the parts of a mention was edited."""
    return _digest("edit", *parts)
