"""Bluesky: what its search finds for some words, newest first, with an app password."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from pydantic import Field, SecretStr

from collectors._kit.answers import Count, Part, Text, answer_of, each
from collectors._kit.fetch import fetch, host_of
from collectors._kit.fields import Interface, Line, Params, Words
from collectors._kit.limits import used_up
from collectors._kit.paging import Fresh, capped
from collectors._kit.texts import texts_of
from collectors._kit.times import earlier, moment, rfc3339
from collectors._platforms.atproto import Record, language_of, text_of, url_of
from collectors.base import Collector, Cursor, Page, RawMention, SourceRefused, Window
from ground.notice import Json

from .refusals import OF_A_LOGIN, OF_A_SEARCH, Broken, Expired

SEARCH = "/xrpc/app.bsky.feed.searchPosts"
LIMIT = 100
CAP = 9_900
"""Hits after which the search gives no more pages, a little less than its 10,000: it goes on from the oldest."""
MOST_PAGES = 100
FIRST, OVERLAP = timedelta(days=7), timedelta(hours=1)
LAST = 10
TRIES, PAUSE = 3, 0.2
"""The search answers 502 now and then, and a moment later it does not."""


class Bluesky(Params):
    """What is searched for, and the account that searches."""

    query: Words = Field(title="Words to search for", examples=["acme"])
    username: Words = Field(title="Handle", description="Of the account that searches", examples=["acme.bsky.social"])
    password: SecretStr = Field(title="App password", description="Not the password of the account")
    lang: Line = Field("", title="Language", description="As authors named it, often wrongly", examples=["fr"])
    base_url: Interface = Field("https://bsky.social", title="Server of the account", examples=["https://bsky.social"])


class Tokens(Part):
    accessJwt: str = Field(min_length=1)  # noqa: N815  # the name on the wire
    refreshJwt: Text = ""  # noqa: N815


class Author(Part):
    did: Text = ""
    handle: Text = ""
    displayName: Text = ""  # noqa: N815

    @property
    def actor(self) -> str:
        return self.did if not self.handle or self.handle.endswith(".invalid") else self.handle


class Post(Part):
    uri: str = Field(pattern=r"^at://[^/]+/[^/]+/[^/]+$")
    author: Author = Author()
    record: Record
    embed: Any = None
    indexedAt: Any = None  # noqa: N815
    likeCount: Count = None  # noqa: N815
    repostCount: Count = None  # noqa: N815
    replyCount: Count = None  # noqa: N815
    quoteCount: Count = None  # noqa: N815


class Found(Part):
    posts: list[Any]
    cursor: str | None = None


class Session:
    """A login that lives as long as this run, renewed when it runs out. Nothing of it is kept."""

    def __init__(self, params: Bluesky, http: httpx2.Client) -> None:
        self._params, self._http = params, http
        self._tokens = self._login()

    def _login(self) -> Tokens:
        given = {
            "identifier": self._params.username.lstrip("@"),
            "password": self._params.password.get_secret_value().strip(),
        }
        return self._made("createSession", json=given)

    def _made(self, name: str, **given: Any) -> Tokens:
        url = f"{self._params.base_url}/xrpc/com.atproto.server.{name}"
        return answer_of(Tokens, fetch(self._http, url, method="POST", refusals=OF_A_LOGIN, **given))

    def _renew(self) -> None:
        try:
            self._tokens = self._made("refreshSession", headers={"Authorization": f"Bearer {self._tokens.refreshJwt}"})
        except SourceRefused:
            self._tokens = self._login()

    def search(self, **asked: str | int) -> tuple[Found, httpx2.Response]:
        """One page of hits. Raises SourceError."""
        renewed = False
        for left in range(TRIES - 1, -1, -1):
            try:
                answer = self._ask(asked)
            except Expired:
                if renewed:
                    raise SourceRefused(
                        "{host} ends the session at once: log in there and try again",
                        host=host_of(self._params.base_url),
                    ) from None
                self._renew()
                renewed = True
                continue
            except Broken:
                if not left:
                    raise
                time.sleep(PAUSE * (TRIES - left))
                continue
            return answer_of(Found, answer), answer
        raise AssertionError("unreachable")

    def _ask(self, asked: dict[str, str | int]) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self._tokens.accessJwt}"}
        url = f"{self._params.base_url}{SEARCH}"
        return fetch(
            self._http,
            url,
            params=asked,
            headers=headers,
            refusals=OF_A_SEARCH.about(host=host_of(self._params.base_url)),
        )


@dataclass(frozen=True, slots=True)
class Way:
    """A way back in time: what lies between `since` and `until`; `newest` is where the next one may stop."""

    since: datetime
    until: datetime | None = None
    newest: datetime | None = None

    @property
    def cursor(self) -> dict[str, Json]:
        times = {"since": self.since, "until": self.until, "newest": self.newest}
        return {name: at.isoformat() for name, at in times.items() if at}


def pages(params: Bluesky, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """From the newest post, or where an earlier run stopped, back to an hour before the newest one known.

    The cursor keeps the way that is left until it is done: a run that breaks off, or is capped, loses nothing.
    """
    now = datetime.now(UTC)
    known = moment(cursor.get("newest"))
    way = Way((known - OVERLAP) if known else now - FIRST)
    if cursor.get("until"):
        way = Way(moment(cursor.get("since")) or way.since, moment(cursor.get("until")), known)
    for number, (mentions, broken, oldest, done, asked) in enumerate(walk(params, way, http), 1):
        newest = max(filter(None, (way.newest, *(one.published_at for one in mentions))), default=None)
        way = replace(way, until=oldest or way.until, newest=newest)
        left = way.cursor if not done else {"newest": (newest or known or now - FIRST).isoformat()}
        capped_here = number == MOST_PAGES and not done
        yield Page(
            mentions, left, asked=asked, broken=broken, warning=capped(MOST_PAGES * LIMIT) if capped_here else None,
            unchanged=number == 1 and not (mentions or broken),
        )  # fmt: skip
        if asked is not None or capped_here:
            return


def backfill(params: Bluesky, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """The same search, from the end of the window or where it stopped, back to its beginning."""
    until = moment(cursor.get("until")) or window.until
    reached = min(until, window.until)
    for mentions, broken, oldest, done, asked in walk(params, Way(window.since, until), http):
        reached = window.since if done else max(min(reached, oldest or reached), window.since)
        kept = tuple(one for one in mentions if window.holds(one.published_at))
        yield Page(kept, {"until": reached.isoformat()}, asked=asked, broken=broken, reached=reached)
        if asked is not None:
            return


Step = tuple[tuple[RawMention, ...], tuple[tuple[str, str], ...], datetime | None, bool, timedelta | None]
"""Mentions, what was broken, the oldest time seen, whether it was the last page, the pause that is asked for."""


def walk(params: Bluesky, way: Way, http: httpx2.Client) -> Iterator[Step]:
    """The pages of a search between two times. Where the search gives up it is asked again, up to the oldest hit."""
    session, host = Session(params, http), host_of(params.base_url)
    asked: dict[str, str | int] = {"q": params.query, "sort": "latest", "limit": LIMIT, "since": rfc3339(way.since)}
    if params.lang:
        asked["lang"] = params.lang
    until, mark, hits, fresh, ends = way.until, "", 0, Fresh(), Fresh()
    given: set[str] = set()
    while True:
        more = {"until": rfc3339(until + timedelta(seconds=1))} if until else {}
        found, answer = session.search(**asked, **more, **({"cursor": mark} if mark else {}))
        mentions, broken = each(Post, found.posts, mention, host, "uri")
        news = tuple(one for one in mentions if one.external_id not in given)
        given.update(one.external_id for one in news)
        oldest, hits = reached_by(mentions, way.since), hits + len(found.posts)
        mark = found.cursor or ""
        done = not found.posts or not fresh(mark)
        pause = used_up(answer.headers, datetime.now(UTC))
        if done and hits >= CAP and oldest and ends(rfc3339(oldest)):
            done, until, mark, hits, fresh = False, oldest, "", 0, Fresh()
        yield news, broken, oldest, done, pause
        if done:
            return


def reached_by(mentions: Sequence[RawMention], since: datetime) -> datetime | None:
    """How far back a page went. The order is not exact: the newest of its last posts is sure to be reached."""
    times = [one.published_at for one in mentions if one.published_at and one.published_at >= since]
    return max(times[-LAST:], default=None)


def mention(post: Post) -> RawMention | None:
    """`createdAt` can be any time: the earlier of it and of when the post was indexed counts. None without a word."""
    text = text_of(post.record, post.embed)
    if not text:
        return None
    record, author, rkey = post.record, post.author, post.uri.rpartition("/")[2]
    did = author.did or post.uri.split("/")[2]
    shares = [count for count in (post.repostCount, post.quoteCount) if count is not None]
    counts = {"likes": post.likeCount, "shares": sum(shares) if shares else None, "comments": post.replyCount}
    reply = record.reply
    return RawMention(
        external_id=post.uri,
        url=url_of(author.actor or did, rkey),
        text=text,
        author=author.displayName or author.handle,
        author_id=did,
        platform="bluesky",
        language=language_of(record),
        published_at=earlier(moment(record.createdAt), moment(post.indexedAt), datetime.now(UTC)),
        thread_id=(reply.root.uri if reply else "") or post.uri,
        parent_id=(reply.parent.uri if reply else "") or None,
        engagement={name: number for name, number in counts.items() if number is not None},
    )


collector = Collector(
    kind="bluesky",
    **texts_of(__name__),
    params=Bluesky,
    address="base_url",
    pages=pages,
    backfill=backfill,
    platform="bluesky",
    group="social",
    auth="password",
    default_interval=timedelta(minutes=30),
)
