"""Tells which of the mentions that are stored, or come in the same batch, a mention is.

Where ids can be relied on, the fingerprint decides. An item of a feed is weighed by guid, page and words together:
within its source, the same page with the same words is one item whatever its guid, and a guid that comes back with
other words is an edit, unless it is clearly another message. What another source brings on the same page with the same
words is a sighting of the mention that is stored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from app.pipeline.keep.known import StoredMention
from app.pipeline.sift.normalise import Draft
from ground.urls import is_coded
from ground.words import folded_words

ALIKE = 0.5
"""The share of words that two texts have in common (Jaccard) from which one may be an edit of the other."""
SUMMARY = 12
"""Words from which the beginning of a text is enough to know it by."""

Shelf = dict[bytes, list[StoredMention]]


@dataclass(frozen=True, slots=True)
class Identity:
    """What a draft is: `known`, a stored mention; or `repeats`, another draft of the batch, by its index; or new."""

    known: StoredMention | None = None
    repeats: int | None = None


NEW = Identity()


def identify(drafts: Sequence[Draft], stored: Collection[StoredMention], source_id: UUID) -> list[Identity]:
    """What each draft of a batch of the source is, among the `stored` mentions that share a key with one of them."""
    last = {draft.fingerprint: index for index, draft in enumerate(drafts)}  # of two with one id, the later one counts
    counted = dict.fromkeys(index for index, draft in enumerate(drafts) if last[draft.fingerprint] == index)
    shelves = _Shelves(stored, source_id)
    found: dict[int, Identity] = {}
    taken: set[UUID] = set()
    for step in (_by_fingerprint, _exactly, _as_edit, _by_words, _as_sighting):
        for index in counted:
            if index not in found and (known := step(drafts[index], shelves, taken)):
                found[index] = Identity(known)
                taken.add(known.ref.id)
    found |= _repeats_among({index: drafts[index] for index in counted if index not in found})
    found |= {
        index: Identity(repeats=last[draft.fingerprint]) for index, draft in enumerate(drafts) if index not in counted
    }
    return [found.get(index, NEW) for index in range(len(drafts))]


class _Shelves:
    """Stored mentions by what they may be known by: those of the source itself, and by page those of `elsewhere`."""

    def __init__(self, stored: Iterable[StoredMention], source_id: UUID) -> None:
        self.by_fingerprint: dict[bytes, StoredMention] = {}
        self.former: dict[bytes, StoredMention] = {}
        self.guids, self.pages, self.words, self.elsewhere = _shelf(), _shelf(), _shelf(), _shelf()
        for mention in stored:
            self.by_fingerprint[mention.fingerprint] = mention
            if mention.page_key and mention.source_id != source_id:
                self.elsewhere[mention.page_key].append(mention)
            if mention.is_from(source_id):
                self._put(mention)

    def _put(self, mention: StoredMention) -> None:
        for shelf, key in (
            (self.guids, mention.guid_key),
            (self.pages, mention.page_key),
            (self.words, mention.words_key),
        ):
            if key:
                shelf[key].append(mention)
        self.former[mention.fingerprint] = mention

    def of_guid(self, draft: Draft) -> list[StoredMention]:
        """Mentions of the source under the guid of the draft, or stored for it by an earlier version."""
        former = [self.former[mark] for mark in draft.former if mark in self.former]
        return [*_at(self.guids, draft.guid_key), *former]

    def of_words(self, draft: Draft) -> list[StoredMention]:
        """Mentions of the source with the words of the draft, or stored under them by an earlier version."""
        former = self.former.get(draft.words_key) if draft.words_key else None
        return [*_at(self.words, draft.words_key), *([former] if former and not former.words_key else [])]


def _shelf() -> Shelf:
    return defaultdict(list)


def _at(shelf: Shelf, key: bytes | None) -> list[StoredMention]:
    return shelf.get(key, []) if key else []


def _by_fingerprint(draft: Draft, shelves: _Shelves, _taken: set[UUID]) -> StoredMention | None:
    known = shelves.by_fingerprint.get(draft.fingerprint)
    if known is None and draft.former and draft.ids != "feed":
        known = shelves.by_fingerprint.get(draft.former[0])
    return known


def _exactly(draft: Draft, shelves: _Shelves, _taken: set[UUID]) -> StoredMention | None:
    """The same words under the same guid, or by the same author on the same page whatever the guid."""
    if draft.ids != "feed":
        return None
    same_page = (mention for mention in _at(shelves.pages, draft.page_key) if have_one_author(mention, draft))
    near = (*shelves.of_guid(draft), *same_page)
    return next((mention for mention in near if mention.content_hash == draft.content_hash), None)


def _as_edit(draft: Draft, shelves: _Shelves, taken: set[UUID]) -> StoredMention | None:
    """Other words under the same guid, or with the same title and date on the same page."""
    if draft.ids != "feed":
        return None
    same_guid = [mention for mention in shelves.of_guid(draft) if is_edit(mention, draft)]
    same_page = [
        mention
        for mention in _at(shelves.pages, draft.page_key)
        if draft.title and compare_dates(mention, draft) == "same"
    ]
    return next((mention for mention in (*same_guid, *same_page) if mention.ref.id not in taken), None)


def _by_words(draft: Draft, shelves: _Shelves, taken: set[UUID]) -> StoredMention | None:
    """All the same but guid and link, as where a news search codes its links in another way; or all but the date, where
    one of the two readings does not know it.

    Not one that stands in the same batch under its own guid or link: then there are two who say the same.
    """
    compared = [(mention, compare_dates(mention, draft)) for mention in shelves.of_words(draft)]
    free = [(mention, dates) for mention, dates in compared if mention.ref.id not in taken]
    wanted = ("same", "unknown", "other") if is_coded(draft.url) else ("same", "unknown")
    return next((mention for wish in wanted for mention, dates in free if dates == wish), None)


def _as_sighting(draft: Draft, shelves: _Shelves, _taken: set[UUID]) -> StoredMention | None:
    """What another source brought from the same page; of ids that can be relied on, another kind of source."""
    others = (
        mention
        for mention in _at(shelves.elsewhere, draft.page_key)
        if draft.ids == "feed" or mention.kind != draft.kind
    )
    return next((mention for mention in others if have_same_words(mention, draft)), None)


def compare_dates(was: StoredMention, draft: Draft) -> Literal["same", "other", "unknown"]:
    """How the dates of publication compare; unknown where one of the two is."""
    if was.ref.undated or draft.published_guessed:
        return "unknown"
    return "same" if was.ref.published_at == draft.published_at else "other"


def is_edit(was: StoredMention, draft: Draft) -> bool:
    """Whether other words under the same guid are an edit, and not another message of a feed that has only one guid.

    An edit keeps its date, or most of its words; where a date is unknown, its title.
    """
    dates = compare_dates(was, draft)
    same_title = bool(was.title) and folded_words(was.title) == folded_words(draft.title)
    return dates == "same" or (dates == "unknown" and same_title) or likeness(was, draft) >= ALIKE


def likeness(was: StoredMention, draft: Draft) -> float:
    """The share of words that both have, among those that either has: 0 to 1."""
    one = {*folded_words(was.title), *folded_words(was.text)}
    other = {*folded_words(draft.title), *folded_words(draft.text)}
    return len(one & other) / max(len(one | other), 1)


def have_one_author(was: StoredMention, draft: Draft) -> bool:
    """Whether one person may have written both: on a page of reviews, two people may both write "Very good"."""
    return not (was.author and draft.author) or was.author.casefold() == draft.author.casefold()


def have_same_words(was: StoredMention, draft: Draft) -> bool:
    """Whether two mentions have one title, and one text or the beginning of it."""
    if folded_words(was.title) != folded_words(draft.title):
        return False
    shorter, longer = sorted((folded_words(was.text), folded_words(draft.text)), key=len)
    return shorter == longer or (len(shorter) >= SUMMARY and shorter[:-1] == longer[: len(shorter) - 1])


def _repeats_among(fresh: dict[int, Draft]) -> dict[int, Identity]:
    """New items of a feed that are another new one: the same words on one page or under one guid."""
    first: dict[tuple[object, ...], int] = {}
    repeated: dict[int, Identity] = {}
    for index, draft in fresh.items():
        marks = _marks_of(draft)
        before = next((first[mark] for mark in marks if mark in first), None)
        if before is not None:
            repeated[index] = Identity(repeats=before)
        for mark in marks:
            first.setdefault(mark, index if before is None else before)
    return repeated


def _marks_of(draft: Draft) -> list[tuple[object, ...]]:
    """What two items of a batch have in common only when they are one."""
    if draft.ids != "feed":
        return []
    by_page = [("page", draft.page_key, draft.content_hash, draft.author.casefold())] if draft.page_key else []
    return [*by_page, *([("guid", draft.guid_key, draft.content_hash)] if draft.guid_key else [])]
