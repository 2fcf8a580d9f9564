"""Bluesky: the posts that its search finds for some words, newest first. It needs an app password."""

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
from collectors._kit.newest import Listing, look_back
from collectors._kit.paging import Fresh, Unmet, cap_warning
from collectors._kit.texts import texts_of
from collectors._kit.times import earlier, moment, rfc3339
from collectors._kit.walk import Rewind, walk
from collectors._platforms.atproto import Record, language_of, text_of, url_of
from collectors.base import Collector, Cursor, Page, RawMention, SourceRefused, Window
from ground.notice import Json

from .recognised import recognise
from .refusals import OF_A_LOGIN, OF_A_SEARCH, ExpiredSession, FailedSearch

SEARCH = "/xrpc/app.bsky.feed.searchPosts"
LIMIT, CAP = 100, 9_900
"""Just below 10,000 hits, after which Bluesky gives no more pages. The search begins anew from the oldest hit."""
MOST_PAGES, LAST = 100, 10
OVERLAP, A_SECOND = timedelta(hours=1), timedelta(seconds=1)
TRIES, PAUSE = 3, 0.2
"""Seconds before the second try; later ones wait longer. The search answers 502 now and then, but not for long."""


class Bluesky(Params):
    """What to search for, and the account that searches."""

    query: Words = Field(title="Words to search for", examples=["acme"])
    username: Words = Field(title="Handle", description="Of the account that searches", examples=["acme.bsky.social"])
    password: SecretStr = Field(title="App password", description="Not the password of the account")
    lang: Line = Field("", title="Language", description="As the authors declared it, often wrongly", examples=["fr"])
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


class Hits(Part):
    posts: list[Any]
    cursor: str | None = None


class Session:
    """The login of one run, renewed when it expires. Nothing of it is stored."""

    def __init__(self, params: Bluesky, http: httpx2.Client) -> None:
        self._params, self._http = params, http
        self._tokens = self._login()

    def _login(self) -> Tokens:
        login = {
            "identifier": self._params.username.lstrip("@"),
            "password": self._params.password.get_secret_value().strip(),
        }
        return self._open("createSession", json=login)

    def _open(self, name: str, **request: Any) -> Tokens:
        url = f"{self._params.base_url}/xrpc/com.atproto.server.{name}"
        return answer_of(Tokens, fetch(self._http, url, method="POST", refusals=OF_A_LOGIN, **request))

    def _renew(self) -> None:
        try:
            self._tokens = self._open("refreshSession", headers={"Authorization": f"Bearer {self._tokens.refreshJwt}"})
        except SourceRefused:
            self._tokens = self._login()

    def search(self, **query: str | int) -> tuple[Hits, httpx2.Response]:
        """One page of hits. Raises SourceError."""
        has_renewed = False
        for tries_left in range(TRIES - 1, -1, -1):
            try:
                answer = self._ask(query)
            except ExpiredSession:
                if has_renewed:
                    raise SourceRefused(
                        "{host} ends the session at once: log in there and try again",
                        host=host_of(self._params.base_url),
                    ) from None
                self._renew()
                has_renewed = True
                continue
            except FailedSearch:
                if not tries_left:
                    raise
                time.sleep(PAUSE * (TRIES - tries_left))
                continue
            return answer_of(Hits, answer), answer
        raise AssertionError("unreachable")

    def _ask(self, query: dict[str, str | int]) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self._tokens.accessJwt}"}
        url = f"{self._params.base_url}{SEARCH}"
        return fetch(
            self._http,
            url,
            params=query,
            headers=headers,
            refusals=OF_A_SEARCH.about(host=host_of(self._params.base_url)),
        )


@dataclass(frozen=True, slots=True)
class Way:
    """What is left of a way back in time: from `until` to `since`. The next way may stop at `newest`."""

    since: datetime
    until: datetime | None = None
    newest: datetime | None = None

    def after(self, listing: Listing) -> Way:
        """What is left once these posts have been read."""
        times = (mention.published_at for mention in listing.mentions)
        newest = max(filter(None, (self.newest, *times)), default=None)
        return Way(self.since, next(iter(listing.times), self.until), newest)

    @property
    def cursor(self) -> dict[str, Json]:
        times = {"since": self.since, "until": self.until, "newest": self.newest}
        return {name: at.isoformat() for name, at in times.items() if at}


def pages(params: Bluesky, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """Reads from the newest post, or where an earlier run stopped, back to an hour before the newest one known.

    The cursor holds what is left of the way until it is done: a run that is interrupted or capped loses nothing.
    """
    newest_known = moment(cursor.get("newest"))
    way, unmet = _way(cursor, newest_known), Unmet()
    search = _Search(params, way.since, http)
    for number, leg in enumerate(walk(search.ask, Stand(way.until), most=MOST_PAGES), 1):
        listing = leg.answer
        mentions = unmet(listing.mentions)
        way = way.after(replace(listing, mentions=mentions))
        cursor_at_end: Cursor = {"newest": (way.newest or look_back(newest_known, timedelta())).isoformat()}
        yield Page(
            mentions,
            cursor_at_end if leg.ended else way.cursor,
            asked=listing.asked,
            broken=listing.broken,
            warning=cap_warning(MOST_PAGES * LIMIT) if leg.capped else None,
            unchanged=number == 1 and not (mentions or listing.broken),
        )
        if listing.asked is not None:
            return


def _way(cursor: Cursor, newest: datetime | None) -> Way:
    """What an earlier run left, else all that came since the newest post known."""
    since = look_back(newest, OVERLAP)
    if not cursor.get("until"):
        return Way(since)
    return Way(moment(cursor.get("since")) or since, moment(cursor.get("until")), newest)


def backfill(params: Bluesky, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """The same search, from the end of the window or where it stopped, back to its beginning."""
    until = moment(cursor.get("until")) or window.until
    search, rewind = _Search(params, window.since, http), Rewind(window, until)
    for leg in walk(search.ask, Stand(until)):
        listing = leg.answer
        oldest = next(iter(listing.times), None)
        page = rewind.page(
            listing.mentions, {}, ended=leg.ended, oldest=oldest, broken=listing.broken, asked=listing.asked
        )
        yield replace(page, cursor={"until": rewind.reached.isoformat()})
        if listing.asked is not None:
            return


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a search stands: the end of the time it asks for, the mark of its next page, and its hits so far."""

    until: datetime | None
    mark: str = ""
    hits: int = 0

    def __str__(self) -> str:
        return f"{rfc3339(self.until) if self.until else ''} {self.mark}"


class _Search:
    """The pages of a search back to `since`. Where Bluesky gives no more, it searches again, up to the oldest hit."""

    def __init__(self, params: Bluesky, since: datetime, http: httpx2.Client) -> None:
        self._session, self._host = Session(params, http), host_of(params.base_url)
        self._since, self._fresh = since, Fresh()
        self._query: dict[str, str | int] = {"q": params.query, "sort": "latest", "limit": LIMIT}
        self._query |= {"since": rfc3339(since)} | ({"lang": params.lang} if params.lang else {})

    def ask(self, stand: Stand | None) -> tuple[Listing, Stand | None]:
        """A page, and where the search stands after it. The one time of the page is how far back it went."""
        stand = stand or Stand(None)
        more = {"until": rfc3339(stand.until + A_SECOND)} if stand.until else {}
        hits, answer = self._session.search(**self._query, **more, **({"cursor": stand.mark} if stand.mark else {}))
        mentions, broken = each(Post, hits.posts, mention, self._host, "uri")
        oldest = oldest_read(mentions, self._since)
        times = (oldest,) if oldest else ()
        listing = Listing(mentions, broken, times=times, asked=used_up(answer.headers, datetime.now(UTC)))
        return listing, self._onward(stand, hits, oldest)

    def _onward(self, stand: Stand, hits: Hits, oldest: datetime | None) -> Stand | None:
        number = stand.hits + len(hits.posts)
        if hits.posts and hits.cursor and self._fresh(hits.cursor):
            return Stand(stand.until, hits.cursor, number)
        if number < CAP or oldest is None:
            return None
        self._fresh = Fresh()
        return Stand(oldest)


def oldest_read(mentions: Sequence[RawMention], since: datetime) -> datetime | None:
    """How far back a page went: to the newest of its last posts, because the order of posts is not exact."""
    times = [at for mention in mentions if (at := mention.published_at) and at >= since]
    return max(times[-LAST:], default=None)


def mention(post: Post) -> RawMention | None:
    """A post as a mention; None when it has no text.

    `createdAt` may claim any time, so the post is dated no later than it was indexed.
    """
    text = text_of(post.record, post.embed)
    if not text:
        return None
    record, author, rkey = post.record, post.author, post.uri.rpartition("/")[2]
    did, reply = author.did or post.uri.split("/")[2], record.reply
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
        engagement=_engagement(post),
    )


def _engagement(post: Post) -> dict[str, int]:
    shares = [count for count in (post.repostCount, post.quoteCount) if count is not None]
    counts = {"likes": post.likeCount, "shares": sum(shares) if shares else None, "comments": post.replyCount}
    return {name: number for name, number in counts.items() if number is not None}


collector = Collector(
    kind="bluesky",
    **texts_of(__name__),
    params=Bluesky,
    address="base_url",
    pages=pages,
    recognise=recognise,
    backfill=backfill,
    platform="bluesky",
    group="social",
    auth="password",
    default_interval=timedelta(minutes=30),
)
