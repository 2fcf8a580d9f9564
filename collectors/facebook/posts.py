"""The posts, comments and ratings of a Page as mentions, whether we ask for them or Meta sends them.

A recommendation counts as a rating: 5 of 5 when positive, 1 of 5 when negative. Stars from older ratings are kept.
All addresses are on www.facebook.com, so that a mention has the same one whichever way it arrives.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, model_validator

from collectors._kit.answers import Count, Part, Text
from collectors._kit.times import moment, not_ahead
from collectors._platforms.graph import Data, known_counts
from collectors.base import RawMention

PLATFORM = "facebook"
WEB = "https://www.facebook.com"
POST_FIELDS = (
    "id,message,story,created_time,updated_time,from,permalink_url,shares,"
    "comments.limit(0).summary(true),reactions.limit(0).summary(true),attachments{title,description}"
)
COMMENT_FIELDS = "id,message,created_time,from,permalink_url,parent{id},like_count,comment_count,attachment{title}"
RATING_FIELDS = "created_time,recommendation_type,review_text,rating,reviewer,open_graph_story{id}"
RECOMMENDED = {"positive": 5.0, "negative": 1.0}
IN_ADDRESS = re.compile(r"/(?:posts|videos|photos)/(?:[^/?#]{1,200}/){0,3}?(\d{1,30})/?\?")
COMMENT = re.compile(r"[?&](reply_)?comment_id=(\d{1,30})")


def _dict(value: object) -> object:
    return value if isinstance(value, dict) else {}


class Person(Part):
    id: Text = ""
    name: Text = ""


class Total(Part):
    total_count: Count = None


class Summary(Part):
    summary: Annotated[Total, BeforeValidator(_dict)] = Total()


class Shares(Part):
    count: Count = None


class Card(Part):
    title: Text = ""
    description: Text = ""


class Entry(Part):
    """The fields that posts and comments share. Meta leaves `from` out without the permission to see authors."""

    id: str = Field(min_length=1, max_length=200)
    message: Text = ""
    created_time: Text = ""
    permalink_url: Text = ""
    writer: Annotated[Person, BeforeValidator(_dict)] = Field(Person(), alias="from")

    @property
    def at(self) -> datetime | None:
        return not_ahead(moment(self.created_time))


class Post(Entry):
    story: Text = ""
    updated_time: Text = ""
    shares: Annotated[Shares, BeforeValidator(_dict)] = Shares()
    comments: Annotated[Summary, BeforeValidator(_dict)] = Summary()
    reactions: Annotated[Summary, BeforeValidator(_dict)] = Summary()
    attachments: Annotated[Data, BeforeValidator(lambda value: value if isinstance(value, dict) else {"data": []})] = (
        Data(data=[])
    )

    @property
    def mark(self) -> str:
        """Changes whenever a comment is added, edited or removed."""
        return f"{self.count}:{self.updated_time}"

    @property
    def count(self) -> int | None:
        return self.comments.summary.total_count


class Comment(Entry):
    like_count: Count = None
    comment_count: Count = None
    parent: Annotated[Person, BeforeValidator(_dict)] = Person()
    attachment: Annotated[Card, BeforeValidator(_dict)] = Card()

    @model_validator(mode="before")
    @classmethod
    def _id_from_address(cls, value: Any) -> Any:
        if not isinstance(value, dict) or value.get("id") or not isinstance(value.get("permalink_url"), str):
            return value
        post, comments = IN_ADDRESS.search(value["permalink_url"]), COMMENT.findall(value["permalink_url"])
        return {**value, "id": f"{post[1]}_{comments[-1][1]}"} if post and comments else value


class Story(Part):
    id: Text = ""


class Rating(Part):
    created_time: Text = ""
    recommendation_type: Text = ""
    review_text: Text = ""
    rating: Count = None
    reviewer: Annotated[Person, BeforeValidator(_dict)] = Person()
    open_graph_story: Annotated[Story, BeforeValidator(_dict)] = Story()

    @model_validator(mode="after")
    def _check_name(self) -> Rating:
        if not self.name:
            raise ValueError("it has neither an id nor a reviewer")
        return self

    @property
    def name(self) -> str:
        return self.open_graph_story.id or (f"rating-{self.reviewer.id}" if self.reviewer.id else "")


def of_post(post: Post, ours: Collection[str]) -> RawMention | None:
    """A post as a mention; None for one without text, and for one whose author is among `ours` (ids)."""
    text = _with_cards(post.message or post.story, post.attachments.data)
    if not text or post.writer.id in ours:
        return None
    counts = {
        "likes": post.reactions.summary.total_count,
        "shares": post.shares.count,
        "comments": post.comments.summary.total_count,
    }
    return RawMention(
        external_id=post.id,
        url=on_the_web(post.permalink_url, post.id),
        text=text,
        author=post.writer.name,
        author_id=post.writer.id,
        platform=PLATFORM,
        published_at=post.at,
        thread_id=post.id,
        engagement=known_counts(counts),
    )


def of_comment(comment: Comment, thread: str, ours: Collection[str]) -> RawMention | None:
    """A comment as a mention; None when it holds only an image, or when its author is among `ours` (ids)."""
    text = _with_cards(comment.message, [comment.attachment.model_dump()])
    if not text or comment.writer.id in ours:
        return None
    return RawMention(
        external_id=comment.id,
        url=on_the_web(comment.permalink_url, thread, comment.id),
        text=text,
        author=comment.writer.name,
        author_id=comment.writer.id,
        platform=PLATFORM,
        published_at=comment.at,
        thread_id=thread or None,
        parent_id=comment.parent.id or thread or None,
        engagement=known_counts({"likes": comment.like_count, "comments": comment.comment_count}),
    )


def of_rating(rating: Rating) -> RawMention | None:
    """A rating as a mention; None when it has no text."""
    stars = float(rating.rating) if rating.rating else RECOMMENDED.get(rating.recommendation_type.lower())
    if not rating.review_text:
        return None
    return RawMention(
        external_id=rating.name,
        url=on_the_web("", rating.name) if rating.open_graph_story.id else WEB,
        text=rating.review_text,
        author=rating.reviewer.name,
        author_id=rating.reviewer.id,
        platform=PLATFORM,
        published_at=not_ahead(moment(rating.created_time)),
        rating=stars,
        rating_scale=5.0 if stars is not None else None,
    )


def on_the_web(permalink: str, post: str, comment: str = "") -> str:
    """The address on www.facebook.com, built from the ids where Meta gives none."""
    parts = urlsplit(permalink) if permalink.isascii() and "[" not in permalink else urlsplit("")
    if parts.path.startswith("/") and len(parts.path) > 1:
        return f"{WEB}{parts.path}" + (f"?{parts.query}" if parts.query else "")
    return f"{WEB}/{post}" + (f"?comment_id={comment.rpartition('_')[2]}" if comment else "")


def _with_cards(text: str, cards: list[Any]) -> str:
    """The text, then the titles and descriptions of attachments that it does not contain, each on a line of its own."""
    lines = [text]
    for card in cards[:10]:
        for name in ("title", "description"):
            line = card.get(name) if isinstance(card, dict) else None
            if isinstance(line, str) and line.strip() and all(line not in other for other in lines):
                lines.append(line)
    return "\n".join(filter(None, lines))
