"""Wikipedia, and other wikis of its software: the edits of the pages that matter, with what each changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

import httpx2
from pydantic import Field, StringConstraints

from collectors._kit.answers import each
from collectors._kit.fields import BaseUrl, Params
from collectors._kit.texts import texts_of
from collectors._kit.times import moment, rfc3339
from collectors._kit.walk import Rewind, in_turn, oldest_of, walk
from collectors.base import Broken, Collector, Cursor, Page, RawMention, Window
from ground.notice import Json, Notice
from ground.place import Place

from .mediawiki import Revision, Wiki, WikiPage, is_hidden, mention_of

OVERLAP = timedelta(days=2)  # to find edits that were hidden after we read them
FIRST_READING = timedelta(days=7)
MOST_EDITS = 100  # compared one by one in one reading; the next reading goes on

Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255, pattern=r"^[^|#<>\[\]{}]+$")
]


class WatchedPages(Params):
    base_url: BaseUrl = Field(
        default="https://fr.wikipedia.org",
        title="Address of the wiki",
        description="One source for each language",
        examples=["https://fr.wikipedia.org"],
    )
    titles: Annotated[tuple[Title, ...], Field(min_length=1, max_length=50)] = Field(
        title="Titles of the pages", description="As they stand at the top of each page", examples=["Acme"]
    )


def pages(params: WatchedPages, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """Title by title, the oldest edit first. The cursor's `read` holds the time and number of the last edit that was
    read of each title, so that it is right after every page."""
    wiki, left = Wiki(params.base_url, http), _Left()
    before = cursor.get("read")
    read: dict[str, Json] = dict(before) if isinstance(before, dict) else {}
    for title in params.titles:
        if left.edits > 0:
            yield from _read_title(wiki, title, read, left)


@dataclass(slots=True)
class _Left:
    """How many edits may still be read in this reading."""

    edits: int = MOST_EDITS


def _read_title(wiki: Wiki, title: str, read: dict[str, Json], left: _Left) -> Iterator[Page]:
    """The edits of one title since the one that `read` holds. Each page moves `read`, and takes from `left`."""
    last, number = _last(read.get(title))
    since = last - OVERLAP if last else datetime.now(UTC) - FIRST_READING

    def ask(mark: str | None) -> tuple[WikiPage, str | None]:
        start = {"rvdir": "newer", "rvstart": rfc3339(since)}
        return wiki.revisions(title, start | ({"rvcontinue": mark} if mark else {}))

    for leg in walk(ask):
        page = leg.answer
        revisions, broken = _revisions(page, wiki)
        new = [revision for revision in revisions if revision.revid > number][: left.edits]
        mentions = [mention_of(revision, page, wiki, wiki.difference(revision)) for revision in new]
        mentions += _hidden_since(revisions, number, page, wiki)
        last = max([at for revision in new if (at := moment(revision.timestamp))], default=last)
        number = max([number, *(revision.revid for revision in new)])
        left.edits -= len(new)
        read[title] = [rfc3339(last), number] if last else None
        yield Page(tuple(mentions), {"read": dict(read)}, broken=broken, warning=_missing(page, title, wiki))
        if left.edits <= 0:
            return


def _hidden_since(revisions: list[Revision], number: int, page: WikiPage, wiki: Wiki) -> list[RawMention]:
    """The edits up to this number that the wiki has hidden, as deletions."""
    those = (revision for revision in revisions if revision.revid <= number and is_hidden(revision))
    return [mention_of(revision, page, wiki, "") for revision in those]


def backfill(params: WatchedPages, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """Title by title, the newest edit first. The cursor holds `title`, a number, and `mark`, the wiki's own."""
    wiki = Wiki(params.base_url, http)

    def back(number: int, at: Cursor) -> Iterator[Page]:
        return _back(wiki, params.titles[number], at, window)

    return in_turn(len(params.titles), "title", cursor, window, back)


def _back(wiki: Wiki, title: str, cursor: Cursor, window: Window) -> Iterator[Page]:
    """The edits of one title in a window. The wiki also gives those of the moment at which the window ends."""
    span = {"rvdir": "older", "rvstart": rfc3339(window.until), "rvend": rfc3339(window.since)}
    saved, rewind = cursor.get("mark"), Rewind(window)

    def ask(mark: str | None) -> tuple[WikiPage, str | None]:
        return wiki.revisions(title, span | ({"rvcontinue": mark} if mark else {}))

    for leg in walk(ask, saved if isinstance(saved, str) else None):
        revisions, broken = _revisions(leg.answer, wiki)
        inside = [revision for revision in revisions if window.holds(moment(revision.timestamp))]
        mentions = [mention_of(revision, leg.answer, wiki, wiki.difference(revision)) for revision in inside]
        yield rewind.page(mentions, {"mark": leg.next}, ended=leg.ended, oldest=oldest_of(mentions), broken=broken)


def _revisions(page: WikiPage, wiki: Wiki) -> tuple[list[Revision], tuple[Broken, ...]]:
    revisions: list[Revision] = []
    _, broken = each(Revision, page.revisions, revisions.append, wiki.host, id_name="revid")
    return list({revision.revid: revision for revision in revisions}.values()), broken


def _last(saved: Json) -> tuple[datetime | None, int]:
    """The time and number of the last edit that was read."""
    match saved:
        case [str() as at, int() as number]:
            return moment(at), number
        case _:
            return None, 0


def _missing(page: WikiPage, title: str, wiki: Wiki) -> Notice | None:
    if not (page.missing or page.invalid):
        return None
    return Notice("{host} has no page «{title}»: check how it is written", {"host": wiki.host, "title": title})


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    """The page at the address, else the one that has the brand's name as its title."""
    if found := place.on("wikipedia.org") and place.at(r"/wiki/([^#:]{1,200})$"):
        return ({"base_url": place.origin.replace(".m.", "."), "titles": [found[1].replace("_", " ")]},)
    wiki = f"https://{'fr' if place.language == 'fr' else 'en'}.wikipedia.org"
    return ({"base_url": wiki, "titles": [place.words]},) if place.is_search else ()


collector = Collector(
    kind="wikipedia",
    **texts_of(__name__),
    params=WatchedPages,
    address="base_url",
    pages=pages,
    recognise=recognise,
    backfill=backfill,
    platform="wikipedia",
    group="web",
    min_interval=timedelta(minutes=10),
    gap=timedelta(seconds=1),
    deletions=True,
)
