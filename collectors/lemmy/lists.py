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


@dataclass(slots=True)
class Walk:
    """A list and how far it was read. `mark` names its next page, None when there is none; `last` is what it held."""

    path: str
    query: Mapping[str, str | int]
    mark: str | int | None = 1
    oldest: datetime = EVER
    fresh: Fresh = field(default_factory=Fresh)
    last: list[str] = field(default_factory=list)


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


@dataclass(frozen=True, slots=True)
class Step:
    """What the next page of every list held, less what was given before."""

    mentions: tuple[RawMention, ...]
    broken: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Walker:
    """Reads the lists side by side, so that what is older than all they gave is what is still to come."""

    instance: Instance
    version: Version
    walks: Sequence[Walk]
    given: set[str] = field(default_factory=set)
    known: dict[int, str] = field(default_factory=dict)

    def step(self, since: datetime) -> Step:
        mentions: list[RawMention] = []
        broken: list[tuple[str, str]] = []
        for walk in self.walks:
            if walk.mark is not None:
                found, bad = self._page(walk, since)
                mentions += [one for one in found if one.external_id not in self.given]
                self.given |= {one.external_id for one in found}
                broken += bad
        unique = {one.external_id: one for one in mentions}
        return Step(tuple(unique.values()), tuple(broken))

    @property
    def ended(self) -> bool:
        return all(walk.mark is None for walk in self.walks)

    @property
    def reached(self) -> datetime:
        """Everything from there on was given."""
        return max((walk.oldest for walk in self.walks if walk.mark is not None), default=EVER)

    def _page(self, walk: Walk, since: datetime) -> tuple[tuple[RawMention, ...], tuple[tuple[str, str], ...]]:
        answer = self.instance.get(self.version, walk.path, self._asked(walk))
        lists = _lists(answer, self.version, self.instance.host)
        views: list[View] = []
        _, broken = each(
            View, [view for one in lists for view in one if _is_message(view)], views.append, self.instance.host
        )
        self.known |= {one.id: one.ap_id for view in views if (one := view.comment) and one.id is not None}
        ends = [_oldest(one) for one in lists if one]
        walk.oldest = max([end for end in ends if end], default=walk.oldest)
        more = any(end is None or end >= since for end in ends)
        found = tuple(mention_of(view, self.known) for view in views)
        ids = [one.external_id for one in found]
        walk.mark = self._next(walk, answer) if more and ids != walk.last else None
        walk.last = ids
        return found, broken

    def _asked(self, walk: Walk) -> dict[str, str | int]:
        asked = {**walk.query, "limit": PAGE}
        if self.version == "v3":
            return {**asked, "page": walk.mark or 1}
        return {**asked, "page_cursor": walk.mark} if isinstance(walk.mark, str) else asked

    def _next(self, walk: Walk, answer: Json) -> str | int | None:
        if self.version == "v3":
            return walk.mark + 1 if isinstance(walk.mark, int) else None
        after = answer.get("next_page") if isinstance(answer, dict) else None
        return after if isinstance(after, str) and walk.fresh(after) else None


def _lists(answer: Json, version: Version, host: str) -> list[list[Any]]:
    """The lists an answer holds. Raises SourceChanged when it holds none."""
    holder = answer if isinstance(answer, dict) else {}
    found = [value for name in HELD_IN[version] if isinstance(value := holder.get(name), list)]
    if not found:
        raise missing_field(host, HELD_IN[version][0])
    return found


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
