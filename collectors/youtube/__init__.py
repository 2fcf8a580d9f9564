"""YouTube: videos that a search finds with their comments, or all comments on one's own channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Literal

import httpx2
from pydantic import Field, SecretStr, StringConstraints, ValidationInfo, field_validator

from collectors._kit.fields import Interface, Line, Params
from collectors._kit.newest import FIRST_RUN, Listing, back, forward
from collectors._kit.paging import Fresh, capped
from collectors._kit.texts import texts_of
from collectors._kit.times import moment, rfc3339
from collectors._platforms.google import ZONE
from collectors.base import Collector, Cursor, Meter, Page, RawMention, SourceBusy, SourceRefused, Window
from ground.notice import Json, Notice

from .calls import CLOSED_NOTE, HITS, VIDEOS, Api, Closed, Expired, listed, search, threads_of
from .videos import FollowedVideo, gone, known_of

SEARCH_PAGES, COMMENT_PAGES = 2, 10
SEARCH_OVERLAP, OVERLAP = timedelta(days=1), timedelta(hours=1)  # a search finds a video hours after it was published
A_DAY, A_SECOND = timedelta(days=1), timedelta(seconds=1)
MOST_THREADS = 300  # long threads whose number of replies is remembered
TWICE = 2  # readings in a row without a video, before it is taken to be gone

NO_CHANNEL = "YouTube knows no channel {channel}: copy its id again, it begins with UC"


class Videos(Params):
    base_url: Interface = Field("https://www.googleapis.com/youtube/v3", title="Address of the interface")
    api_key: SecretStr = Field(title="API key", max_length=200)
    mode: Literal["search", "channel"] = Field(
        "search",
        title="What to read",
        description="search: videos and their comments; channel: comments on your channel",
    )
    query: Line = Field(
        "", title="Search", description="For a search; a | between words means or", examples=["cobalt bikes"],
        validate_default=True,
    )  # fmt: skip
    channel: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^(UC[A-Za-z0-9_-]{22})?$")] = Field(
        "", title="Channel id", description="For your own channel; it begins with UC", validate_default=True
    )
    language: Annotated[str, StringConstraints(pattern=r"^([a-z]{2})?$")] = Field(
        "", title="Language", description="Two letters: videos in it come first", examples=["fr"]
    )
    searches_per_day: int = Field(
        4, ge=1, le=48, title="Searches a day", description="Google allows 100 a day for all sources of a key"
    )
    videos: int = Field(50, ge=1, le=300, title="Videos followed", description="The newest and the liveliest")

    @field_validator("query", "channel")
    @classmethod
    def _needed(cls, value: str, info: ValidationInfo) -> str:
        wanted = {"search": "query", "channel": "channel"}.get(info.data.get("mode", ""))
        if wanted == info.field_name and not value:
            raise ValueError("fill this in for what is to be read")
        return value


@dataclass(frozen=True, slots=True)
class State:
    """What the cursor holds: when the last search was, the videos followed, the numbers of replies of long threads."""

    searched: datetime | None
    videos: Mapping[str, FollowedVideo]
    threads: Mapping[str, int]

    def cursor(self, most: int) -> Cursor:
        """The newest and liveliest videos first, as many as are followed."""
        never = datetime.min.replace(tzinfo=UTC)
        ranked = sorted(self.videos.values(), key=lambda one: one.stirred or never, reverse=True)
        kept: list[Json] = [one.as_json() for one in ranked[:most]]
        threads: dict[str, Json] = dict(list(self.threads.items())[-MOST_THREADS:])
        at = {"searched": self.searched.isoformat()} if self.searched else {}
        return {**at, "videos": kept, "threads": threads}


def pages(params: Videos, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """A search when it is time for one, the counts of the videos followed, and their new comments."""
    api = _api(params, http)
    if params.mode == "channel":
        yield from _channel(api, params.channel, cursor)
        return
    state, note = _state(cursor), None
    try:
        for after, warning in _found(api, params, state):
            state = after
            yield Page((), state.cursor(params.videos), warning=warning)
    except SourceBusy as error:  # the searches of the day are used up: what is known is still read
        if not state.videos:
            raise
        note = error.notice
    state = _state(state.cursor(params.videos))
    counts: dict[str, int] = {}
    followed = tuple(state.videos)
    for start in range(0, len(followed), VIDEOS):
        batch = followed[start : start + VIDEOS]
        found, broken = listed(api, batch)
        shown = {one.external_id for one in found} | {video for video, _ in broken}
        state, removed = _looked_up(state, batch, shown)
        counts |= {one.external_id: one.engagement.get("comments", 0) for one in found}
        yield Page((*found, *removed), state.cursor(params.videos), broken=broken)
    for video in [one for one in state.videos.values() if _is_due(one, counts)]:
        for after, page in _comments(api, params.videos, state, replace(video, comments=counts[video.id])):
            state = after
            yield page
    if note:
        yield Page((), state.cursor(params.videos), warning=note)


def _state(cursor: Cursor) -> State:
    videos, threads = cursor.get("videos"), cursor.get("threads")
    known = [known_of(one) for one in videos] if isinstance(videos, list) else []
    counted = threads.items() if isinstance(threads, dict) else ()
    return State(
        moment(cursor.get("searched")),
        {one.id: one for one in known if one},
        {thread: number for thread, number in counted if isinstance(number, int)},
    )


def _found(api: Api, params: Videos, state: State) -> Iterator[tuple[State, Notice | None]]:
    """The state with the videos found, after each page of a search, if one is due."""
    now = datetime.now(UTC)
    if state.searched and now - state.searched < A_DAY / params.searches_per_day:
        return
    since = state.searched - SEARCH_OVERLAP if state.searched else now - FIRST_RUN
    fresh, mark = Fresh(), None
    for number in range(1, SEARCH_PAGES + 1):
        hits, following = search(api, {**_wanted(params), "publishedAfter": rfc3339(since)}, mark)
        state = replace(state, videos={**{one.id: one for one in hits}, **state.videos})
        more = fresh(following)
        last = not more or number == SEARCH_PAGES
        yield replace(state, searched=now) if last else state, capped(HITS * SEARCH_PAGES) if last and more else None
        if last:
            return
        mark = following


def _wanted(params: Videos) -> dict[str, str]:
    return {"q": params.query, **({"relevanceLanguage": params.language} if params.language else {})}


def _api(params: Videos, http: httpx2.Client) -> Api:
    return Api(http, params.base_url, params.api_key.get_secret_value())


def _looked_up(state: State, asked: tuple[str, ...], there: set[str]) -> tuple[State, tuple[RawMention, ...]]:
    """What is known after a look at who is `there`: a video that was shown and is missing twice in a row is gone."""
    videos = dict(state.videos)
    removed = []
    for video in asked:
        known = videos[video]
        missing = 0 if video in there else known.missing + 1
        videos[video] = replace(known, missing=missing, seen=known.seen or video in there)
        if missing >= TWICE:
            del videos[video]
            removed += [gone(video)] if known.seen else []
    return replace(state, videos=videos), tuple(removed)


def _is_due(video: FollowedVideo, counts: Mapping[str, int]) -> bool:
    """Comments are read when their number has changed, and once a day for what was edited."""
    number = counts.get(video.id, 0)
    late = not video.visited or datetime.now(UTC) - video.visited > A_DAY
    return number > 0 and (number != video.comments or late)


def _comments(api: Api, most: int, state: State, video: FollowedVideo) -> Iterator[tuple[State, Page]]:
    """The new comments of one video; what is remembered of it moves with the last page."""
    since = video.newest - OVERLAP if video.newest else datetime.now(UTC) - FIRST_RUN
    threads = dict(state.threads)
    try:
        for step in forward(
            partial(threads_of, api, {"videoId": video.id}, threads), video.newest, since, COMMENT_PAGES
        ):
            if step.last:
                visited = replace(video, newest=step.newest, visited=datetime.now(UTC))
                state = replace(state, videos={**state.videos, video.id: visited}, threads=threads)
            new = step.listing
            yield state, Page(new.mentions, state.cursor(most), broken=new.broken, warning=step.warning)
    except Closed:
        visited = replace(video, visited=datetime.now(UTC))
        state = replace(state, videos={**state.videos, video.id: visited})
        yield state, Page((), state.cursor(most), warning=CLOSED_NOTE)


def _channel(api: Api, channel: str, cursor: Cursor) -> Iterator[Page]:
    """The new comments on all videos of a channel."""
    known, threads = moment(cursor.get("newest")), dict(_state(cursor).threads)
    since = known - OVERLAP if known else datetime.now(UTC) - FIRST_RUN
    ask = partial(_of_channel, api, channel, threads)
    for step in forward(ask, known, since, COMMENT_PAGES):
        kept: dict[str, Json] = dict(list(threads.items())[-MOST_THREADS:])
        now: Cursor = {"newest": step.newest.isoformat(), "threads": kept} if step.last and step.newest else cursor
        new = step.listing
        yield Page(new.mentions, now, broken=new.broken, warning=step.warning)


def _of_channel(api: Api, channel: str, threads: dict[str, int], mark: str | None) -> Listing:
    try:
        return threads_of(api, {"allThreadsRelatedToChannelId": channel}, threads, mark)
    except Closed:
        raise SourceRefused(NO_CHANNEL, channel=channel) from None


def backfill(params: Videos, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """Back through the videos of a search, each answer asking for what is older than the one before, or through the
    comments on a channel."""
    api = _api(params, http)
    if params.mode == "channel":
        yield from back(partial(_past_comments, api, params.channel, {}), cursor.get("page"), window)
        return
    yield from back(partial(_past, api, params, window), cursor.get("page"), window)


def _past_comments(api: Api, channel: str, threads: dict[str, int], mark: str | None) -> Listing:
    try:
        return _of_channel(api, channel, threads, mark)
    except Expired:
        return _of_channel(api, channel, threads, None)


def _past(api: Api, params: Videos, window: Window, mark: str | None) -> Listing:
    """The videos before a moment, with the newest hundred comments of each."""
    before = moment(mark) or window.until
    span = {"publishedAfter": rfc3339(window.since), "publishedBefore": rfc3339(before)}
    hits, following = search(api, {**_wanted(params), **span})
    times = tuple(one.published for one in hits if one.published)
    found, broken = listed(api, tuple(one.id for one in hits)) if hits else ((), ())
    comments: list[RawMention] = []
    for video in found:
        comments += _past_of(api, video) if video.engagement.get("comments") else ()
    older = _older(before, times) if following else None
    return Listing((*found, *comments), broken, rfc3339(older) if older and older > window.since else None, times)


def _older(before: datetime, times: tuple[datetime, ...]) -> datetime | None:
    """The moment to go on from; None when the search does not go back. Videos of one second may be of two answers."""
    oldest = min(times, default=before)
    return min(oldest + A_SECOND, before - A_SECOND) if oldest < before else None


def _past_of(api: Api, video: RawMention) -> tuple[RawMention, ...]:
    try:
        return threads_of(api, {"videoId": video.external_id}, {}, None).mentions
    except Closed:
        return ()


collector = Collector(
    kind="youtube",
    **texts_of(__name__),
    params=Videos,
    address="base_url",
    pages=pages,
    backfill=backfill,
    platform="youtube",
    group="video",
    auth="key",
    min_interval=timedelta(minutes=15),
    default_interval=timedelta(hours=1),
    meters={
        "searches": Meter(100, "day", whose="key", zone=ZONE),
        "units": Meter(10_000, "day", whose="key", zone=ZONE),
    },
    retention_days=30,
    deletions=True,
)
