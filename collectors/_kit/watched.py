"""Remembers one's own posts that are watched for comments: which of them changed, and how far back each was read.

The cursor holds the day of the first reading (`since`), and for each watched post a mark that changes with its
comments, and the date of the newest comment read. A mark moves with the page that ends the comments of its post, so
that a post which an interrupted reading did not reach still counts as changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from collectors.base import Broken, Cursor, Page, RawMention
from ground.notice import Json, Notice

from .paging import Unmet
from .times import moment, rfc3339
from .walk import ends_before

FIRST = timedelta(days=7)
WATCHED = timedelta(days=30)  # posts younger than this are asked again: their comments, counts and edits
OVERLAP = timedelta(hours=1)
MOST_MARKS = 500
NEVER = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Watchlist:
    """The watched posts during one reading. `state` is what else the cursor carries.

    Days are counted back from the newest post, so that a quiet account is read as far as a busy one.
    """

    since: datetime | None = None
    marks: dict[str, list[Json]] = field(default_factory=dict)
    state: dict[str, Json] = field(default_factory=dict)
    unmet: Unmet = field(default_factory=Unmet)
    newest: datetime | None = None
    warning: Notice | None = None

    @classmethod
    def of(cls, cursor: Cursor, *names: str) -> Watchlist:
        """From the cursor; `names` are those of the state to carry over."""
        posts = cursor.get("posts")
        marks = posts.items() if isinstance(posts, dict) else ()
        state = {name: cursor[name] for name in names if name in cursor}
        good = {name: mark for name, mark in marks if isinstance(mark, list) and len(mark) == 2}
        return cls(moment(cursor.get("since")), good, state)

    def ends_with(self, times: Iterable[datetime | None]) -> bool:
        """Whether the posts of this page, newest first, go back beyond what is watched."""
        dated = [at for at in times if at]
        self.newest = self.newest or max(dated, default=None)
        if self.newest is not None:
            self.since = self.since or self.newest - FIRST
        return ends_before(dated, self.floor)

    @property
    def floor(self) -> datetime:
        """The moment to read back to: older posts were left out of the first reading, or are not watched any more."""
        return max(self.since or NEVER, self.newest - WATCHED if self.newest else NEVER)

    def page(self, mentions: Iterable[RawMention], broken: Sequence[Broken] = ()) -> Page:
        """The mentions that this reading has not given yet, with the cursor as it is now."""
        marks: dict[str, Json] = {name: list(mark) for name, mark in self.marks.items()}
        since: dict[str, Json] = {"since": rfc3339(self.since)} if self.since else {}
        return Page(self.unmet(mentions), {**since, "posts": marks, **self.state}, broken=tuple(broken))

    def has_changed(self, name: str, mark: str) -> bool:
        """Whether the comments of this post have changed since they were read."""
        entry = self.marks.get(name)
        return entry is None or entry[0] != mark

    def back_to(self, name: str) -> datetime:
        """The moment back to which the comments of this post have to be read."""
        entry = self.marks.get(name)
        newest = moment(entry[1]) if entry else None
        return newest - OVERLAP if newest else self.floor

    def mark(self, name: str, mark: str, newest: datetime | None) -> None:
        """Notes that all comments of this post have been read; the newest is of the date `newest`."""
        before = moment(self.marks.pop(name, [None, None])[1])
        newest = max(filter(None, (before, newest)), default=None)
        self.marks[name] = [mark, rfc3339(newest) if newest else None]
        for old in list(self.marks)[:-MOST_MARKS]:
            del self.marks[old]
