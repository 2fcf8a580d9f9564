"""Media and comments around a business account, and media of hashtags, as mentions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from collectors._kit.answers import Count, Part, Text
from collectors._kit.times import moment, not_ahead
from collectors._platforms.graph import known_counts
from collectors.base import RawMention

PLATFORM = "instagram"
WEB = "https://www.instagram.com"
MEDIA_FIELDS = "id,caption,permalink,timestamp,username,like_count,comments_count"
HASHTAG_FIELDS = "id,caption,permalink,timestamp,like_count,comments_count"  # Meta names no author here
OWN_FIELDS = "id,permalink,timestamp,comments_count"
REPLY_FIELDS = "id,text,timestamp,username,like_count"
COMMENT_FIELDS = f"{REPLY_FIELDS},parent_id,replies.limit(50){{{REPLY_FIELDS}}}"
LOOK_UP_FIELDS = f"{REPLY_FIELDS},parent_id,media{{id,permalink}}"


def _dict(value: object) -> object:
    return value if isinstance(value, dict) else {}


class Media(Part):
    id: str = Field(min_length=1, max_length=200)
    caption: Text = ""
    permalink: Text = ""
    timestamp: Text = ""
    username: Text = ""
    like_count: Count = None
    comments_count: Count = None

    @property
    def mark(self) -> str:
        """Changes when a comment is added."""
        return str(self.comments_count)

    @property
    def count(self) -> int | None:
        return self.comments_count

    @property
    def at(self) -> datetime | None:
        return not_ahead(moment(self.timestamp))


class MediaReference(Part):
    id: Text = ""
    permalink: Text = ""


class Replies(Part):
    data: list[Any] = Field([], max_length=1_000)


class Comment(Part):
    id: str = Field(min_length=1, max_length=200)
    text: Text = ""
    timestamp: Text = ""
    username: Text = ""
    like_count: Count = None
    parent_id: Text = ""
    media: Annotated[MediaReference, BeforeValidator(_dict)] = MediaReference()
    replies: Annotated[Replies, BeforeValidator(_dict)] = Replies()

    @property
    def at(self) -> datetime | None:
        return not_ahead(moment(self.timestamp))


def of_media(media: Media) -> RawMention | None:
    """Media as a mention; None without a caption."""
    if not media.caption:
        return None
    return RawMention(
        external_id=media.id,
        url=address(media.permalink),
        text=media.caption,
        author=media.username,
        author_id=media.username,
        platform=PLATFORM,
        published_at=media.at,
        thread_id=media.id,
        engagement=known_counts({"likes": media.like_count, "comments": media.comments_count}),
    )


def of_comment(comment: Comment, thread: str, permalink: str, own: str, parent: str = "") -> RawMention | None:
    """A comment as a mention; None without text, and for an answer of the account itself, whose name is `own`."""
    if not comment.text or (own and comment.username.lower() == own.lower()):
        return None
    under = address(permalink)
    return RawMention(
        external_id=comment.id,
        url=f"{under.rstrip('/')}/c/{comment.id}/" if "/p/" in under or "/reel/" in under else under,
        text=comment.text,
        author=comment.username,
        author_id=comment.username,
        platform=PLATFORM,
        published_at=comment.at,
        thread_id=thread or None,
        parent_id=parent or comment.parent_id or thread or None,
        engagement=known_counts({"likes": comment.like_count}),
    )


def address(permalink: str) -> str:
    """The address, if it is on www.instagram.com; else that of the site."""
    return permalink if permalink.startswith(f"{WEB}/") and permalink.isascii() and " " not in permalink else WEB
