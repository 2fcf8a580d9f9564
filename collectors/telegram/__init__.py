"""Telegram: a public channel, read from the preview that t.me shows to everybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

import httpx2
from pydantic import AfterValidator, Field, StringConstraints

from collectors._kit.answers import missing_field
from collectors._kit.fetch import fetch, host_of
from collectors._kit.fields import Interface, Params
from collectors._kit.newest import FIRST_RUN, Listing, back
from collectors._kit.paging import Unmet, cap_warning
from collectors._kit.texts import texts_of
from collectors._kit.times import moment
from collectors._kit.walk import walk
from collectors.base import Collector, Cursor, Page, RawMention, SourceError, SourceRefused, Window
from ground.isolate import Isolated, isolated
from ground.notice import Json
from ground.place import Place

from .preview import Message, Preview, read_preview

MOST_PAGES, PAGE_SIZE = 50, 20
LONGEST_TEXT = 65_536

NO_CHANNEL = "Telegram has no channel named {channel}: check its name; it may have been deleted or renamed"
NO_PREVIEW = (
    "{channel} is a group, a person or a bot, or a channel that hides its messages from the web: only public "
    "channels can be read this way. A bot that is a member can read the others"
)


def _name(text: str) -> str:
    """The name in what people paste: @name, t.me/name, https://t.me/s/name."""
    bare = text.strip().removeprefix("https://").removeprefix("http://").removeprefix("@")
    for prefix in ("t.me/s/", "t.me/", "telegram.me/"):
        bare = bare.removeprefix(prefix)
    name = bare.strip("/").partition("?")[0].partition("/")[0]
    if not (4 <= len(name) <= 64 and name.isascii() and name.replace("_", "").isalnum()):
        raise ValueError("this is not the name of a public channel, such as cobaltbikes")
    return name


class TelegramChannel(Params):
    base_url: Interface = Field("https://t.me", title="Address of the preview")
    channel: Annotated[str, StringConstraints(max_length=200), AfterValidator(_name)] = Field(
        title="Channel", description="Its public name or its address", examples=["cobaltbikes"]
    )


def pages(params: TelegramChannel, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """Back from the newest page to the one with the cursor's `newest` number, which is read again for edits.

    The cursor moves with the last page only, so that an interrupted run leaves no gap.
    """
    newest_known, since = cursor.get("newest"), datetime.now(UTC) - FIRST_RUN
    unmet, newest = Unmet(), 0

    def ask(before: int | None) -> tuple[Preview, int | None]:
        preview = _ask(params, http, before)
        return preview, preview.older if preview.seen else None

    for leg in walk(ask, most=MOST_PAGES, ends=lambda preview: _is_known_from_here(preview, newest_known, since)):
        newest = max(newest, *leg.answer.seen, 0)
        at: Cursor = {"newest": newest} if leg.last and newest else cursor
        warning = cap_warning(MOST_PAGES * PAGE_SIZE) if leg.capped else None
        yield Page(unmet(_mentions(leg.answer)), at, warning=warning)


def _is_known_from_here(preview: Preview, newest_known: Json, since: datetime) -> bool:
    """Whether a preview goes back to the number that is known; where none is, to before this moment."""
    if isinstance(newest_known, int):
        return bool(preview.seen) and min(preview.seen) <= newest_known
    return any(at < since for at in _times(preview))


def backfill(params: TelegramChannel, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """Back from the newest message to the start of the window."""

    def ask(before: str | None) -> Listing:
        preview = _ask(params, http, int(before) if before and before.isdecimal() and len(before) < 19 else None)
        older = str(preview.older) if preview.older is not None and preview.seen else None
        return Listing(_mentions(preview), next=older, times=_times(preview))

    yield from back(ask, cursor.get("page"), window)


def _ask(params: TelegramChannel, http: httpx2.Client, before: int | None) -> Preview:
    url = f"{params.base_url}/s/{params.channel}"
    answer = fetch(http, url, params={"before": before} if before is not None else None)
    try:
        preview = isolated(read_preview, answer.content)
    except Isolated:
        raise SourceError("the page of {host} is too large or too complex to be read", host=host_of(url)) from None
    if preview.history:
        return preview
    raise _no_preview(params, preview, str(answer.url))


def _no_preview(params: TelegramChannel, preview: Preview, address: str) -> SourceError:
    """Why there is no preview at this address. Telegram redirects from /s/name to /name where a channel has none."""
    if "/s/" in urlsplit(address).path:
        return missing_field(host_of(address), "tgme_channel_history")
    is_account = preview.page_title or preview.page_extra
    return SourceRefused(NO_PREVIEW if is_account else NO_CHANNEL, channel=params.channel)


def _times(preview: Preview) -> tuple[datetime, ...]:
    return tuple(filter(None, (moment(message.at) for message in reversed(preview.messages))))


def _mentions(preview: Preview) -> tuple[RawMention, ...]:
    """The mentions newest first, which is the reverse of a preview."""
    return tuple(mention(message, preview.followers) for message in reversed(preview.messages))


def mention(message: Message, followers: int | None) -> RawMention:
    """A message as a mention. Its title names the source of a forwarded one. Telegram does not date edits."""
    counts = {"views": message.views, "likes": message.reactions}
    channel = message.channel.lower()
    return RawMention(
        external_id=f"{channel}/{message.number}",
        url=f"https://t.me/{message.channel}/{message.number}",
        title=f"↪ {message.forwarded_from}" if message.forwarded_from else "",
        text=message.text[:LONGEST_TEXT],
        author=message.signature or message.author or message.channel,
        author_id=channel,
        author_followers=followers,
        platform="telegram",
        outlet=message.author,
        published_at=moment(message.at),
        thread_id=channel,
        parent_id=message.reply_to.lower() or None,
        engagement={name: number for name, number in counts.items() if number is not None},
    )


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    found = place.on("t.me", "telegram.me") and place.at(r"/(?:s/)?([A-Za-z]\w{3,31})(?:/|$)")
    return ({"channel": found[1]},) if found else ()


collector = Collector(
    kind="telegram",
    **texts_of(__name__),
    params=TelegramChannel,
    address="base_url",
    pages=pages,
    recognise=recognise,
    backfill=backfill,
    platform="telegram",
    group="social",
    min_interval=timedelta(minutes=5),
    default_interval=timedelta(minutes=30),
    gap=timedelta(seconds=1),
)
