"""When two mentions are one (fingerprint), and when two texts are one story (story key)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from app.pipeline.urls import canonical, host
from app.pipeline.words import TEXT_LIMIT, TITLE_LIMIT, folded
from collectors.base import RawMention

STORY_BITS = 3
"""Two stories at most this many bits apart, of 64, are one; 4 bands of 16 bits then share at least one."""

LEAST_WORDS = 8  # below, people who say «Merci pour votre aide !» would all tell one story
BODY_WORDS = 40  # from there on the body alone tells the story: outlets keep an agency's text and write their own title

_GLOBAL_ID = re.compile(r"(?i)(?:https?|urn|tag|at|acct|did|doi|mid|cid|ni|xri|info):\S+|[a-z][a-z0-9+.-]*://\S+")


def fingerprint(kind: str, raw: RawMention, scope: str | None = None) -> bytes:
    """What makes a mention the same one when it is met again: 16 bytes.

    1. An id that is unique by itself (an address, urn:, tag:, at://, did: …) counts within the kind, anywhere.
    2. Any other id counts within the kind and, in this order: the `scope` the caller gives (for kinds whose ids are
       made up by each source, such as imports and webhooks: the id of the source), else the host of the mention's
       link. So the id «1» of two sites is two mentions, and one Reddit id met through two sources is one.
    3. Without id, the canonical link; without link, the words themselves, their author and date, within the scope.
    """
    identity = raw.external_id.strip()
    if _GLOBAL_ID.fullmatch(identity):
        return _digest(kind, "id", identity)
    if identity:
        return _digest(kind, "id", scope if scope is not None else host(raw.url), identity)
    if address := canonical(raw.url):
        return _digest(kind, "url", address)
    date = raw.published_at.isoformat() if raw.published_at else ""
    return _digest(kind, "content", scope or "", raw.author, date, raw.title, raw.text)


def _digest(*parts: str) -> bytes:
    # Lengths keep ("ab", "c") and ("a", "bc") apart.
    written = "".join(f"{len(part)}:{part}" for part in parts)
    return blake2b(written.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def content_hash(*parts: str) -> bytes:
    """Tells whether a mention was edited: 16 bytes of its parts."""
    return _digest("edit", *parts)


def story_key(title: str, text: str) -> int | None:
    """A 64-bit simhash over runs of three folded words, as a signed integer (PostgreSQL's bigint); None under 8 words.

    Near-identical texts have keys few bits apart. Charikar, STOC 2002; the search by bands: Manku et al., WWW 2007.
    """
    return story_of(folded(title[:TITLE_LIMIT]), folded(text[:TEXT_LIMIT]))


def story_of(title: Sequence[str], text: Sequence[str]) -> int | None:
    """`story_key` of words already folded."""
    told = text if len(text) >= BODY_WORDS else [*title, *text]
    if len(told) < LEAST_WORDS:
        return None
    hashes = np.fromiter(map(_word_hash, told), dtype=np.uint64, count=len(told))
    votes = _mixed(hashes[:-2] * _FIRST + hashes[1:-1] * _SECOND + hashes[2:])
    bits = np.unpackbits(votes.view(np.uint8).reshape(-1, 8), axis=1).sum(axis=0, dtype=np.uint32)
    key = np.packbits(bits * 2 > len(votes)).tobytes()
    return int.from_bytes(key, "big", signed=True)


_FIRST = np.uint64(0x9E3779B97F4A7C15)
_SECOND = np.uint64(0xC2B2AE3D27D4EB4F)


@lru_cache(maxsize=1 << 16)
def _word_hash(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "little")


def _mixed(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): every input bit moves every output bit."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (values ^ (values >> np.uint64(31))).astype("<u8", copy=False)


def near(a: int, b: int) -> bool:
    """Whether two story keys are one story."""
    return ((a ^ b) & (1 << 64) - 1).bit_count() <= STORY_BITS


def bands(key: int) -> tuple[int, int, int, int]:
    """Four numbers of 18 bits to index a story key by: keys that are near share at least one of them."""
    first, second, third, fourth = ((key >> 16 * band) & 0xFFFF | band << 16 for band in range(4))
    return first, second, third, fourth
