"""Reddit: a search over all of it or in one community, or everything that a community writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

import httpx2
from pydantic import AfterValidator, Field, SecretStr, model_validator

from collectors._kit.fields import Interface, Line, Params, Words
from collectors._kit.texts import texts_of
from collectors.base import Collector, Cursor, Page, Window

from .api import Reddit
from .listings import Question, read_new, read_window

COMMUNITY = re.compile(r"(?:https?://(?:www\.|old\.)?reddit\.com)?/?(?:r/)?([A-Za-z0-9_]{2,50})/?", re.ASCII)


def _community(text: str) -> str:
    match = COMMUNITY.fullmatch(text) if text else None
    if text and match is None:
        raise ValueError("write only the name of the community, such as coffee")
    return match[1] if match else ""


class RedditSearch(Params):
    """What to search for and where, and the app that Reddit approved."""

    query: Line = Field(
        default="",
        title="Words",
        description="As in Reddit's own search; quotes keep words together",
        examples=['"acme"'],
    )
    subreddit: Annotated[Line, AfterValidator(_community)] = Field(
        default="", title="Community", description="Empty: all of Reddit", examples=["coffee"]
    )
    comments: bool = Field(
        default=True, title="Comments", description="All comments of the community: Reddit cannot search in comments"
    )
    client_id: Words = Field(title="Client id", examples=["p-jcoLKBynTLew"])
    client_secret: SecretStr = Field(title="Client secret", max_length=200)
    base_url: Interface = Field(default="https://oauth.reddit.com", title="Address of the API")
    login_url: Interface = Field(default="https://www.reddit.com", title="Address that gives the token")

    @model_validator(mode="after")
    def _asks_something(self) -> RedditSearch:
        if not self.query and not self.subreddit:
            raise ValueError("give words to search for, a community, or both")
        return self


def pages(params: RedditSearch, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What is new, then the changes to what was read in the last 7 days."""
    return read_new(_questions(params), cursor, _reddit(params, http))


def backfill(params: RedditSearch, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """What was published in the window, as far back as Reddit's listings go."""
    return read_window(list(reversed(_questions(params))), cursor, window, _reddit(params, http))


def _questions(params: RedditSearch) -> list[Question]:
    if not params.subreddit:
        return [Question("posts", "/search", params.query)]
    inside = f"/r/{params.subreddit}"
    posts = Question("posts", f"{inside}/search", params.query) if params.query else Question("posts", f"{inside}/new")
    return [posts, Question("comments", f"{inside}/comments")] if params.comments else [posts]


def _reddit(params: RedditSearch, http: httpx2.Client) -> Reddit:
    client = (params.client_id, params.client_secret.get_secret_value())
    return Reddit(http, params.base_url, params.login_url, client)


collector = Collector(
    kind="reddit",
    **texts_of(__name__),
    params=RedditSearch,
    address="base_url",
    pages=pages,
    backfill=backfill,
    platform="reddit",
    group="social",
    auth="oauth",
    min_interval=timedelta(minutes=10),
    gap=timedelta(seconds=1),
    may_train=False,
    deletions=True,
)
