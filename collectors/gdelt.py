"""GDELT: titles and addresses of news articles from all over the world whose text contains some words."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import httpx2
from pydantic import Field, StringConstraints

from ground.links import clean_link
from ground.notice import Json
from ground.place import Place

from ._kit.answers import Part, Text, each, json_of, read
from ._kit.fetch import fetch, host_of
from ._kit.fields import Interface, Params, Words
from ._kit.items import LONGEST_TITLE, fit, fit_id
from ._kit.refusals import Complaint, Refusal, Refusals
from ._kit.slices import Read, backward, forward
from ._kit.texts import texts_of
from ._kit.times import moment, not_ahead
from .base import Collector, Cursor, Page, RawMention, SourceBusy, SourceError, SourceRefused, Window

MOST = 250
GAP = timedelta(seconds=5)
LEAST = timedelta(minutes=60)
"""The narrowest slice: GDELT answers «Timespan is too short» to less. Readings also overlap by as much."""
FIRST = timedelta(days=7)
HISTORY_DAYS = 90
SOON = timedelta(minutes=2)
"""The pause after we asked too often. GDELT names none."""
LONGEST_SENTENCE = 200
OF_THE_QUERY = r"quer|search|keyword|phrase|parenthes|operator|too common|language|sourcelang|country"
OF_THE_TIME = re.compile(r"\b(?:date|datetime|timespan)\b", re.IGNORECASE)

ESCAPE = re.compile(r'\\(?:u[0-9a-fA-F]{4}|["\\/bfnrt]|(.?))', re.DOTALL)
LANGUAGES = {
    "arabic": "ar", "bengali": "bn", "bulgarian": "bg", "catalan": "ca", "chinese": "zh", "croatian": "hr",
    "czech": "cs", "danish": "da", "dutch": "nl", "english": "en", "estonian": "et", "finnish": "fi", "french": "fr",
    "german": "de", "greek": "el", "hebrew": "he", "hindi": "hi", "hungarian": "hu", "indonesian": "id",
    "italian": "it", "japanese": "ja", "korean": "ko", "latvian": "lv", "lithuanian": "lt", "malayalam": "ml",
    "norwegian": "no", "persian": "fa", "polish": "pl", "portuguese": "pt", "romanian": "ro", "russian": "ru",
    "serbian": "sr", "slovak": "sk", "slovenian": "sl", "spanish": "es", "swedish": "sv", "tamil": "ta", "thai": "th",
    "turkish": "tr", "ukrainian": "uk", "vietnamese": "vi",
}  # fmt: skip
"""GDELT names languages in English."""

Filter = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z]{0,40}$")]


def _plain_text(answer: httpx2.Response) -> Json:
    """The words of an error; None for other answers.

    GDELT sends errors as a sentence in plain text, labelled as HTML, often with status 200.
    """
    body = answer.content.lstrip(b"\xef\xbb\xbf \t\r\n")
    if answer.status_code not in (200, 429) or body[:1] in (b"{", b"[", b"<"):
        return None
    return " ".join(fit(body[:2_000].decode("utf-8", "replace"), 2_000).split())[:LONGEST_SENTENCE]


def _is_plain(complaint: Complaint) -> bool:
    return complaint.body is not None


def _is_not_of_the_time(complaint: Complaint) -> bool:
    return not OF_THE_TIME.search(complaint.words)


def _facts(complaint: Complaint) -> Mapping[str, Json]:
    return {"said": complaint.words}


TOO_OFTEN = "{host} allows one request every 5 seconds, and received more"
REFUSALS = Refusals(
    (
        Refusal(SourceBusy, TOO_OFTEN, status={429}, when=_is_plain, wait=SOON),
        Refusal(SourceBusy, TOO_OFTEN, phrase="limit requests", wait=SOON),
        Refusal(
            SourceRefused,
            "{host} cannot search for this. Change the words of the source: «{said}»",
            phrase=OF_THE_QUERY,
            when=_is_not_of_the_time,
        ),
        Refusal(
            SourceError,
            "{host} gave no articles, it says: «{said}»; the next reading is automatic",
            phrase=".",
        ),
    ),
    words=("",),
    read=_plain_text,
    facts=_facts,
)


class Search(Params):
    """What to search for, and where."""

    query: Words = Field(
        title="Words",
        description="Write several words between quotation marks to find them side by side; "
        "alternatives go in brackets: (acme OR “acme cloud”). Words of one or two letters are refused",
        examples=['"acme cloud"'],
    )
    sourcelang: Filter = Field(
        default="", title="Language", description="In English, without spaces; empty for all", examples=["french"]
    )
    sourcecountry: Filter = Field(
        default="",
        title="Country",
        description="In English without spaces, or GDELT's own two letters; empty for all",
        examples=["france"],
    )
    base_url: Interface = Field(default="https://api.gdeltproject.org", title="Address of the interface")


class Article(Part):
    url: Annotated[str, StringConstraints(min_length=1, max_length=2048)]
    title: Text = ""
    seendate: Text = ""
    domain: Text = ""
    language: Text = ""


class Articles(Part):
    """GDELT leaves `articles` out when nothing matches."""

    articles: Annotated[list[Any], Field(max_length=1_000)] = []  # noqa: RUF012 - pydantic copies it


def pages(params: Search, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """The articles that GDELT saw since the cursor's `at`, less an hour; on the first run, in the last 7 days."""
    return forward(cursor, lambda part: _read(params, part, http), overlap=LEAST, first=FIRST, most=MOST, least=LEAST)


def backfill(params: Search, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """The window, newest slice first, as far back as GDELT goes. The cursor's `at` is where the read part begins."""
    oldest = datetime.now(UTC) - timedelta(days=HISTORY_DAYS)
    return backward(cursor, window, lambda part: _read(params, part, http), most=MOST, least=LEAST, oldest=oldest)


def _read(params: Search, window: Window, http: httpx2.Client) -> Read:
    """The articles of a slice of time, and how full the answer was. Raises SourceError."""
    filters = (("sourcelang", params.sourcelang), ("sourcecountry", params.sourcecountry))
    query: dict[str, str | int] = {
        "query": " ".join([params.query, *(f"{name}:{value.lower()}" for name, value in filters if value)]),
        "mode": "artlist",
        "format": "json",
        "maxrecords": MOST,
        "sort": "datedesc",
        "startdatetime": f"{min(window.since, window.until - LEAST):%Y%m%d%H%M%S}",
        "enddatetime": f"{window.until:%Y%m%d%H%M%S}",
    }
    response = fetch(http, f"{params.base_url}/api/v2/doc/doc", params=query, refusals=REFUSALS)
    host = host_of(params.base_url)
    articles = read(Articles, _json(response), host).articles
    mentions, broken = each(Article, articles, mention, host, "url")
    return Read(mentions, broken, _fullness(len(articles)))


def _fullness(number: int) -> float:
    """GDELT does not say how many articles there are: behind a full answer we assume as many again."""
    return 2.0 if number >= MOST else number / MOST


def _json(answer: httpx2.Response) -> Json:
    """The answer as JSON, an empty one as no match. A backslash that escapes nothing is kept as it stands."""
    text = answer.content.decode("utf-8-sig", "replace").strip()
    if not text:
        return {}
    try:
        value: Json = json.loads(ESCAPE.sub(_keep_backslash, text), strict=False)
    except (ValueError, RecursionError):
        return json_of(answer)
    return value


def _keep_backslash(escape: re.Match[str]) -> str:
    """The escape itself; one that JSON does not know as a backslash and what follows it."""
    return escape[0] if escape[1] is None else "\\\\" + escape[1]


def mention(article: Article) -> RawMention | None:
    """An article as a mention, with a title only. Its date is when GDELT saw it, at or after its publication."""
    url = clean_link(fit(article.url, 2048))
    if url is None:
        return None
    return RawMention(
        external_id=fit_id(url),
        url=url,
        title=html.unescape(fit(article.title, LONGEST_TITLE)).strip(),
        platform="press",
        outlet=fit(article.domain, 200),
        language=LANGUAGES.get(article.language.strip().lower()),
        published_at=not_ahead(moment(article.seendate)),
    )


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    return ({"query": place.phrase},) if place.is_search else ()


collector = Collector(
    kind="gdelt",
    **texts_of(__name__),
    params=Search,
    address="base_url",
    pages=pages,
    recognise=recognise,
    backfill=backfill,
    platform="press",
    group="web",
    min_interval=timedelta(minutes=15),
    default_interval=timedelta(hours=1),
    gap=GAP,
    history_days=HISTORY_DAYS,
)
