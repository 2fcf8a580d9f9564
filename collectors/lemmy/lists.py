"""Goes through the lists of a Lemmy instance, newest first, whichever version it speaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import httpx2

from collectors._kit.answers import each, json_of, missing_field
from collectors._kit.fetch import fetch, host_of
from collectors._kit.newest import Listing
from collectors._kit.paging import Fresh
from collectors._kit.times import moment
from collectors.base import RawMention, SourceError
from ground.notice import Json

from .posts import Content, View, mention_of, pinned
from .refusals import REFUSALS, Gone

PAGE = 50
Version = Literal["v4", "v3"]
HELD_IN: Mapping[Version, tuple[str, ...]] = {
    "v4": ("search", "items", "results", "posts", "comments"),
    "v3": ("posts", "comments"),
}
EVER = datetime.min.replace(tzinfo=UTC)
Marks = tuple[str | int | None, ...]
"""The next page of each list."""


@dataclass(slots=True)
class OneList:
    """A list and how far it was read. `mark` names its next page, None when there is none; `last` is what it held."""

    path: str
    query: Mapping[str, str | int]
    mark: str | int | None = 1
    oldest: datetime = EVER
    fresh: Fresh = field(default_factory=Fresh)
    last: list[str] = field(default_factory=list)

    def move(
        self, ids: list[str], ends: Sequence[datetime | None], following: str | int | None, since: datetime
    ) -> None:
        """Goes on to the following page; nowhere where all parts of this one end before `since`, or it was the last."""
        self.oldest = max(filter(None, ends), default=self.oldest)
        goes_on = any(end is None or end >= since for end in ends) and ids != self.last
        self.mark, self.last = following if goes_on else None, ids


@dataclass(frozen=True, slots=True)
class Instance:
    base: str
    http: httpx2.Client

    @property
    def host(self) -> str:
        return host_of(self.base)

    def get(self, version: Version, path: str, query: Mapping[str, str | int]) -> Json:
        url = f"{self.base}/api/{version}/{path}"
        return json_of(fetch(self.http, url, params=query, refusals=REFUSALS.about(host=self.host)))

    def version(self) -> Version:
        """Which version it speaks: 4, else 3. Raises SourceError when it is no Lemmy."""
        for version in HELD_IN:
            with suppress(Gone):
                found = self.get(version, "site", {})
                if isinstance(found, dict) and "site_view" in found:
                    return version
        raise SourceError("{host} is no Lemmy instance: check its address", host=self.host)


@dataclass(slots=True)
class Lists:
    """Lists that are read side by side: what is older than all of them gave is what is still to come."""

    instance: Instance
    version: Version
    lists: Sequence[OneList]
    known: dict[int, str] = field(default_factory=dict)

    def page(self, since: datetime) -> Listing:
        """The next page of every list. Raises SourceError."""
        mentions: tuple[RawMention, ...] = ()
        broken: tuple[tuple[str, str], ...] = ()
        for one in self.lists:
            if one.mark is not None:
                found, bad = self._page(one, since)
                mentions, broken = (*mentions, *found), (*broken, *bad)
        return Listing(mentions, broken)

    @property
    def marks(self) -> Marks:
        return tuple(one.mark for one in self.lists)

    @property
    def ended(self) -> bool:
        return all(mark is None for mark in self.marks)

    @property
    def reached(self) -> datetime:
        """Everything from there on was given."""
        return max((one.oldest for one in self.lists if one.mark is not None), default=EVER)

    def _page(self, one: OneList, since: datetime) -> tuple[tuple[RawMention, ...], tuple[tuple[str, str], ...]]:
        answer = self.instance.get(self.version, one.path, self._asked(one))
        parts = _lists(answer, self.version, self.instance.host)
        views, broken = _views(parts, self.instance.host)
        self.known |= {said.id: said.ap_id for view in views if (said := view.comment) and said.id is not None}
        found = tuple(mention_of(view, self.known) for view in views)
        ends = [_oldest(part) for part in parts if part]
        one.move([mention.external_id for mention in found], ends, self._next(one, answer), since)
        return found, broken

    def _asked(self, one: OneList) -> dict[str, str | int]:
        asked = {**one.query, "limit": PAGE}
        if self.version == "v3":
            return {**asked, "page": one.mark or 1}
        return {**asked, "page_cursor": one.mark} if isinstance(one.mark, str) else asked

    def _next(self, one: OneList, answer: Json) -> str | int | None:
        if self.version == "v3":
            return one.mark + 1 if isinstance(one.mark, int) else None
        after = answer.get("next_page") if isinstance(answer, dict) else None
        return after if isinstance(after, str) and one.fresh(after) else None


def _lists(answer: Json, version: Version, host: str) -> list[list[Any]]:
    """The lists an answer holds. Raises SourceChanged when it holds none."""
    holder = answer if isinstance(answer, dict) else {}
    found = [value for name in HELD_IN[version] if isinstance(value := holder.get(name), list)]
    if not found:
        raise missing_field(host, HELD_IN[version][0])
    return found


def _views(parts: Sequence[Sequence[Any]], host: str) -> tuple[list[View], tuple[tuple[str, str], ...]]:
    """The posts and comments of a page, and what of them could not be read."""
    views: list[View] = []
    _, broken = each(View, [view for part in parts for view in part if _is_message(view)], views.append, host)
    return views, broken


def _is_message(view: object) -> bool:
    """Version 4 mixes communities and people among what is found; they are none of it."""
    return not isinstance(view, dict) or view.get("type_") in (None, "post", "comment", "Post", "Comment")


def _oldest(views: Sequence[object]) -> datetime | None:
    """The date of the last that is not pinned; None when none is known."""
    for value in reversed(views):
        try:
            view = View.model_validate(value)
        except ValueError:
            continue
        said: Content = view.comment or view.post
        at = moment(said.published_at) or moment(said.published)
        if at and not pinned(view):
            return at
    return None
