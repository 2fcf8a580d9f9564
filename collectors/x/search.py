"""Asks X page by page, newest post first, and pays for each page what it can cost at most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeVar

import httpx2
from pydantic import Field, SecretStr, ValidationInfo, field_validator

from collectors._kit.answers import each, json_of, read
from collectors._kit.fetch import fetch, host_of
from collectors._kit.fields import Interface, Line, Params
from collectors._kit.limits import used_up
from collectors._kit.paging import Fresh
from collectors.base import RawMention, SourceOverBudget, Spend

from .posts import POST, USER, Found, Post, User, cost_of, mention
from .refusals import REFUSALS, TooOld, unfound

M = TypeVar("M", User, Post)

LARGEST = 100
SEARCH = "/2/tweets/search/recent"
FIELDS = "created_at,public_metrics,author_id,lang,conversation_id,referenced_tweets,entities,note_tweet"


class XParams(Params):
    """What is asked of who sets up a source."""

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
        title="Read who wrote",
        description="Names and followers of the authors, for 0.01 dollar more a post: three times the price",
    )
    quotes: bool = Field(
        False,
        title="Read what a post answers and quotes",
        description="The text of a quoted post is added to the post. Each one read costs a post more",
    )
    monthly_budget: float = Field(
        5.0,
        title="Budget for a month, in US dollars",
        description="A post costs 0.005 dollar. Nothing is asked beyond the budget. It is for this source alone: "
        "others with the same token have their own",
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
        """The most that one post can cost, in millionths of a dollar: it answers one other and quotes one at most."""
        return POST + USER * self.names + 2 * POST * self.quotes

    def charged(self, answer: httpx2.Response) -> int:
        """What an answer cost, in millionths of a dollar. Raises ValueError."""
        return cost_of(answer, names=self.names, quotes=self.quotes)

    @property
    def least(self) -> int:
        """The fewest posts that X lets one ask for."""
        return 10 if self.mode == "search" else 5


@dataclass(frozen=True, slots=True)
class Part:
    """One page of posts, newest first. `oldest` and `newest` are 0 when it is empty; `more`: older ones are left.

    `gap`: X does not go back to where the reading should begin.
    """

    mentions: tuple[RawMention, ...]
    broken: tuple[tuple[str, str], ...]
    newest: int
    oldest: int
    more: bool
    asked: timedelta | None
    gap: bool = False


def walk(params: XParams, since: int, until: int, http: httpx2.Client, size: int = LARGEST) -> Iterator[Part]:
    """The posts with ids between the two, without either, page by page; an end that is 0 is open.

    `size` is for the first page. It ends early when X has nothing left to ask for, with `asked` on the last page.
    Raises TooOld when all of it is out of reach.
    """
    token, fresh, gap = "", Fresh(), False
    while True:
        try:
            answer = _ask(params, {**_asked(params, since, until), **_page(params, token)}, size, http)
        except TooOld as error:
            if not since or error.end != "since_id":
                raise
            since, gap = 0, True  # then X begins with its seven days
            continue
        part, token = _part(params, answer, used_up(answer.headers, datetime.now(UTC)))
        more = part.more and fresh(token)
        yield replace(part, more=more, gap=gap)
        if not more or part.asked is not None:
            return
        size = LARGEST


def _ask(params: XParams, wanted: dict[str, str | int], size: int, http: httpx2.Client) -> httpx2.Response:
    """One page, a smaller one where the budget ends: to the last post that can be paid. Raises SourceOverBudget."""
    path = SEARCH if params.mode == "search" else f"/2/users/{params.user_id}/mentions"
    while True:
        try:
            return fetch(
                http,
                params.base_url + path,
                params=wanted | {"max_results": size},
                headers={"Authorization": f"Bearer {params.token.get_secret_value()}"},
                spend=Spend("dollars", size * params.price, params.charged),
                refusals=REFUSALS,
            )
        except SourceOverBudget as error:
            affordable = error.left // params.price
            if not params.least <= affordable < size:
                raise
            size = affordable


def _asked(params: XParams, since: int, until: int) -> dict[str, str | int]:
    asked: dict[str, str | int] = {"tweet.fields": FIELDS}
    if params.mode == "search":
        own = "is:retweet" in params.query.lower()
        asked |= {"query": params.query if own else f"({params.query}) -is:retweet", "sort_order": "recency"}
    if expanded := ["author_id"] * params.names + ["referenced_tweets.id"] * params.quotes:
        asked["expansions"] = ",".join(expanded)
    if params.names:
        asked["user.fields"] = "username,name,public_metrics"
    ends = {"since_id": since, "until_id": until}  # never with start_time or end_time: X refuses the two together
    return asked | {name: str(value) for name, value in ends.items() if value}


def _page(params: XParams, token: str) -> dict[str, str]:
    return {"next_token" if params.mode == "search" else "pagination_token": token} if token else {}


def _part(params: XParams, answer: httpx2.Response, asked: timedelta | None) -> tuple[Part, str]:
    """A page of posts as mentions, and the mark of the next page. Raises SourceError."""
    host, body, now = host_of(str(answer.url)), json_of(answer), datetime.now(UTC)
    if isinstance(body, dict) and "data" not in body and "meta" not in body:
        why = unfound(body.get("errors"), params.user_id if params.mode == "mentions" else "", host, now)
        if why is not None:
            raise why
    found = read(Found, body, host)
    users = {one.id: one for one in _known(User, found.includes.users)}
    quoted = {one.id: one for one in _known(Post, found.includes.tweets)}
    mentions, broken = each(Post, found.data, lambda post: mention(post, users, quoted, now), host)
    first = {one.external_id: one for one in reversed(mentions)}
    unique = tuple(first[known] for known in dict.fromkeys(one.external_id for one in mentions))
    ids = [number for one in found.data if (number := _id_of(one))]
    token = found.meta.next_token
    return Part(unique, broken, max(ids, default=0), min(ids, default=0), bool(token), asked), token


def _known(model: type[M], values: Iterable[object]) -> Iterator[M]:
    """Those that can be read of what only stands beside the posts."""
    for value in values:
        try:
            yield model.model_validate(value)
        except ValueError:
            continue


def _id_of(value: object) -> int:
    return number(value.get("id")) if isinstance(value, dict) else 0


def number(value: object) -> int:
    """An id as a number; 0 when it is none."""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 25 else 0
