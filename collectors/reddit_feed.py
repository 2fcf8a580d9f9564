"""Reddit by its feeds: a search, or a subreddit's newest posts or comments. Best effort."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Literal, Self
from urllib.parse import urlencode

import httpx2
from pydantic import Field, SecretStr, StringConstraints, model_validator

from ground.notice import Json
from ground.place import Place

from ._feeds.reading import FeedAddress, read_place, reshape
from ._kit.fields import Interface, Line, Params
from ._kit.refusals import Complaint, Refusal, Refusals, pause_or
from ._kit.texts import texts_of
from .base import Collector, Cursor, Page, RawMention, SourceBusy, SourceError, SourceRefused

REFUSED = "Reddit refuses feeds from here: use the kind of source with a key for Reddit's interface (OAuth)"
PAUSE = timedelta(minutes=10)  # where Reddit names none
SHORTEST_PAUSE = timedelta(minutes=1)
WORDS = re.compile(r"<!-- SC_OFF -->(.{0,65536}?)<!-- SC_ON -->", re.DOTALL)
MARKED = '<blockquote class="uncited">'
WHERE = re.compile(r"/r/(\w{1,50})/comments/(\w{1,20})/")


def _wait(complaint: Complaint) -> timedelta:
    return max(pause_or(PAUSE)(complaint), SHORTEST_PAUSE)


REFUSALS = Refusals(
    (
        Refusal(SourceBusy, REFUSED, status={429}, wait=_wait),
        Refusal(SourceRefused, REFUSED, status={403}),
        Refusal(SourceError, "Reddit has no such subreddit, or has closed it (404): check its name", status={404}),
    )
)


class RedditFeed(Params):
    base_url: Interface = Field(default="https://www.reddit.com", title="Address", description="Leave as it is")
    query: Line = Field(default="", title="Words to search for", description="Empty: everything in the subreddit")
    subreddit: Annotated[str, StringConstraints(max_length=300, pattern=r"^(\w+(\+\w+)*)?$")] = Field(
        default="", title="Subreddit", description="Its name without r/; empty: all of Reddit", examples=["france"]
    )
    what: Literal["posts", "comments"] = Field(default="posts", title="What to read")
    username: Line = Field(default="", title="User name", description="Of your Reddit account, with the token below")
    token: SecretStr = Field(
        default=SecretStr(""),
        max_length=200,
        title="Token of your private feeds",
        description="What follows feed= in the addresses at reddit.com/prefs/feeds; optional",
    )

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not (self.query or self.subreddit):
            raise ValueError("give a search, a subreddit, or both")
        if self.what == "comments" and (self.query or not self.subreddit):
            raise ValueError("comments are read from a subreddit as a whole: give one, and leave the search empty")
        if bool(self.token.get_secret_value()) != bool(self.username):
            raise ValueError("the token needs the name of its account, and the name its token")
        return self


def pages(params: RedditFeed, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """The newest 100 posts or comments."""
    place = FeedAddress(_address(params), moves=False, private=True, refusals=REFUSALS)
    yield from reshape(read_place(place, cursor, http), _message)


def _address(params: RedditFeed) -> str:
    """The address of the feed, with the token in it: Reddit takes the token nowhere else."""
    within = f"/r/{params.subreddit}" if params.subreddit else ""
    query: dict[str, str | int] = {"limit": 100}
    if params.query:
        path = f"{within}/search.rss"
        query |= {"q": params.query, "sort": "new"} | ({"restrict_sr": 1} if within else {})
    else:
        path = f"{within}/comments/.rss" if params.what == "comments" else f"{within}/new/.rss"
    if params.username:
        query |= {"feed": params.token.get_secret_value(), "user": params.username}
    return f"{params.base_url}{path}?{urlencode(query)}"


def _message(mention: RawMention) -> RawMention:
    """A post or comment, whose text is what stands between Reddit's marks, without the picture, the submitter and the
    two links around them; what it quotes is marked as such. Its title loses the author that Reddit writes before that
    of a comment."""
    words, where = WORDS.search(mention.text), WHERE.search(mention.url or "")
    return replace(
        mention,
        platform="reddit",
        title=mention.title.removeprefix(f"{mention.author} on "),
        text=words[1].replace("<blockquote>", MARKED) if words else "",
        author=mention.author.removeprefix("/u/"),
        outlet=f"r/{where[1]}" if where else mention.outlet,
        thread_id=f"t3_{where[2]}" if where else None,
    )


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    """A subreddit by its address, else a search for the name."""
    if found := place.on("reddit.com") and place.at(r"/r/(\w{1,50})"):
        return ({"subreddit": found[1]},)
    return ({"query": place.phrase},) if place.words and (place.is_search or place.on("reddit.com")) else ()


collector = Collector(
    kind="reddit_feed",
    **texts_of(__name__),
    params=RedditFeed,
    address="base_url",
    pages=pages,
    recognise=recognise,
    family="reddit",
    platform="reddit",
    group="forums",
    min_interval=timedelta(minutes=15),
    gap=timedelta(seconds=60),
    may_train=False,
)
