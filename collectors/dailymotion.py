"""Dailymotion: public videos that match a search, newest first."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

import httpx2
from pydantic import Field, StringConstraints
from pydantic_core import from_json

from ground.notice import Json

from ._kit.answers import Count, Part, Text, answer_of, each
from ._kit.fetch import fetch, host_of
from ._kit.fields import Interface, Params, Words
from ._kit.items import fit_id
from ._kit.newest import Listing, back, forward, look_back, times_of
from ._kit.times import moment
from .base import Collector, Cursor, Page, RawMention, SourceBusy, SourceError, SourceRefused, Window

PAGE_SIZE, MOST_PAGES = 100, 10  # the platform gives 1,000 videos a search, and no more
OVERLAP = timedelta(days=1)  # views and likes of a day's videos are read again
FIELDS = "id,title,description,url,created_time,updated_time,owner.id,owner.screenname,views_total,likes_total,language"
BREAK = re.compile(r"<br\s{0,4}/?>\n?", re.IGNORECASE)
LINK = re.compile(r"</?a(?:\s[^<>]{0,2000})?>", re.IGNORECASE)  # the platform makes links of addresses


class Search(Params):
    base_url: Interface = Field("https://api.dailymotion.com", title="Address of the interface")
    query: Words = Field(
        title="Search", description="The words as you would type them there", examples=["Cobalt Bikes"]
    )
    language: Annotated[str, StringConstraints(pattern=r"^([a-z]{2})?$")] = Field(
        "", title="Language", description="Two letters, or nothing for all", examples=["fr"]
    )


class Video(Part):
    id: Annotated[str, Field(min_length=1)]
    title: Text = ""
    description: Text = ""
    url: Text = ""
    created_time: Any = None
    owner: Text = Field("", alias="owner.screenname")
    owner_id: Text = Field("", alias="owner.id")
    views: Count = Field(None, alias="views_total")
    likes: Count = Field(None, alias="likes_total")
    language: Text = ""


class Answer(Part):
    list: Annotated[list[Any], Field(max_length=1_000)]
    has_more: bool = False


def pages(params: Search, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What was published since the cursor's `newest`, less a day, whose counts are read again."""
    known = moment(cursor.get("newest"))
    since = look_back(known, OVERLAP)
    span = {"created_after": int(since.timestamp())}
    for step in forward(partial(_ask, params, http, span), known, since, MOST_PAGES):
        now: Cursor = {"newest": step.newest.isoformat()} if step.last and step.newest else cursor
        new = step.listing
        yield Page(new.mentions, now, broken=new.broken, warning=step.warning)


def backfill(params: Search, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """Back from the end of the window: each answer is asked for what is older than the one before.

    The cursor's `before` is in Unix seconds. Asking by time rather than by page goes past the 1,000 of a search.
    """
    since = int(window.since.timestamp())

    def ask(before: str | None) -> Listing:
        until = int(before or window.until.timestamp())
        found = _ask(params, http, {"created_after": since, "created_before": until}, None)
        oldest = min((int(at.timestamp()) for at in found.times), default=0)
        going_on = found.next and since < oldest
        return Listing(found.mentions, found.broken, str(min(oldest + 1, until - 1)) if going_on else None, found.times)

    before = cursor.get("page")
    yield from back(ask, before if isinstance(before, str) and before.isdecimal() else None, window)


def _ask(params: Search, http: httpx2.Client, span: dict[str, int], page: str | None) -> Listing:
    asked: dict[str, str | int] = {"search": params.query, "fields": FIELDS, "sort": "recent", "limit": PAGE_SIZE}
    asked |= {"page": page or 1, "family_filter": "false", **span}
    if params.language:
        asked["languages"] = params.language
    got = fetch(http, f"{params.base_url}/videos", params=asked, judge=_judge)
    answer = answer_of(Answer, got)
    mentions, broken = each(Video, answer.list, mention, host_of(params.base_url))
    return Listing(mentions, broken, str(int(page or 1) + 1) if answer.has_more else None, times_of(mentions))


def mention(video: Video) -> RawMention:
    counts = {"views": video.views, "likes": video.likes}
    return RawMention(
        external_id=fit_id(video.id),
        url=video.url or f"https://www.dailymotion.com/video/{video.id}",
        title=html.unescape(video.title),
        text=html.unescape(LINK.sub("", BREAK.sub("\n", video.description))),
        author=video.owner,
        author_id=video.owner_id,
        platform="dailymotion",
        language=video.language or None,
        published_at=moment(video.created_time),
        engagement={name: count for name, count in counts.items() if count is not None},
    )


def _judge(answer: httpx2.Response) -> SourceError | None:
    """Errors come as `{"error": {"code", "type", "message"}}`."""
    if answer.status_code < 400:
        return None
    kind, message = _told(answer)
    if kind in ("quota_exceeded", "rate_limit_exceeded") or "rate limit" in message.lower():
        return SourceBusy("Dailymotion asks us to read less often", wait=timedelta(minutes=15))
    if kind in ("invalid_parameter", "missing_parameter"):
        return SourceRefused("Dailymotion does not accept this search ({reason}): change its words", reason=message)
    return None


def _told(answer: httpx2.Response) -> tuple[str, str]:
    try:
        body = from_json(answer.content)
    except (ValueError, RecursionError):
        return "", ""
    error: Json = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return "", ""
    return str(error.get("type", "")), str(error.get("message", ""))[:200]


collector = Collector(
    kind="dailymotion",
    title={"en": "Dailymotion", "fr": "Dailymotion"},
    help={
        "en": "Public videos whose title, description or tags match a search, with their views and likes.",
        "fr": "Les vidéos publiques dont le titre, la description ou les mots-clés répondent à une recherche, avec "
        "leurs vues et leurs mentions j'aime.",
    },
    params=Search,
    pages=pages,
    backfill=backfill,
    platform="dailymotion",
    group="video",
    blind={
        "en": (
            "Comments: the platform offers no public way to read them.",
            "What is said in a video: only its title and description are read.",
            "Private and password-protected videos, and videos that were deleted.",
            "Views and likes of videos older than a day: they stay as they were last read.",
        ),
        "fr": (
            "Les commentaires : la plateforme n'offre aucun moyen public de les lire.",
            "Ce qui est dit dans une vidéo : seuls son titre et sa description sont lus.",
            "Les vidéos privées ou protégées par un mot de passe, et celles qui ont été supprimées.",
            "Les vues et les mentions j'aime des vidéos de plus d'un jour : elles restent telles que lues en dernier.",
        ),
    },
    history={
        "en": "everything that is still public, in slices of time",
        "fr": "tout ce qui est encore public, par tranches de temps",
    },
)
