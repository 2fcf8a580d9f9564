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
from collectors.base import Broken, RawMention, SourceError
from ground.notice import Json

from .posts import Content, View, is_pinned, mention_of
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
Messages = tuple[tuple[RawMention, ...], tuple[Broken, ...]]
"""The mentions of a page, and the items that could not be read."""


@dataclass(slots=True)
class ListProgress:
    """A list, and how far it was read. `mark` is its next page, None at the end; `last` the ids of its last page."""

    path: str
    query: Mapping[str, str | int]
    mark: str | int | None = 1
    oldest: datetime = EVER
    fresh: Fresh = field(default_factory=Fresh)
    last: list[str] = field(default_factory=list)

    def move(
        self, ids: list[str], ends: Sequence[datetime | None], following: str | int | None, since: datetime
    ) -> None:
        """Moves to the following page; to none where all parts of this one end before `since`, or where it repeats."""
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
        """The version that it speaks: 4, else 3. Raises SourceError when it is no Lemmy instance."""
        for version in HELD_IN:
            with suppress(Gone):
                site = self.get(version, "site", {})
                if isinstance(site, dict) and "site_view" in site:
                    return version
        raise SourceError("{host} is not a Lemmy instance: check its address", host=self.host)


@dataclass(slots=True)
class Lists:
    """Lists that are read side by side, a page of each at a time. `addresses` are those of comments, by number."""

    instance: Instance
    version: Version
    lists: Sequence[ListProgress]
    addresses: dict[int, str] = field(default_factory=dict)

    def page(self, since: datetime) -> Listing:
        """The next page of every list. Raises SourceError."""
        mentions: tuple[RawMention, ...] = ()
        broken: tuple[Broken, ...] = ()
        for progress in self.lists:
            if progress.mark is not None:
                new, unread = self._page(progress, since)
                mentions, broken = (*mentions, *new), (*broken, *unread)
        return Listing(mentions, broken)

    @property
    def marks(self) -> Marks:
        return tuple(progress.mark for progress in self.lists)

    @property
    def at_end(self) -> bool:
        return all(mark is None for mark in self.marks)

    @property
    def complete_from(self) -> datetime:
        """Everything published from then on was given."""
        return max((progress.oldest for progress in self.lists if progress.mark is not None), default=EVER)

    def _page(self, progress: ListProgress, since: datetime) -> Messages:
        answer = self.instance.get(self.version, progress.path, self._query(progress))
        parts = _lists(answer, self.version, self.instance.host)
        views, broken = _views(parts, self.instance.host)
        comments = (view.comment for view in views if view.comment)
        self.addresses |= {comment.id: comment.ap_id for comment in comments if comment.id is not None}
        mentions = tuple(filter(None, (mention_of(view, self.addresses) for view in views)))
        ends = [_oldest(part) for part in parts if part]
        progress.move([(view.comment or view.post).ap_id for view in views], ends, self._next(progress, answer), since)
        return mentions, broken

    def _query(self, progress: ListProgress) -> dict[str, str | int]:
        query = {**progress.query, "limit": PAGE}
        if self.version == "v3":
            return {**query, "page": progress.mark or 1}
        return {**query, "page_cursor": progress.mark} if isinstance(progress.mark, str) else query

    def _next(self, progress: ListProgress, answer: Json) -> str | int | None:
        if self.version == "v3":
            return progress.mark + 1 if isinstance(progress.mark, int) else None
        following = answer.get("next_page") if isinstance(answer, dict) else None
        return following if isinstance(following, str) and progress.fresh(following) else None


def _lists(answer: Json, version: Version, host: str) -> list[list[Any]]:
    """The lists in an answer. Raises SourceChanged when there is none."""
    holder = answer if isinstance(answer, dict) else {}
    lists = [value for name in HELD_IN[version] if isinstance(value := holder.get(name), list)]
    if not lists:
        raise missing_field(host, HELD_IN[version][0])
    return lists


def _views(parts: Sequence[Sequence[Any]], host: str) -> tuple[list[View], tuple[Broken, ...]]:
    """The posts and comments of a page, and those that could not be read."""
    views: list[View] = []
    _, broken = each(View, [view for part in parts for view in part if _is_message(view)], views.append, host)
    return views, broken


def _is_message(view: object) -> bool:
    """Whether an entry is a post or a comment: searches of version 4 also find communities and people."""
    return not isinstance(view, dict) or view.get("type_") in (None, "post", "comment", "Post", "Comment")


def _oldest(views: Sequence[object]) -> datetime | None:
    """The date of the last entry that is not pinned and has one; None without any."""
    for value in reversed(views):
        try:
            view = View.model_validate(value)
        except ValueError:
            continue
        content: Content = view.comment or view.post
        at = moment(content.published_at) or moment(content.published)
        if at and not is_pinned(view):
            return at
    return None
