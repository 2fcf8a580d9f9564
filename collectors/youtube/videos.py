"""What YouTube answers, as mentions; and what is remembered of a video from one reading to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from collectors._kit.answers import Count, Part, Text
from collectors._kit.items import fit_id
from collectors._kit.times import moment
from collectors.base import RawMention
from ground.notice import Json

SITE = "https://www.youtube.com"


class Answer(Part):
    """An answer of any list; without items, they may be left out."""

    items: Annotated[list[Any], Field(max_length=1_000)] = Field(default_factory=list)
    next: Text = Field("", alias="nextPageToken")


class Id(Part):
    kind: Text = ""
    video: Text = Field("", alias="videoId")


class HitSnippet(Part):
    published: Any = Field(None, alias="publishedAt")


class Hit(Part):
    """What a search finds: videos, but at times channels and lists too. Its title is escaped and its text cut: the
    video itself is asked for both."""

    id: Id
    snippet: HitSnippet = HitSnippet()


class VideoSnippet(Part):
    published: Any = Field(None, alias="publishedAt")
    title: Text = ""
    description: Text = ""
    channel: Text = Field("", alias="channelTitle")
    channel_id: Text = Field("", alias="channelId")
    language: Text = Field("", alias="defaultLanguage")
    spoken: Text = Field("", alias="defaultAudioLanguage")


class Statistics(Part):
    """Numbers are text; without comments their count is left out."""

    views: Count = Field(None, alias="viewCount")
    likes: Count = Field(None, alias="likeCount")
    comments: Count = Field(None, alias="commentCount")


class Video(Part):
    id: Annotated[str, Field(min_length=1, max_length=100)]
    snippet: VideoSnippet
    statistics: Statistics = Statistics()


class YoutubeChannel(Part):
    value: Text = ""


class CommentSnippet(Part):
    author: Text = Field("", alias="authorDisplayName")
    author_id: YoutubeChannel | None = Field(None, alias="authorChannelId")
    video: Text = Field("", alias="videoId")
    channel: Text = Field("", alias="channelId")
    parent: Text = Field("", alias="parentId")
    original: Text = Field("", alias="textOriginal")
    display: Text = Field("", alias="textDisplay")
    likes: Count = Field(None, alias="likeCount")
    published: Any = Field(None, alias="publishedAt")
    updated: Any = Field(None, alias="updatedAt")


class Comment(Part):
    """A comment or a reply. `of`, `on` and `replies` are ours, from the thread around it: its video, the channel, and
    the number of its answers."""

    id: Annotated[str, Field(min_length=1, max_length=400)]
    snippet: CommentSnippet
    of: Text = ""
    on: Text = ""
    replies: Count = None


def comments_of(threads: list[Any]) -> Iterator[Any]:
    """The comments of threads with the replies that came along, each with its video; what is no thread as it is."""
    for thread in threads:
        snippet = thread.get("snippet") if isinstance(thread, dict) else None
        top = snippet.get("topLevelComment") if isinstance(snippet, dict) else None
        if not isinstance(snippet, dict) or not isinstance(top, dict):
            yield thread
            continue
        around = {"of": snippet.get("videoId"), "on": snippet.get("channelId")}
        yield {**top, **around, "replies": snippet.get("totalReplyCount")}
        yield from ({**reply, **around} for reply in replies_of(thread))


def replies_of(thread: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The few replies that come with a thread."""
    replies = thread.get("replies")
    listed = replies.get("comments") if isinstance(replies, dict) else None
    return [reply for reply in listed if isinstance(reply, dict)] if isinstance(listed, list) else []


def of_video(video: Video) -> RawMention:
    said, counted = video.snippet, video.statistics
    return RawMention(
        external_id=fit_id(video.id),
        url=f"{SITE}/watch?v={video.id}",
        title=said.title,
        text=said.description,
        author=said.channel,
        author_id=said.channel_id,
        platform="youtube",
        language=said.spoken or said.language or None,
        published_at=moment(said.published),
        thread_id=fit_id(video.id),
        engagement=_given(views=counted.views, likes=counted.likes, comments=counted.comments),
    )


def of_comment(comment: Comment) -> RawMention | None:
    """A comment answers its video, a reply its comment. None when it says nothing."""
    said = comment.snippet
    text = said.original or said.display
    if not text.strip():
        return None
    video, channel = said.video or comment.of, said.channel or comment.on
    published, updated = moment(said.published), moment(said.updated)
    return RawMention(
        external_id=fit_id(comment.id),
        url=f"{SITE}/watch?v={video}&lc={comment.id}" if video else f"{SITE}/channel/{channel}?lc={comment.id}",
        text=text,
        author=said.author,
        author_id=said.author_id.value if said.author_id else "",
        platform="youtube",
        published_at=published,
        edited_at=updated if published and updated and updated > published else None,
        thread_id=fit_id(video or channel) or None,
        parent_id=fit_id(said.parent or video or channel) or None,
        engagement=_given(likes=said.likes, comments=comment.replies),
    )


def gone(video: str) -> RawMention:
    """A video that is not shown any more."""
    return RawMention(external_id=fit_id(video), url=f"{SITE}/watch?v={video}", platform="youtube", deleted=True)


def _given(**counts: int | None) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count is not None}


@dataclass(frozen=True, slots=True)
class FollowedVideo:
    """A video that is followed: when it was published, the number and the latest of its comments at our last visit,
    and how many readings in a row it was not shown. `seen` once it was."""

    id: str
    published: datetime | None = None
    comments: int = 0
    newest: datetime | None = None
    visited: datetime | None = None
    missing: int = 0
    seen: bool = False

    @property
    def stirred(self) -> datetime | None:
        """When something last happened there."""
        return max(filter(None, (self.published, self.newest)), default=None)

    def as_json(self) -> dict[str, Json]:
        times = {"published": self.published, "newest": self.newest, "visited": self.visited}
        kept: dict[str, Json] = {name: at.isoformat() for name, at in times.items() if at}
        return {"id": self.id, **kept, "comments": self.comments, "missing": self.missing, "seen": self.seen}


def known_of(value: Json) -> FollowedVideo | None:
    """What was remembered; None when this is nothing of the kind."""
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
