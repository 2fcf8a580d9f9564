"""Hashtags on Instagram. Meta allows 30 different ones in 7 days; we count them as Meta does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from collectors._kit.answers import each
from collectors._kit.newest import news
from collectors._kit.paging import cap_warning
from collectors._kit.times import moment, rfc3339
from collectors._kit.watched import Watchlist
from collectors._platforms.graph import MOST_SHEETS, Data, Graph
from collectors._platforms.graph_refusals import UnusedHashtag
from collectors.base import Page
from ground.notice import Notice

from .media import HASHTAG_FIELDS, Media, of_media

SHEET = 50
MOST, WEEK = 30, timedelta(days=7)


def read_hashtags(watchlist: Watchlist, names: tuple[str, ...], account: str, graph: Graph) -> Iterator[Page]:
    """The media of the last 24 hours under each hashtag. Hashtags beyond the 30 wait, with a warning."""
    now, state = datetime.now(UTC), watchlist.state
    starts = {name: at for name, at in _start_times(state.get("hashtags")).items() if now - at < WEEK}
    ids = _texts(state.get("ids"))
    for name in names:
        if graph.pause:
            return
        if name not in starts and len(starts) >= MOST:
            watchlist.warning = _limit_notice(name, min(starts.values()) + WEEK)
            continue
        starts.setdefault(name, now)
        state["hashtags"] = {other: rfc3339(at) for other, at in starts.items()}
        ids[name] = ids.get(name) or _id_of(name, account, graph)
        state["ids"] = dict(ids)
        if ids[name]:
            yield from _media(watchlist, name, ids[name], account, graph)
    state["tops"] = {name: top for name, top in _texts(state.get("tops")).items() if name in names}


def _media(watchlist: Watchlist, name: str, hashtag: str, account: str, graph: Graph) -> Iterator[Page]:
    """What is new under one hashtag. The state `tops` holds the time of the newest of each."""
    fields: dict[str, str | int] = {"user_id": account, "fields": HASHTAG_FIELDS, "limit": SHEET}
    tops = _texts(watchlist.state.get("tops"))
    recent = graph.sheets(f"{hashtag}/recent_media", fields)
    for part in news(recent, lambda items: each(Media, items, of_media, graph.host), tops.get(name)):
        if part.capped:
            watchlist.warning = cap_warning(SHEET * MOST_SHEETS)
        if part.last and part.reached:
            watchlist.state["tops"] = {**tops, name: part.reached}
        yield watchlist.page(part.mentions, part.broken)


def _id_of(name: str, account: str, graph: Graph) -> str:
    """The id of a hashtag; "" when nobody has used it yet, which Meta answers with an error (24)."""
    try:
        hashtags = graph.read(Data, "ig_hashtag_search", {"user_id": account, "q": name}).data
    except UnusedHashtag:
        return ""
    first = hashtags[0].get("id") if hashtags and isinstance(hashtags[0], dict) else None
    return str(first) if isinstance(first, str | int) else ""


def _limit_notice(name: str, free: datetime) -> Notice:
    return Notice(
        "Meta allows {most} different hashtags in 7 days: #{name} is not read before {day}",
        {"most": MOST, "name": name, "day": free.date().isoformat()},
    )


def _start_times(value: object) -> dict[str, datetime]:
    pairs = value.items() if isinstance(value, dict) else ()
    return {str(name): at for name, text in pairs if (at := moment(text))}


def _texts(value: object) -> dict[str, str]:
    pairs = value.items() if isinstance(value, dict) else ()
    return {str(name): text for name, text in pairs if isinstance(text, str)}
