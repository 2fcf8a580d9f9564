"""Asks a MediaWiki for the revisions of a page, and turns them into mentions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import httpx2
from pydantic import BeforeValidator, Field
from selectolax.lexbor import LexborHTMLParser

from collectors._kit.answers import Count, Part, Text, json_of, read
from collectors._kit.fetch import fetch, host_of
from collectors._kit.times import moment
from collectors.base import RawMention, SourceBusy, SourceError
from ground.isolate import Isolated, isolated
from ground.notice import Json

from .refusals import REFUSALS

PAGE = 50
MAXLAG = 5  # seconds; Wikimedia asks this of programs that nobody is waiting for
MOST_LINES, LONGEST_LINE = 40, 1_000

Flag = Annotated[bool, BeforeValidator(lambda value: value not in (None, False))]
"""True in the answers of today, an empty text in older ones."""


class Revision(Part):
    revid: int
    parentid: Count = None
    timestamp: Any = None
    user: Text = ""
    comment: Text = ""
    anon: Flag = False
    minor: Flag = False
    userhidden: Flag = False
    commenthidden: Flag = False
    sha1hidden: Flag = False
    suppressed: Flag = False


class WikiPage(Part):
    title: Text = ""
    pageid: Count = None
    missing: Flag = False
    invalid: Flag = False
    revisions: Annotated[list[Any], BeforeValidator(lambda value: value or []), Field(max_length=1_000)] = Field(
        default_factory=list
    )
    pageviews: Any = None


class Query(Part):
    """The pages: a list, or in the older format an object with a number for each."""

    pages: Annotated[
        list[WikiPage], BeforeValidator(lambda value: list(value.values()) if isinstance(value, dict) else value)
    ]


@dataclass(frozen=True, slots=True)
class Wiki:
    base: str
    http: httpx2.Client

    @property
    def host(self) -> str:
        return host_of(self.base)

    def revisions(self, title: str, more: Mapping[str, str]) -> tuple[WikiPage, str | None]:
        """The page with some of its revisions, and the mark of the next ones. `more` holds start and direction."""
        answer = self._ask(
            {
                "action": "query",
                "prop": "revisions|pageviews",
                "titles": title,
                "redirects": "1",
                "rvprop": "ids|timestamp|user|comment|flags|sha1",
                "rvlimit": str(PAGE),
                "pvipdays": "3",
                **more,
            }
        )
        pages = read(Query, answer.get("query"), self.host).pages
        go_on = answer.get("continue")
        mark = go_on.get("rvcontinue") if isinstance(go_on, dict) else None
        return pages[0] if pages else WikiPage(missing=True), mark if isinstance(mark, str) and mark else None

    def difference(self, revision: Revision) -> str:
        """The lines that an edit added (+) and removed (−); empty for a new page, or where the wiki hides them."""
        if not revision.parentid or revision.sha1hidden:
            return ""
        try:
            answer = self._ask(
                {
                    "action": "compare",
                    "fromrev": str(revision.parentid),
                    "torev": str(revision.revid),
                    "prop": "diff",
                }
            )
            comparison = answer.get("compare")
            body = comparison.get("body") or comparison.get("*") if isinstance(comparison, dict) else None
            return isolated(lines_of, body) if isinstance(body, str) else ""
        except SourceBusy:
            raise
        except (SourceError, Isolated):  # one of the two was hidden since, or they are too large
            return ""

    def _ask(self, query: Mapping[str, str]) -> dict[str, Json]:
        params = {**query, "format": "json", "formatversion": "2", "maxlag": str(MAXLAG)}
        refusals = REFUSALS.about(host=self.host)
        answer = json_of(fetch(self.http, f"{self.base}/w/api.php", params=params, refusals=refusals))
        return answer if isinstance(answer, dict) else {}


def mention_of(revision: Revision, page: WikiPage, wiki: Wiki, difference: str) -> RawMention:
    """An edit as a mention. The IP address of an edit without account is personal data, and left out."""
    user = "" if revision.anon or revision.userhidden else revision.user
    comment = "" if revision.commenthidden else revision.comment
    return RawMention(
        external_id=str(revision.revid),
        url=f"{wiki.base}/w/index.php?diff={revision.revid}&oldid={revision.parentid or 'prev'}",
        title=page.title,
        text="\n".join(filter(None, (comment, difference))),
        author=user,
        author_id=user,
        platform="wikipedia",
        outlet=wiki.host,
        published_at=moment(revision.timestamp),
        thread_id=f"{wiki.base}/w/index.php?curid={page.pageid}" if page.pageid else None,
        reach=_views(page.pageviews),
        deleted=is_hidden(revision),
    )


def is_hidden(revision: Revision) -> bool:
    """Whether the wiki does not show the text of the edit any more."""
    return revision.sha1hidden or revision.suppressed


def lines_of(body: str) -> str:
    """The lines of a difference, which is given as rows of a table. Runs in a process of its own."""
    tree = LexborHTMLParser(f"<table>{body}</table>")
    lines: list[str] = []
    for cell in tree.css("td.diff-addedline, td.diff-deletedline"):
        text = " ".join(cell.text().split())[:LONGEST_LINE]
        if text:
            lines.append(("+ " if "diff-addedline" in (cell.attributes.get("class") or "") else "− ") + text)
    return "\n".join(lines[:MOST_LINES])


def _views(views: object) -> int | None:
    """The views of the page on the last day that was counted."""
    days: Sequence[tuple[str, Any]] = sorted(views.items()) if isinstance(views, dict) else []
    counts = [count for _, count in days if isinstance(count, int) and not isinstance(count, bool) and count >= 0]
    return counts[-1] if counts else None
