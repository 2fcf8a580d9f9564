"""Posts of one's own that are watched for comments: which of them changed, and how far back each was read.

The cursor holds the day of the first reading (`since`), and for each watched post a mark that changes with its
comments, and the newest comment read. A mark moves with the page that ends the comments of its post: a reading that
is cut short goes on where it was, and what was not reached is still marked as changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from collectors.base import Cursor, Page, RawMention
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

    Days are counted from the newest post, so that a quiet account is read as deep as a busy one.
    """

    since: datetime | None = None
    marks: dict[str, list[Json]] = field(default_factory=dict)
    state: dict[str, Json] = field(default_factory=dict)
    unmet: Unmet = field(default_factory=Unmet)
    newest: datetime | None = None
    warning: Notice | None = None

    @classmethod
    def of(cls, cursor: Cursor, *kept: str) -> Watchlist:
        """From the cursor; `kept` are the names of the state it carries."""
        known = cursor.get("posts")
        marks = known.items() if isinstance(known, dict) else ()
        state = {name: cursor[name] for name in kept if name in cursor}
        good = {name: mark for name, mark in marks if isinstance(mark, list) and len(mark) == 2}
        return cls(moment(cursor.get("since")), good, state)

    def ends_with(self, times: Iterable[datetime | None]) -> bool:
        """Whether the posts of this page, newest first, go back beyond what is watched."""
        known = [at for at in times if at]
        self.newest = self.newest or max(known, default=None)
        if self.newest is not None:
            self.since = self.since or self.newest - FIRST
        return ends_before(known, self.floor)

    @property
    def floor(self) -> datetime:
        """What is older was not asked for at first, or is not watched any more."""
        return max(self.since or NEVER, self.newest - WATCHED if self.newest else NEVER)

    def page(self, mentions: Iterable[RawMention], broken: Sequence[tuple[str, str]] = ()) -> Page:
        """The mentions that were not met before in this reading, with the cursor as it stands."""
        marks: dict[str, Json] = {name: list(mark) for name, mark in self.marks.items()}
        since: dict[str, Json] = {"since": rfc3339(self.since)} if self.since else {}
        return Page(self.unmet(mentions), {**since, "posts": marks, **self.state}, broken=tuple(broken))

    def has_changed(self, name: str, mark: str) -> bool:
        """Whether the comments of this post are not those that were read."""
        known = self.marks.get(name)
        return known is None or known[0] != mark

    def back_to(self, name: str) -> datetime:
        """How far back the comments of this post have to be read."""
        known = self.marks.get(name)
        newest = moment(known[1]) if known else None
        return newest - OVERLAP if newest else self.floor

    def mark(self, name: str, mark: str, newest: datetime | None) -> None:
        """Notes that all comments of this post have been read, the last one of `newest`."""
        known = moment(self.marks.pop(name, [None, None])[1])
        newest = max(filter(None, (known, newest)), default=None)
        self.marks[name] = [mark, rfc3339(newest) if newest else None]
        for old in list(self.marks)[:-MOST_MARKS]:
            del self.marks[old]
