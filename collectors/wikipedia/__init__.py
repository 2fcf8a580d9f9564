"""Wikipedia, and other wikis of its software: the edits of the pages that matter, with what each changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import httpx2
from pydantic import Field, StringConstraints

from collectors._kit.answers import each
from collectors._kit.fields import BaseUrl, Params
from collectors._kit.paging import Fresh
from collectors._kit.times import moment, rfc3339
from collectors.base import Collector, Cursor, Page, Window
from ground.notice import Json, Notice

from .mediawiki import Revision, Wiki, WikiPage, hidden, mention_of

OVERLAP = timedelta(days=2)  # in which edits that were hidden after they were read are found
FIRST_READING = timedelta(days=7)
MOST_EDITS = 100  # compared one by one in one reading; the next goes on where it stopped

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
    """Page by page of the wiki, the oldest edit first. The cursor's `read` holds the time and number of the last edit
    of each title that was read, so that it is true after every page."""
    wiki, left = Wiki(params.base_url, http), MOST_EDITS
    before = cursor.get("read")
    read: dict[str, Json] = dict(before) if isinstance(before, dict) else {}
    for title in params.titles:
        last, number = _last(read.get(title))
        since = last - OVERLAP if last else datetime.now(UTC) - FIRST_READING
        mark: str | None = None
        fresh = Fresh()
        while left > 0:
            ways = {"rvdir": "newer", "rvstart": rfc3339(since)} | ({"rvcontinue": mark} if mark else {})
            page, mark = wiki.revisions(title, ways)
            revisions, broken = _revisions(page, wiki)
            new = [one for one in revisions if one.revid > number][:left]
            gone = [one for one in revisions if one.revid <= number and hidden(one)]
            left -= len(new)
            mentions = [mention_of(one, page, wiki, wiki.difference(one)) for one in new]
            mentions += [mention_of(one, page, wiki, "") for one in gone]
            last = max([at for one in new if (at := moment(one.timestamp))], default=last)
            number = max([number, *(one.revid for one in new)])
            read[title] = [rfc3339(last), number] if last else None
            yield Page(tuple(mentions), {"read": dict(read)}, broken=broken, warning=_missing(page, title, wiki))
            if not fresh(mark):
                break


def backfill(params: WatchedPages, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """Title by title, the newest edit first. The cursor holds `title`, a number, and the wiki's own mark."""
    wiki, kept, mark = Wiki(params.base_url, http), cursor.get("title"), cursor.get("mark")
    number = kept if isinstance(kept, int) and 0 <= kept < len(params.titles) else 0
    fresh = Fresh()
    reached = window.until
    while True:
        # the wiki gives both ends of a stretch, a window is without its end
        ways = {"rvdir": "older", "rvstart": rfc3339(window.until), "rvend": rfc3339(window.since)}
        page, mark = wiki.revisions(
            params.titles[number], ways | ({"rvcontinue": mark} if isinstance(mark, str) else {})
        )
        revisions, broken = _revisions(page, wiki)
        inside = [one for one in revisions if window.holds(moment(one.timestamp))]
        mentions = tuple(mention_of(one, page, wiki, wiki.difference(one)) for one in inside)
        last = number == len(params.titles) - 1
        if not fresh(f"{number} {mark}") or mark is None:
            mark, number = None, number + (not last)
            ended = last
        else:
            ended = False
        dates = [at for one in inside if (at := moment(one.timestamp))]
        reached = min([reached, *dates]) if last else reached
        yield Page(mentions, {"title": number, "mark": mark}, broken=broken, reached=window.since if ended else reached)
        if ended:
            return


def _revisions(page: WikiPage, wiki: Wiki) -> tuple[list[Revision], tuple[tuple[str, str], ...]]:
    found: list[Revision] = []
    _, broken = each(Revision, page.revisions, found.append, wiki.host, id_name="revid")
    return list({one.revid: one for one in found}.values()), broken


def _last(kept: Json) -> tuple[datetime | None, int]:
    """The time and number of the last edit that was read."""
    match kept:
        case [str() as at, int() as number]:
            return moment(at), number
        case _:
            return None, 0


def _missing(page: WikiPage, title: str, wiki: Wiki) -> Notice | None:
    if not (page.missing or page.invalid):
        return None
    return Notice("{host} has no page «{title}»: check how it is written", {"host": wiki.host, "title": title})


collector = Collector(
    kind="wikipedia",
    title={"en": "Wikipedia edits", "fr": "Modifications de Wikipédia"},
    params=WatchedPages,
    pages=pages,
    backfill=backfill,
    help={
        "en": "Every edit of the Wikipedia pages that you name: who, why, and the lines added and removed. No key "
        "needed.",
        "fr": "Chaque modification des pages Wikipédia que vous nommez : qui, pourquoi, et les lignes ajoutées et "
        "retirées. Aucune clé n’est nécessaire.",
    },
    steps={
        "en": (
            "Open the page on Wikipedia and copy its title, as it stands at the top.",
            (
                "Check the address of the wiki: https://fr.wikipedia.org for French, https://en.wikipedia.org for "
                "English. Make one source for each language."
            ),
            "To watch its discussion too, add the title of the talk page, such as «Talk:Acme».",
            "Assign the source to the brand: an edit rarely repeats its name.",
        ),
        "fr": (
            "Ouvrez la page sur Wikipédia et copiez son titre, tel qu’il figure en haut.",
            (
                "Vérifiez l’adresse du wiki : https://fr.wikipedia.org en français, https://en.wikipedia.org en "
                "anglais. Créez une source par langue."
            ),
            (
                "Pour suivre aussi sa discussion, ajoutez le titre de la page de discussion, par exemple "
                "« Discussion:Acme »."
            ),
            "Attribuez la source à la marque : une modification répète rarement son nom.",
        ),
    },
    blind={
        "en": (
            "Pages that you did not name, also those where the brand is mentioned.",
            "The IP address of an edit made without an account: it is personal, and left out.",
            "What was hidden more than two days after it was written; edits of a page that was deleted as a whole.",
            "The text of an edit of more than 40 lines, and that of a new page: only the comment is given.",
        ),
        "fr": (
            "Les pages que vous n’avez pas nommées, y compris celles où la marque est citée.",
            "L’adresse IP d’une modification faite sans compte : elle est personnelle, et laissée de côté.",
            "Ce qui a été masqué plus de deux jours après avoir été écrit ; les modifications d’une page supprimée.",
            (
                "Au-delà de 40 lignes, la suite d’une modification ; le texte d’une page nouvelle, dont seul le "
                "commentaire est donné."
            ),
        ),
    },
    platform="wikipedia",
    group="web",
    min_interval=timedelta(minutes=10),
    gap=timedelta(seconds=1),
    deletions=True,
    history={
        "en": "the last 7 days at first; back to the creation of the page on request",
        "fr": "les 7 derniers jours d’abord ; jusqu’à la création de la page sur demande",
    },
)
