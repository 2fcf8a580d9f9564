"""The shapes of YouTube's answers, and its videos and comments as mentions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from collectors._kit.answers import Count, Part, Text
from collectors._kit.items import fit_id
from collectors._kit.times import moment
from collectors.base import RawMention

SITE = "https://www.youtube.com"


class Answer(Part):
    """A page of any list. YouTube may leave out `items` when there are none."""

    items: Annotated[list[Any], Field(max_length=1_000)] = Field(default_factory=list)
    next: Text = Field("", alias="nextPageToken")


class Id(Part):
    kind: Text = ""
    video: Text = Field("", alias="videoId")


class HitSnippet(Part):
    published: Any = Field(None, alias="publishedAt")


class Hit(Part):
    """A result of a search: a video, at times a channel or a playlist.

    Its title is escaped and its text cut, so we ask for the video itself.
    """

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
    """YouTube sends numbers as text, and leaves out `comments` where comments are closed."""

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
    """A comment or a reply.

    We add three fields from the thread around it: `of`, its video; `on`, its channel; `replies`, how many replies it
    has.
    """

    id: Annotated[str, Field(min_length=1, max_length=400)]
    snippet: CommentSnippet
    of: Text = ""
    on: Text = ""
    replies: Count = None


def comments_of(threads: list[Any]) -> Iterator[Any]:
    """The comments of threads and the replies inside them, each with its video. Other items are returned unchanged."""
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
    """The few replies that YouTube sends inside a thread."""
    replies = thread.get("replies")
    values = replies.get("comments") if isinstance(replies, dict) else None
    return [reply for reply in values if isinstance(reply, dict)] if isinstance(values, list) else []


def video_mention(video: Video) -> RawMention:
    """A video as a mention. It is a thread of its own, which its comments answer."""
    snippet, statistics = video.snippet, video.statistics
    return RawMention(
        external_id=fit_id(video.id),
        url=f"{SITE}/watch?v={video.id}",
        title=snippet.title,
        text=snippet.description,
        author=snippet.channel,
        author_id=snippet.channel_id,
        platform="youtube",
        language=snippet.spoken or snippet.language or None,
        published_at=moment(snippet.published),
        thread_id=fit_id(video.id),
        engagement=_counts(views=statistics.views, likes=statistics.likes, comments=statistics.comments),
    )


def comment_mention(comment: Comment) -> RawMention | None:
    """A comment as a mention: it answers its video, a reply its comment. None when it has no text."""
    snippet = comment.snippet
    text = snippet.original or snippet.display
    if not text.strip():
        return None
    video, channel = snippet.video or comment.of, snippet.channel or comment.on
    published, updated = moment(snippet.published), moment(snippet.updated)
    return RawMention(
        external_id=fit_id(comment.id),
        url=f"{SITE}/watch?v={video}&lc={comment.id}" if video else f"{SITE}/channel/{channel}?lc={comment.id}",
        text=text,
        author=snippet.author,
        author_id=snippet.author_id.value if snippet.author_id else "",
        platform="youtube",
        published_at=published,
        edited_at=updated if published and updated and updated > published else None,
        thread_id=fit_id(video or channel) or None,
        parent_id=fit_id(snippet.parent or video or channel) or None,
        engagement=_counts(likes=snippet.likes, comments=comment.replies),
    )


def removal_of(video: str) -> RawMention:
    """Marks the video with this id as deleted."""
    return RawMention(external_id=fit_id(video), url=f"{SITE}/watch?v={video}", platform="youtube", deleted=True)


def _counts(**counts: int | None) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count is not None}
