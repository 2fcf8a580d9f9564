"""The posts that X returns, with their authors, as mentions; and what X charges for them."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import httpx2
from pydantic import BeforeValidator, Field
from pydantic_core import from_json

from collectors._kit.answers import Count, Part, Text
from collectors._kit.items import LONGEST_TEXT, fit
from collectors._kit.times import earlier, moment
from collectors.base import RawMention
from ground.links import clean_link

POST, USER = 5_000, 10_000
"""What X charges for each post and each author that it returns, in millionths of a US dollar."""

EPOCH = 1_288_834_974_657
"""Milliseconds since 1970. The id of a post holds, above its lower 22 bits, the milliseconds since then."""

HANDLE = re.compile(r"\w{1,20}", re.ASCII)
REPOST = re.compile(r"RT @\w{1,20}: ", re.ASCII)
OWN_MEDIA = re.compile(r"https?://(?:www\.)?(?:x|twitter)\.com/[^/]+/status/\d+/(?:photo|video)/\d+", re.IGNORECASE)
MOST_LINKS = 20
NO_LANGUAGE = frozenset({"und", "zxx", "art", "qam", "qct", "qht", "qme", "qst"})
"""What X gives as the language of a post that holds only links, hashtags, media or too little text."""


def _list(value: object) -> object:
    return value if isinstance(value, list) else []


Many = Annotated[tuple[Any, ...], BeforeValidator(_list)]
"""A list. It is empty where X sends something else: a broken extra is no reason to lose a post."""


def _part(value: object) -> object:
    return value if isinstance(value, dict) else {}


class Link(Part):
    url: Text = ""
    expanded_url: Text = ""
    title: Text = ""
    description: Text = ""


class Entities(Part):
    urls: Many = ()


class Long(Part):
    """The whole of a post of more than 280 characters, whose own `text` is cut."""

    text: Text = ""
    entities: Annotated[Entities, BeforeValidator(_part)] = Entities()


class Metrics(Part):
    like_count: Count = None
    retweet_count: Count = None
    reply_count: Count = None
    impression_count: Count = None
    followers_count: Count = None


class Reference(Part):
    type: Text = ""
    id: Text = ""


class User(Part):
    id: str
    name: Text = ""
    username: Text = ""
    public_metrics: Annotated[Metrics, BeforeValidator(_part)] = Metrics()


class Post(Part):
    id: str = Field(pattern=r"^\d{1,25}$")
    text: str
    author_id: Text = ""
    created_at: Any = None
    lang: Text = ""
    conversation_id: Text = ""
    public_metrics: Annotated[Metrics, BeforeValidator(_part)] = Metrics()
    referenced_tweets: Many = ()
    entities: Annotated[Entities, BeforeValidator(_part)] = Entities()
    note_tweet: Annotated[Long, BeforeValidator(_part)] = Long()

    @property
    def references(self) -> dict[str, str]:
        """The ids of the posts that it answers, quotes or reposts, by X's name for that."""
        values = (value for value in self.referenced_tweets if isinstance(value, dict))
        references = (Reference.model_validate(value) for value in values)
        return {reference.type: reference.id for reference in references if reference.type and reference.id}

    @property
    def repeats(self) -> bool:
        """Whether it is a repost. Where X sends only the fewest fields, without an author, the text alone tells."""
        return "retweeted" in self.references or (not self.author_id and REPOST.match(self.text) is not None)


class Includes(Part):
    users: Many = ()


class Meta(Part):
    next_token: Text = ""


class PostList(Part):
    """An answer. X leaves out `data` when there are no posts."""

    meta: Meta
    data: Many = ()
    includes: Annotated[Includes, BeforeValidator(_part)] = Includes()


def mention(post: Post, users: Mapping[str, User], now: datetime) -> RawMention | None:
    """The post as a mention, without what it quotes.

    None for a repost, because X counts it among the `shares` of the original.
    """
    if post.repeats:
        return None
    author = users.get(post.author_id)
    handle = author.username if author and HANDLE.fullmatch(author.username) else ""
    numbers, written = post.public_metrics, earlier(moment(post.created_at), at_of(post.id))
    counts = {
        "likes": numbers.like_count,
        "shares": numbers.retweet_count,
        "comments": numbers.reply_count,
        "views": numbers.impression_count,
    }
    return RawMention(
        external_id=post.id,
        url=f"https://x.com/{handle}/status/{post.id}" if handle else f"https://x.com/i/web/status/{post.id}",
        text=fit("\n".join(filter(None, _lines(post))), LONGEST_TEXT),
        author=(author.name or author.username) if author else "",
        author_id=post.author_id,
        author_followers=author.public_metrics.followers_count if author else None,
        platform="x",
        language=post.lang if 1 < len(post.lang) < 4 and post.lang not in NO_LANGUAGE else None,
        published_at=min(written, now) if written else None,
        thread_id=post.conversation_id or None,
        parent_id=post.references.get("replied_to"),
        engagement={name: number for name, number in counts.items() if number is not None},
    )


def _lines(post: Post) -> list[str]:
    """The text of a post with shortened links written out, then its link cards."""
    long = post.note_tweet
    source, links = (long.text, long.entities.urls) if long.text else (post.text, post.entities.urls)
    text = html.unescape(source)  # before links are written out: «&region=» in an address is no entity
    cards: list[str] = []
    for value in links[:MOST_LINKS]:
        try:
            link = Link.model_validate(value)
        except ValueError:  # a link that cannot be read is no reason to lose the post
            continue
        if link.url and (target := clean_link(link.expanded_url)):
            text = text.replace(link.url, "" if OWN_MEDIA.fullmatch(target) else target)
        cards += [html.unescape(link.title), html.unescape(link.description)]
    return [text.strip(), *cards]


def at_of(post_id: str) -> datetime | None:
    """When a post was written, read from its id; None for the few posts older than ids of this kind."""
    milliseconds = int(post_id) >> 22 if post_id.isdigit() and len(post_id) <= 20 else 0
    return datetime.fromtimestamp((milliseconds + EPOCH) / 1000, UTC) if milliseconds else None


def id_at(moment_: datetime) -> int:
    """The lowest id that a post of this moment can have."""
    return max(0, (int(moment_.timestamp() * 1000) - EPOCH) << 22)


def cost_of(answer: httpx2.Response, *, names: bool) -> int:
    """What X charges for an answer, in millionths of a US dollar: each post, and each author where we asked for them.

    Errors are free. Raises ValueError.
    """
    if not answer.is_success:
        return 0
    body = Bill.model_validate(from_json(answer.content))
    return len(body.data) * POST + len(body.includes.users) * USER * names


class Bill(Part):
    data: Many = ()
    includes: Annotated[Includes, BeforeValidator(_part)] = Includes()
