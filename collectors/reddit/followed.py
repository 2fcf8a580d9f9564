"""Asks again for the posts and comments of the last days: their counts, edits and deletions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from collectors._kit.answers import each
from collectors._kit.paging import Unmet
from collectors._kit.times import moment
from collectors.base import Page, RawMention
from ground.notice import Json

from .api import SHEET, Reddit
from .things import Thing, deletion_of, mention

FOLLOWED = timedelta(days=7)
MOST_FOLLOWED = 500
FEW = 3
"""More posts than these are not deleted at once: an answer without any of them is rather a failure."""


@dataclass(slots=True)
class Followed:
    """The followed posts and comments: when each was written, by its name on Reddit."""

    now: datetime
    times: dict[str, datetime] = field(default_factory=dict)

    @classmethod
    def of(cls, saved: object, now: datetime) -> Followed:
        """From the cursor, without those that are too old by now."""
        entries = saved.items() if isinstance(saved, dict) else ()
        times = {str(name): at for name, text in entries if (at := moment(text))}
        return cls(now, {name: at for name, at in times.items() if now - at < FOLLOWED})

    def add(self, mentions: Iterable[RawMention]) -> None:
        """Follows the mentions too; of all, only the newest MOST_FOLLOWED."""
        for post in mentions:
            if not post.deleted and post.published_at and self.now - post.published_at < FOLLOWED:
                self.times[post.external_id] = post.published_at
        self.forget(sorted(self.times, key=lambda name: self.times[name])[:-MOST_FOLLOWED])

    def forget(self, names: Iterable[str]) -> None:
        for name in names:
            self.times.pop(name, None)

    @property
    def cursor(self) -> Json:
        return {name: int(at.timestamp()) for name, at in self.times.items()}


def look_again(reddit: Reddit, followed: Followed, unmet: Unmet, state: Mapping[str, Json]) -> Iterator[Page]:
    """Asks for those that this run has not met. What Reddit leaves out of its answer is deleted there."""
    names = [name for name in followed.times if name not in unmet]
    for start in range(0, len(names), SHEET):
        if reddit.pause:
            return
        batch = names[start : start + SHEET]
        children = reddit.listing("/api/info", {"id": ",".join(batch)}).children
        mentions, broken = each(Thing, children, mention, reddit.host, "name")
        present = _names_of(children)
        if not present and len(batch) > FEW:
            continue
        missing = [deletion_of(name) for name in batch if name not in present]
        changed = [*(post for post in mentions if post.external_id in batch), *missing]
        followed.forget(post.external_id for post in changed if post.deleted)
        yield Page(unmet(changed), {**state, "followed": followed.cursor}, broken=broken)


def _names_of(children: Iterable[object]) -> set[str]:
    data = (child.get("data") for child in children if isinstance(child, dict))
    return {str(thing.get("name")) for thing in data if isinstance(thing, dict)}
