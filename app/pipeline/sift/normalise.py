"""Turns what a platform gave into what the database stores, clean, bounded and dated, or says why it cannot."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from app.pipeline.sift.fingerprint import PLATFORM, Scope, content_hash, keys_of
from collectors.base import Ids, RawMention
from ground.charsets import undone
from ground.html import html_to_text, quotes_alone, title_of_html
from ground.plain import clean_line, clean_text
from ground.quotes import without_bbcode_quotes
from ground.urls import canonical, host, link
from ground.words import TEXT_LIMIT, TITLE_LIMIT, folded_words, search_vector
from matching.story import StoryKey, story_of
from sentiment.language import detect

T = TypeVar("T")

NAME_LIMIT = 200
ID_LIMIT = 500
EXCERPT_LIMIT = 300
SPELLING_LIMIT = 100
LARGEST = 2**53
"""Larger numbers lose digits in the JSON of a browser."""

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
CLOCK_SKEW = timedelta(minutes=10)


class Poison(ValueError):
    """A mention cannot be stored. The text is a sentence for whoever looks at the quarantine."""


class OnlyQuotes(Poison):
    """A mention has no words of its own: whom it quotes is another's mention."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A mention as the database stores it. Texts are plain and clean; times are in UTC; `story` fits a bigint.

    `published_guessed`: the platform gave no believable date, so `published_at` is the moment of collection, which
    counts in no curve; `date_spelling` is what the platform wrote instead, if anything.
    `search` is a tsvector literal, to be cast ::tsvector. `url` is safe to show as a link, `canonical_url` is a key.
    `ids` says how far ids of its kind reach; `Keys` explains the keys that the mention is known by.
    """

    kind: str
    external_id: str
    fingerprint: bytes
    story: StoryKey | None
    url: str | None
    canonical_url: str | None
    host: str
    platform: str
    outlet: str
    author: str
    author_id: str
    author_followers: int | None
    title: str
    text: str
    language: str | None
    published_at: datetime
    published_guessed: bool
    date_spelling: str | None
    edited_at: datetime | None
    collected_at: datetime
    thread_id: str | None
    parent_id: str | None
    rating: float | None
    rating_scale: float | None
    reach: int | None
    likes: int | None
    shares: int | None
    comments: int | None
    content_hash: bytes
    search: str
    deleted: bool
    ids: Ids
    page_key: bytes | None
    guid_key: bytes | None
    words_key: bytes | None
    former: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Rejection:
    """A mention that cannot be stored: its id as far as it is known, why, and the start of its words."""

    external_id: str
    reason: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class CleanText:
    """The title and the text of a mention, clean and plain, and the folded words of both."""

    title: str
    text: str
    in_title: list[str]
    in_text: list[str]


def prepare(kind: str, raws: Sequence[RawMention], now: datetime, scope: Scope = PLATFORM) -> list[Draft | Rejection]:
    """Normalises a batch, in order; a bad mention becomes a rejection and spoils no other. Runs in any process."""
    return [attempt(raw, lambda raw: normalise(kind, raw, now, scope)) for raw in raws]


def attempt(raw: RawMention, step: Callable[[RawMention], T]) -> T | Rejection:
    """Runs `step` on a mention. Whatever it raises becomes a rejection with its reason."""
    try:
        return step(raw)
    except Poison as poison:
        reason = str(poison)
    except Exception as error:  # noqa: BLE001, RUF100  whatever a platform sends, the rest of the batch is stored
        reason = f"This mention could not be read ({type(error).__name__}: {str(error)[:200]})."
    return Rejection(
        clean_line(str(raw.external_id), ID_LIMIT), clean_line(reason, 500), clean_line(_excerpt(raw), EXCERPT_LIMIT)
    )


def _excerpt(raw: RawMention) -> str:
    return f"{str(raw.title)[:EXCERPT_LIMIT]} {str(raw.text)[:EXCERPT_LIMIT]}"


def normalise(kind: str, raw: RawMention, now: datetime, scope: Scope = PLATFORM) -> Draft:
    """The draft of one mention, collected at `now` (aware). `fingerprint` explains `scope`.

    Raises Poison for a mention that has neither title nor text and reports no deletion.
    """
    return draft_of(kind, raw, clean(raw), now, scope)


def clean(raw: RawMention) -> CleanText:
    """The first and cheap half of `normalise`: enough to tell which brands a mention is about.

    What its author only quotes is left out. Raises Poison, and OnlyQuotes where nothing else is there.
    """
    title = clean_line(undone(title_of_html(raw.title) if raw.html else raw.title), TITLE_LIMIT)
    said = without_bbcode_quotes(html_to_text(raw.text) if raw.html else raw.text)
    text = clean_text(undone(said), TEXT_LIMIT)
    if not (title or text or raw.deleted):
        if quotes_alone(raw.text) if raw.html else clean_text(undone(raw.text), TEXT_LIMIT):
            raise OnlyQuotes("This mention only quotes what somebody else said.")
        raise Poison("This mention has neither a title nor a text.")
    return CleanText(title, text, folded_words(title), folded_words(text))


def draft_of(kind: str, raw: RawMention, words: CleanText, now: datetime, scope: Scope = PLATFORM) -> Draft:
    """The second half of `normalise`, for a mention that will be stored. Raises ValueError for a naive `now`."""
    if now.utcoffset() is None:
        raise ValueError("now must be aware")
    title, text, in_title, in_text = words.title, words.text, words.in_title, words.in_text
    outlet = clean_line(undone(raw.outlet), NAME_LIMIT)
    published = _believable(raw.published_at, now)
    rating, scale = _rating(raw.rating, raw.rating_scale)
    keys = keys_of(kind, raw, in_title, in_text, scope)
    return Draft(
        kind=kind,
        external_id=clean_line(raw.external_id, ID_LIMIT),
        fingerprint=keys.fingerprint,
        story=story_of(folded_words(title.removesuffix(f" - {outlet}")) if outlet else in_title, in_text),
        url=link(raw.url),
        canonical_url=canonical(raw.url) or None,
        host=host(raw.url),
        platform=clean_line(raw.platform, NAME_LIMIT) or kind,
        outlet=outlet,
        author=clean_line(undone(raw.author), NAME_LIMIT),
        author_id=clean_line(raw.author_id, ID_LIMIT),
        author_followers=_count(raw.author_followers),
        title=title,
        text=text,
        language=detect(f"{title}\n{text}".strip(), raw.language)[0],
        published_at=published or now.astimezone(UTC),
        published_guessed=published is None,
        date_spelling=None if published else _spelling(raw),
        edited_at=_believable(raw.edited_at, now),
        collected_at=now.astimezone(UTC),
        thread_id=_reference(raw.thread_id),
        parent_id=_reference(raw.parent_id),
        rating=rating,
        rating_scale=scale,
        reach=_count(raw.reach if raw.reach is not None else raw.engagement.get("views")),
        likes=_number(raw.engagement.get("likes")),
        shares=_count(raw.engagement.get("shares")),
        comments=_count(raw.engagement.get("comments")),
        content_hash=content_hash(title, text, "" if rating is None else repr(rating)),
        search=search_vector(in_title, in_text),
        deleted=bool(raw.deleted),
        ids=scope.ids,
        page_key=keys.page,
        guid_key=keys.guid,
        words_key=keys.words,
        former=keys.former,
    )


def _believable(at: datetime | None, now: datetime) -> datetime | None:
    """The date in UTC; None when it is missing, naive, before 1990 or more than ten minutes ahead.

    A date up to ten minutes ahead comes from a clock that runs fast, and is read as `now`.
    """
    if at is None or at.utcoffset() is None:
        return None
    if not EARLIEST <= at <= now + CLOCK_SKEW:
        return None
    return min(at, now).astimezone(UTC)


def _spelling(raw: RawMention) -> str | None:
    """What the platform wrote in place of a date that can be believed."""
    unbelieved = raw.published_at.isoformat() if raw.published_at else ""
    return clean_line(raw.date_spelling or unbelieved, SPELLING_LIMIT) or None


def _reference(identity: str | None) -> str | None:
    return clean_line(identity, ID_LIMIT) or None if identity else None


def _number(value: float | None) -> int | None:
    """The number cut to a whole one within ±2^53; it may be negative, as likes minus dislikes may."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return max(-LARGEST, min(LARGEST, int(value)))


def _count(value: float | None) -> int | None:
    number = _number(value)
    return None if number is None or number < 0 else number


def _rating(rating: float | None, scale: float | None) -> tuple[float, float] | tuple[None, None]:
    """A rating and its scale, or neither. A rating lies between 0 and its scale, a scale is at most 1,000."""
    if rating is None or scale is None:
        return None, None
    return (float(rating), float(scale)) if 0 < scale <= 1000 and 0 <= rating <= scale else (None, None)
