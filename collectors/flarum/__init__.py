"""Flarum forums: all discussions or those that match a search, with or without their replies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

import httpx2
from pydantic import Field, SecretStr

from collectors._kit.answers import each
from collectors._kit.fields import BaseUrl, Line, Params
from collectors._kit.newest import Listing, look_back
from collectors._kit.paging import Unmet, cap_warning
from collectors._kit.texts import texts_of
from collectors._kit.times import latest, moment, rfc3339
from collectors._kit.walk import Rewind, walk
from collectors.base import Broken, Collector, Cursor, Page, RawMention, Window
from ground.notice import Json
from ground.place import Place

from .forum import Attributes, Forum, Item, ItemPage, mention_of, posts_of

OVERLAP = timedelta(hours=1)
MOST_PAGES = 20
MOST_REPLIES = 10  # pages of one discussion
LARGEST = 1_000_000
MOST_REQUESTS = 120  # in one reading that asks discussion by discussion


class FlarumForum(Params):
    base_url: BaseUrl = Field(title="Address of the forum", examples=["https://forum.example.org"])
    query: Line = Field(
        default="", title="Words to search for", description="Empty: all discussions", examples=["acme"]
    )
    what: Literal["discussions", "posts"] = Field(
        default="discussions",
        title="What to read",
        description="discussions: opening posts, and the reply that a search finds; posts: all replies too",
    )
    token: SecretStr = Field(
        default=SecretStr(""), title="Token", max_length=300, description="Only for forums that visitors may not read"
    )


def pages(params: FlarumForum, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """From the newest back to the last reading. The cursor's `newest` moves on the last page only."""
    before = moment(cursor.get("newest"))
    since = look_back(before, OVERLAP)
    newest, unmet = before or since, Unmet()
    forum = Forum(params.base_url, http, params.token.get_secret_value())
    ask = partial(_read, params, forum, since, {}, MOST_REQUESTS)
    for leg in walk(ask, most=MOST_PAGES, ends=lambda listing: listing.ends_before(since)):
        listing = leg.answer
        newest = latest(newest, *(mention.published_at for mention in listing.mentions)) or newest
        mentions, full = unmet(listing.mentions), leg.capped or len(forum.requests) > MOST_REQUESTS
        state: Cursor = {"newest": rfc3339(newest)} if leg.last or full else cursor
        yield Page(mentions, state, broken=listing.broken, warning=cap_warning(len(unmet)) if full else None)
        if full:
            return


def backfill(params: FlarumForum, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """The window, newest first; the cursor holds `offset`, where the next page begins."""
    saved = cursor.get("offset")
    start = saved if isinstance(saved, int) and saved > 0 else 0
    between = f"{window.since.date().isoformat()}..{(window.until.date() + timedelta(days=1)).isoformat()}"
    forum = Forum(params.base_url, http, params.token.get_secret_value())
    ask = partial(_read, params, forum, window.since, {"filter[created]": between}, LARGEST)
    rewind = Rewind(window)
    for leg in walk(ask, start, ends=lambda listing: listing.ends_before(window.since)):
        listing = leg.answer
        oldest = None if _reads_each_discussion(params) else next(iter(listing.times), None)
        state: Cursor = {"offset": leg.next or leg.mark or 0}
        yield rewind.page(listing.mentions, state, ended=leg.ended, oldest=oldest, broken=listing.broken)


def _reads_each_discussion(params: FlarumForum) -> bool:
    """Whether the replies are read discussion by discussion, hence not in the order of their dates."""
    return params.what == "posts" and bool(params.query)


def _read(
    params: FlarumForum, forum: Forum, since: datetime, within: Mapping[str, str], most: int, mark: int | None
) -> tuple[Listing, int | None]:
    """One page of the list, and where the next begins. Its only time is that of its last entry that is not pinned."""
    offset = mark or 0
    if params.what == "posts" and not params.query:
        query = {"filter[type]": "comment", "sort": "-createdAt", "include": "user,discussion"}
        return _listing(forum.get("posts", query, offset), forum, _of_post(forum))
    search = {"filter[q]": params.query} if params.query else {}
    if not _reads_each_discussion(params):
        query = {**search, **within, "sort": "-createdAt", "include": "user,firstPost,firstPost.user"}
        query["include"] += ",mostRelevantPost,mostRelevantPost.user" if search else ""
        return _listing(forum.get("discussions", query, offset), forum, _of_discussion(forum))
    answer = forum.get("discussions", {**search, "sort": "-lastPostedAt"}, offset)
    return _listing(answer, forum, _with_replies(forum, since, most), last="lastPostedAt")


Mentions = Callable[[Item, ItemPage, list[Broken]], Iterator[RawMention]]


def _listing(answer: ItemPage, forum: Forum, give: Mentions, last: str = "createdAt") -> tuple[Listing, int | None]:
    items: list[Item] = []
    _, unread = each(Item, answer.items, items.append, forum.host)
    broken, mentions = list(unread), dict[str, RawMention]()
    for item in items:
        mentions |= {mention.external_id: mention for mention in give(item, answer, broken)}
    dates = [at for item in items if not item.attributes.get("isSticky") and (at := moment(item.attributes.get(last)))]
    return Listing(tuple(mentions.values()), tuple(broken), times=tuple(dates[-1:])), answer.next


def _of_discussion(forum: Forum) -> Mentions:
    def give(discussion: Item, answer: ItemPage, _: list[Broken]) -> Iterator[RawMention]:
        for post in posts_of(discussion, answer.included):
            if mention := mention_of(post, discussion, answer.included, forum.base):
                yield mention

    return give


def _of_post(forum: Forum) -> Mentions:
    def give(post: Item, answer: ItemPage, broken: list[Broken]) -> Iterator[RawMention]:
        key = post.of("discussion")
        if key is None:
            broken.append(Broken(post.id[:200], "discussion: Field required"))
            return
        discussion = answer.included.get(key, Item(id=key[1]))
        if mention := mention_of(post, discussion, answer.included, forum.base):
            yield mention

    return give


def _with_replies(forum: Forum, since: datetime, most: int) -> Mentions:
    """The posts of a discussion since then, newest first."""

    def is_past(at: datetime | None) -> bool:
        return (at is not None and at < since) or len(forum.requests) > most

    def give(discussion: Item, _: ItemPage, broken: list[Broken]) -> Iterator[RawMention]:
        query = {"filter[discussion]": discussion.id, "sort": "-createdAt", "include": "user"}

        def ask(offset: int | None) -> tuple[ItemPage, int | None]:
            page = forum.get("posts", query, offset or 0)
            return page, page.next

        at = moment(Attributes.model_validate(discussion.attributes).lastPostedAt)
        for leg in () if is_past(at) else walk(ask, most=MOST_REPLIES):
            posts: list[Item] = []
            broken += each(Item, leg.answer.items, posts.append, forum.host)[1]
            for post in posts:
                at = moment(post.attributes.get("createdAt"))
                mention = mention_of(post, discussion, leg.answer.included, forum.base)
                if mention and (at is None or at >= since):
                    yield mention
            if is_past(at):
                return

    return give


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    """A forum whose page says that it is made with Flarum: everything, since queries choose."""
    if not place.says(r'id="flarum-|flarum\.(?:core|forum|boot)'):
        return ()
    return ({"base_url": place.root("/d/", "/t/", "/u/", "/all", "/tags"), "what": "posts"},)


collector = Collector(
    kind="flarum",
    **texts_of(__name__),
    params=FlarumForum,
    address="base_url",
    pages=pages,
    recognise=recognise,
    backfill=backfill,
    platform="flarum",
    group="forums",
    min_interval=timedelta(minutes=10),
    gap=timedelta(seconds=1),
    deletions=True,
)
