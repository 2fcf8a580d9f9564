"""Asks X page by page, newest post first, and sets aside before each page the most that it can cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeVar

import httpx2
from pydantic import Field, SecretStr, ValidationInfo, field_validator

from collectors._kit.answers import each, json_of, read
from collectors._kit.fetch import fetch, host_of
from collectors._kit.fields import Interface, Line, Params
from collectors._kit.limits import used_up
from collectors._kit.paging import Unmet
from collectors._kit.walk import Leg, walk
from collectors.base import Broken, RawMention, SourceOverBudget, Spend

from .posts import POST, USER, Post, PostList, User, cost_of, mention
from .refusals import REFUSALS, TooOld, why_empty

M = TypeVar("M", User, Post)

LARGEST = 100
SEARCH = "/2/tweets/search/recent"
FIELDS = "created_at,public_metrics,author_id,lang,conversation_id,referenced_tweets,entities,note_tweet"


class XParams(Params):
    """The settings of a source."""

    token: SecretStr = Field(title="Bearer token", min_length=1, max_length=1_000)
    mode: Literal["search", "mentions"] = Field(
        "search",
        title="What to read",
        description="A search among all public posts, or the posts that name one account",
    )
    query: str = Field(
        "",
        title="What to search for",
        description='As in the search of X: words, "a phrase", OR, -without, lang:fr, from:name. For a search only',
        examples=['"acme shoes" OR @acmeshoes lang:en'],
        max_length=496,
        validate_default=True,
    )
    user_id: Line = Field(
        "",
        title="Number of the account",
        description="Only digits: look the account's ID up from its name in the developer console. For mentions only",
        examples=["2244994945"],
        validate_default=True,
    )
    names: bool = Field(
        False,
        title="Read the profiles of the authors",
        description="Their names and followers, for 0.01 dollars more per post: three times the price",
    )
    monthly_budget: float = Field(
        5.0,
        title="Monthly budget, in US dollars",
        description="A post costs 0.005 dollars, and Vigie never exceeds the budget. It is for this source alone:"
        " others with the same token have their own",
        ge=0,
        le=100_000,
    )
    base_url: Interface = Field("https://api.x.com", title="Address")

    @field_validator("query")
    @classmethod
    def _searches(cls, text: str, info: ValidationInfo) -> str:
        if any(ord(sign) < 32 for sign in text):
            raise ValueError("write it on one line, without control characters")
        if info.data.get("mode") == "search" and not text.strip():
            raise ValueError("write what to search for")
        return text.strip()

    @field_validator("user_id")
    @classmethod
    def _numbers(cls, text: str, info: ValidationInfo) -> str:
        if info.data.get("mode") == "mentions" and not (text.isascii() and text.isdigit()):
            raise ValueError("write the number of the account, which has only digits")
        return text

    @property
    def price(self) -> int:
        """The most that a post can cost, in millionths of a dollar."""
        return POST + USER * self.names

    def cost(self, answer: httpx2.Response) -> int:
        """What an answer cost, in millionths of a dollar. Raises ValueError."""
        return cost_of(answer, names=self.names)

    @property
    def least(self) -> int:
        """The fewest posts that X lets one ask for."""
        return 10 if self.mode == "search" else 5


@dataclass(frozen=True, slots=True)
class PostPage:
    """One page of posts, newest first. `oldest` and `newest` are ids, 0 when the page is empty.

    `pause` is set when X allows no more calls for so long. `gap`: X does not go back to where the reading should begin.
    """

    mentions: tuple[RawMention, ...]
    broken: tuple[Broken, ...]
    newest: int
    oldest: int
    pause: timedelta | None
    gap: bool = False


def posts_between(
    params: XParams, since: int, until: int, http: httpx2.Client, size: int = LARGEST
) -> Iterator[Leg[PostPage, str]]:
    """Reads the posts whose ids lie between the two, both excluded; 0 leaves an end open.

    `size` is for the first page. Stops after a page with a `pause`. Where X no longer goes back to `since`, reads from
    the beginning of its seven days. Raises TooOld when X does not go back to `until` either.
    """
    gap = False

    def ask(token: str | None) -> tuple[PostPage, str]:
        nonlocal since, gap, size
        try:
            response = _ask(params, _query(params, since, until, token), size, http)
        except TooOld as error:
            if not since or error.end != "since_id":
                raise
            since, gap = 0, True
            return ask(token)
        size = LARGEST
        return _post_page(params, response, gap=gap)

    for leg in walk(ask):
        yield leg
        if leg.answer.pause is not None:
            return


def _ask(params: XParams, query: dict[str, str | int], size: int, http: httpx2.Client) -> httpx2.Response:
    """Asks for a page of `size` posts, or of as many as the budget still pays for. Raises SourceOverBudget."""
    path = SEARCH if params.mode == "search" else f"/2/users/{params.user_id}/mentions"
    while True:
        try:
            return fetch(
                http,
                params.base_url + path,
                params=query | {"max_results": size},
                headers={"Authorization": f"Bearer {params.token.get_secret_value()}"},
                spend=Spend("dollars", size * params.price, params.cost),
                refusals=REFUSALS,
            )
        except SourceOverBudget as error:
            affordable = error.left // params.price
            if not params.least <= affordable < size:
                raise
            size = affordable


def _query(params: XParams, since: int, until: int, token: str | None) -> dict[str, str | int]:
    """The query of a request, without the size of its page."""
    query: dict[str, str | int] = {"tweet.fields": FIELDS}
    if params.mode == "search":
        has_reposts = "is:retweet" in params.query.lower()
        words = params.query if has_reposts else f"({params.query}) -is:retweet"
        query |= {"query": words, "sort_order": "recency"}
    if params.names:
        query["expansions"] = "author_id"
        query["user.fields"] = "username,name,public_metrics"
    if token:
        query["next_token" if params.mode == "search" else "pagination_token"] = token
    ends = {"since_id": since, "until_id": until}  # never with start_time or end_time: X refuses the two together
    return query | {name: str(value) for name, value in ends.items() if value}


def _post_page(params: XParams, response: httpx2.Response, *, gap: bool) -> tuple[PostPage, str]:
    """A page of posts as mentions, and the mark of the next page, "" at the end. Raises SourceError."""
    host, body, now = host_of(str(response.url)), json_of(response), datetime.now(UTC)
    if isinstance(body, dict) and "data" not in body and "meta" not in body:
        error = why_empty(body.get("errors"), params.user_id if params.mode == "mentions" else "", host, now)
        if error is not None:
            raise error
    answer = read(PostList, body, host)
    users = {user.id: user for user in _readable(User, answer.includes.users)}
    mentions, broken = each(Post, answer.data, lambda post: mention(post, users, now), host)
    ids = [number for value in answer.data if (number := _id_of(value))]
    pause = used_up(response.headers, now)
    page = PostPage(Unmet()(mentions), broken, max(ids, default=0), min(ids, default=0), pause, gap)
    return page, answer.meta.next_token


def _readable(model: type[M], values: Iterable[object]) -> Iterator[M]:
    """The users or posts beside the posts; one that cannot be read is skipped, because a mention can do without it."""
    for value in values:
        try:
            yield model.model_validate(value)
        except ValueError:
            continue


def _id_of(value: object) -> int:
    return number(value.get("id")) if isinstance(value, dict) else 0


def number(value: object) -> int:
    """An id as a number; 0 for anything else."""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 25 else 0
