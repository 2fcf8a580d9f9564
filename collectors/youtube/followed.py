"""What is remembered from one reading to the next: the videos followed, and the numbers of replies of long threads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from collectors._kit.times import moment
from collectors.base import Broken, Cursor, Page, RawMention
from ground.notice import Json, Notice

from .videos import removal_of

MOST_THREADS = 300  # long threads whose number of replies is remembered
TWICE = 2  # readings in a row without a video, before it counts as deleted
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FollowedVideo:
    """A video whose comments are read.

    `comments` is their number at our last visit, `visited` when that was, and `newest` the time of the latest one.
    `missing` counts the readings in a row in which YouTube did not return the video; `was_shown`: it once did.
    """

    id: str
    published: datetime | None = None
    comments: int = 0
    newest: datetime | None = None
    visited: datetime | None = None
    missing: int = 0
    was_shown: bool = False

    @property
    def last_activity(self) -> datetime | None:
        """When the video or its latest comment was published."""
        return max(filter(None, (self.published, self.newest)), default=None)

    def as_json(self) -> dict[str, Json]:
        times = {"published": self.published, "newest": self.newest, "visited": self.visited}
        dates: dict[str, Json] = {name: at.isoformat() for name, at in times.items() if at}
        return {"id": self.id, **dates, "comments": self.comments, "missing": self.missing, "seen": self.was_shown}


def _video_of(value: Json) -> FollowedVideo | None:
    """The video that `as_json` wrote; None for a value of another shape."""
    if not isinstance(value, dict) or not isinstance(value.get("id"), str) or not value["id"]:
        return None
    comments, missing = value.get("comments"), value.get("missing")
    return FollowedVideo(
        str(value["id"]),
        moment(value.get("published")),
        comments if isinstance(comments, int) else 0,
        moment(value.get("newest")),
        moment(value.get("visited")),
        missing if isinstance(missing, int) else 0,
        value.get("seen") is True,
    )


@dataclass(slots=True)
class FollowList:
    """The videos followed during one reading, by their ids; at most `most` of them stay in the cursor.

    `searched` is when the last search ended. `threads` holds the number of replies of long threads.
    """

    most: int
    searched: datetime | None = None
    videos: dict[str, FollowedVideo] = field(default_factory=dict)
    threads: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, cursor: Cursor, most: int) -> FollowList:
        values = cursor.get("videos")
        videos = [video for value in values if (video := _video_of(value))] if isinstance(values, list) else []
        return cls(most, moment(cursor.get("searched")), {video.id: video for video in videos}, threads_in(cursor))

    def add(self, videos: Iterable[FollowedVideo]) -> None:
        """Follows these videos too. What is remembered of one that is followed already stays."""
        self.videos = {video.id: video for video in videos} | self.videos

    def update(self, video: FollowedVideo) -> None:
        self.videos[video.id] = video

    def trim(self) -> None:
        """Keeps the `most` videos that were active last, the most recent first."""
        ranked = sorted(self.videos.values(), key=lambda video: video.last_activity or NEVER, reverse=True)
        self.videos = {video.id: video for video in ranked[: self.most]}

    def note_shown(self, ids: Sequence[str], shown_ids: Collection[str]) -> tuple[RawMention, ...]:
        """Notes which of the videos that we asked for YouTube returned.

        Stops following those that it left out twice in a row, and returns the removals of those that it once returned.
        """
        removals = []
        for name in ids:
            video = self.videos[name]
            is_shown = name in shown_ids
            missing = 0 if is_shown else video.missing + 1
            self.videos[name] = replace(video, missing=missing, was_shown=video.was_shown or is_shown)
            if missing >= TWICE:
                del self.videos[name]
                removals += [removal_of(name)] if video.was_shown else []
        return tuple(removals)

    def page(
        self,
        mentions: tuple[RawMention, ...] = (),
        broken: tuple[Broken, ...] = (),
        warning: Notice | None = None,
    ) -> Page:
        """These mentions, with the cursor as it stands now."""
        ranked = replace(self)
        ranked.trim()
        videos: list[Json] = [video.as_json() for video in ranked.videos.values()]
        at = {"searched": self.searched.isoformat()} if self.searched else {}
        cursor: Cursor = {**at, "videos": videos, "threads": latest_threads(self.threads)}
        return Page(mentions, cursor, broken=broken, warning=warning)


def threads_in(cursor: Cursor) -> dict[str, int]:
    """The numbers of replies of long threads, as a cursor holds them."""
    threads = cursor.get("threads")
    numbers = threads.items() if isinstance(threads, dict) else ()
    return {thread: number for thread, number in numbers if isinstance(number, int)}


def latest_threads(threads: Mapping[str, int]) -> dict[str, Json]:
    """As many threads as a cursor keeps: those noted last."""
    return dict(list(threads.items())[-MOST_THREADS:])
