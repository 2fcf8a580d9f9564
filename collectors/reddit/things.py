"""Reddit's posts (t3) and comments (t1) as mentions, in the shapes of its old answers too, and deleted ones. What their
Markdown quotes is left out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from collectors._kit.answers import Count, Part, Text
from collectors._kit.times import moment
from collectors.base import RawMention
from ground.quotes import without_markdown_quotes

PLATFORM = "reddit"
WEB = "https://www.reddit.com"
GONE = ("[deleted]", "[removed]", "[ Removed by Reddit ]", "[ Removed by reddit ]")
OWN_MEDIA = ("https://www.reddit.com/", "https://i.redd.it/", "https://v.redd.it/", "https://old.reddit.com/")


class Data(Part):
    """A post or a comment. `edited` is false, or a time; in the oldest answers it is true."""

    name: str = Field(min_length=4, max_length=30)
    created_utc: Any = None
    edited: Any = None
    author: Text = ""
    author_fullname: Text = ""
    subreddit: Text = ""
    permalink: Text = ""
    score: Count = None
    title: Text = ""
    selftext: Text = ""
    is_self: Annotated[bool, BeforeValidator(lambda value: value is not False)] = True
    url: Text = ""
    num_comments: Count = None
    num_crossposts: Count = None
    removed_by_category: Text = ""
    crosspost_parent_list: Annotated[
        list[Any], BeforeValidator(lambda value: value[:3] if isinstance(value, list) else [])
    ] = Field([])
    body: Text = ""
    link_id: Text = ""
    parent_id: Text = ""

    @property
    def at(self) -> datetime | None:
        at = moment(self.created_utc)
        return min(at, datetime.now(UTC)) if at else None


class Thing(Part):
    kind: Text = ""
    data: Data


def mention(thing: Thing) -> RawMention | None:
    """A post or comment as a mention; None for anything else: a community, a user, «more»."""
    if thing.data.name.startswith("t3_"):
        return of_post(thing.data)
    return of_comment(thing.data) if thing.data.name.startswith("t1_") else None


def deletion_of(name: str) -> RawMention:
    """A mention that says: Reddit does not show this post or comment any more."""
    return RawMention(external_id=name, url=f"{WEB}/", platform=PLATFORM, deleted=True)


def of_post(post: Data) -> RawMention:
    """The post as a mention. A crosspost of one's own has the words of its original too, a link post its address."""
    if post.removed_by_category or post.selftext.strip() in GONE:
        return deletion_of(post.name)
    outside = post.url if not post.is_self and post.url.startswith("http") else ""
    outside = "" if outside.startswith(OWN_MEDIA) else outside
    words = map(without_markdown_quotes, (post.selftext, *_words_of_original(post)))
    text = "\n".join(filter(None, (*words, outside)))
    return _common(
        post,
        title=post.title,
        text=text,
        thread_id=post.name,
        engagement=_counts(likes=post.score, comments=post.num_comments, shares=post.num_crossposts),
    )


def of_comment(comment: Data) -> RawMention | None:
    """The comment as a mention; None when it holds only an image, or a quote."""
    if comment.body.strip() in GONE:
        return deletion_of(comment.name)
    text = without_markdown_quotes(comment.body)
    if not text:
        return None
    return _common(
        comment,
        text=text,
        thread_id=comment.link_id or None,
        parent_id=comment.parent_id or None,
        engagement=_counts(likes=comment.score),
    )


def _common(data: Data, **more: Any) -> RawMention:
    without_author = data.author in GONE  # the account is gone, the words are not
    edited = None if isinstance(data.edited, bool) else moment(data.edited)
    return RawMention(
        external_id=data.name,
        url=_address(data),
        author="" if without_author else data.author,
        author_id="" if without_author else data.author_fullname or data.author,
        platform=PLATFORM,
        outlet=f"r/{data.subreddit}" if data.subreddit else "",
        published_at=data.at,
        edited_at=edited,
        **more,
    )


def _address(data: Data) -> str:
    """The address: the permalink, or for comments of the oldest answers, which have none, one built from the ids."""
    if data.permalink.startswith("/") and data.permalink.isascii():
        return f"{WEB}{data.permalink}"
    if data.link_id:
        where = f"/r/{data.subreddit}" if data.subreddit.isascii() and data.subreddit else ""
        return f"{WEB}{where}/comments/{data.link_id.removeprefix('t3_')}/_/{data.name.removeprefix('t1_')}/"
    return f"{WEB}/comments/{data.name.removeprefix('t3_')}/"


def _words_of_original(post: Data) -> list[str]:
    """Title and text of the original of a crosspost, where they differ from its own and are of the same author."""
    original = next((parent for parent in post.crosspost_parent_list[:1] if isinstance(parent, dict)), {})
    if not post.author or post.author in GONE or original.get("author") != post.author:
        return []
    lines = (original.get("title"), original.get("selftext"))
    repeated = (*GONE, post.title, post.selftext)
    return [line for line in lines if isinstance(line, str) and line.strip() and line not in repeated]


def _counts(**counts: int | None) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count is not None}
