"""Stack Exchange: questions and answers that match a search, on Stack Overflow or another of its 170 sites."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import httpx2
from pydantic import Field, SecretStr, StringConstraints

from collectors._kit.answers import Count, Part, Text, answer_of, each
from collectors._kit.fetch import fetch, host_of
from collectors._kit.fields import Interface, Params, Words
from collectors._kit.items import LONGEST_TEXT, fit
from collectors._kit.slices import Read, backward, forward
from collectors._kit.texts import texts_of
from collectors._kit.times import moment, not_ahead
from collectors.base import Broken, Collector, Cursor, Page, RawMention, Window
from ground.links import clean_link
from ground.notice import Json
from ground.place import Place

from .api import REFUSALS, Post, Wrapper, pause

PAGE_SIZE = 100
RESERVE = 0.1
"""The part of a day's calls that a backfill leaves to the readings of what is new."""
OVERLAP = timedelta(minutes=60)
FIRST = timedelta(days=7)


class Search(Params):
    """What to search for, and on which site."""

    query: Words = Field(title="Words", description="As in the search of the site", examples=["acme cloud"])
    site: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[a-z0-9][a-z0-9.-]{0,60}$")] = Field(
        default="stackoverflow",
        title="Site",
        description="The beginning of its address, without .stackexchange.com or .com",
        examples=["stackoverflow", "superuser", "travel"],
    )
    answers: bool = Field(default=True, title="Answers too")
    api_key: SecretStr = Field(
        default=SecretStr(""),
        title="Key",
        max_length=200,
        description="Without one, everything that runs at your address shares 300 calls a day",
    )
    base_url: Interface = Field(default="https://api.stackexchange.com", title="Address of the interface")


class Question(Post):
    question_id: Annotated[int, Field(gt=0)]
    title: Text = ""
    tags: list[str] = []  # noqa: RUF012 - pydantic copies it
    view_count: Count = None
    answer_count: Count = None


class Reply(Post):
    post_id: Annotated[int, Field(gt=0)]


class Excerpt(Part):
    """A result of the search that also finds answers, but gives neither their authors nor their whole text."""

    item_type: Text = ""
    question_id: Annotated[int, Field(gt=0)]
    answer_id: Annotated[int, Field(gt=0)] | None = None


@dataclass(frozen=True, slots=True)
class _Asker:
    """Asks the methods of one site."""

    params: Search
    http: httpx2.Client

    def __call__(self, method: str, **fields: str | int) -> Wrapper:
        key = self.params.api_key.get_secret_value()
        query = {**fields, "site": self.params.site, "pagesize": PAGE_SIZE, **({"key": key} if key else {})}
        url = f"{self.params.base_url}/2.3/{method}"
        return answer_of(Wrapper, fetch(self.http, url, params=query, refusals=REFUSALS))

    def search(self, method: str, window: Window, **fields: str) -> Wrapper:
        """What was written in a window. Its end is exclusive, `todate` is not."""
        since, until = (int(at.timestamp()) for at in (window.since, window.until))
        dates: dict[str, str | int] = {
            "fromdate": since,
            "todate": max(since, until - 1),
            "sort": "creation",
            "order": "desc",
        }
        return self(method, **dates, q=self.params.query, **fields)


def pages(params: Search, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What was written since the cursor's `at`, less an hour; in the last 7 days at first."""
    asker = _Asker(params, http)
    return forward(cursor, lambda part: _read(asker, part), overlap=OVERLAP, first=FIRST, most=PAGE_SIZE)


def backfill(params: Search, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """The window, newest slice first. It leaves a tenth of the day's calls to the readings of what is new."""
    asker = _Asker(params, http)
    return backward(cursor, window, lambda part: _read(asker, part, RESERVE), most=PAGE_SIZE)


def _read(asker: _Asker, window: Window, reserve: float = 0) -> Read:
    questions = asker.search("search/advanced", window, filter="withbody")
    site = asker.params.site
    mentions, broken = each(Question, questions.items, lambda post: question(post, site), _host(asker), "question_id")
    answers = [questions]
    if asker.params.answers:
        excerpts = asker.search("search/excerpts", window)
        replies, lost, more = _replies(asker, excerpts)
        mentions, broken, answers = mentions + replies, broken + lost, [*answers, excerpts, *more]
    return Read(mentions, broken, _fullness(answers[:2]), pause(answers, reserve))


def _fullness(searches: Sequence[Wrapper]) -> float:
    """How full the fuller answer is; 2 when one has more than it holds."""
    if any(search.has_more for search in searches):
        return 2.0
    return max(len(search.items) for search in searches) / PAGE_SIZE


def _replies(asker: _Asker, excerpts: Wrapper) -> tuple[tuple[RawMention, ...], tuple[Broken, ...], Sequence[Wrapper]]:
    """The answers among the results, in full; the results that cannot be read; and the wrapper of the extra request."""
    threads: dict[int, int] = {}

    def note(match: Excerpt) -> None:
        if match.item_type == "answer" and match.answer_id:
            threads[match.answer_id] = match.question_id

    _, broken = each(Excerpt, excerpts.items, note, _host(asker), "question_id")
    if not threads:
        return (), broken, ()
    posts = asker(f"posts/{';'.join(map(str, threads))}", filter="withbody")
    site = asker.params.site
    mentions, unread = each(Reply, posts.items, lambda post: reply(post, threads, site), _host(asker), "post_id")
    return mentions, broken + unread, (posts,)


def _host(asker: _Asker) -> str:
    return host_of(asker.params.base_url)


def question(post: Question, site: str) -> RawMention:
    """A question as a mention. Its tags are its author's words too, and stand on a line of their own."""
    tags = " ".join(f"[{html.escape(tag)}]" for tag in post.tags[:10])
    counts = {"likes": post.score, "comments": post.answer_count, "views": post.view_count}
    body = fit(post.body, LONGEST_TEXT)
    return _mention(
        post,
        site,
        post.question_id,
        title=post.title,
        text="\n".join(filter(None, (body, f"<p>{tags}</p>" if tags else ""))),
        thread=post.question_id,
        counts=counts,
    )


def reply(post: Reply, threads: Mapping[int, int], site: str) -> RawMention | None:
    """An answer as a mention, with the question that its search result named; None where none did."""
    thread = threads.get(post.post_id)
    if thread is None:
        return None
    return _mention(
        post,
        site,
        post.post_id,
        title="",
        text=fit(post.body, LONGEST_TEXT),
        thread=thread,
        counts={"likes": post.score},
    )


def _mention(
    post: Post, site: str, number: int, *, title: str, text: str, thread: int, counts: Mapping[str, int | None]
) -> RawMention:
    """Posts are CC BY-SA: author and link have to be shown with them. Numbers are unique within one site."""
    link = clean_link(post.link)
    return RawMention(
        external_id=f"{site}/{number}",
        url=link,
        title=title,
        text=text,
        html=True,
        author=html.unescape(post.owner.display_name),
        author_id=f"{site}/{post.owner.user_id}" if post.owner.user_id else "",
        platform="stack exchange",
        outlet=host_of(link).removeprefix("www.") if link else site,
        published_at=not_ahead(moment(post.creation_date)),
        edited_at=not_ahead(moment(post.last_edit_date)),
        thread_id=f"{site}/{thread}",
        parent_id=f"{site}/{thread}" if thread != number else None,
        engagement={name: count for name, count in counts.items() if count is not None},
    )


SITE = re.compile(r"([a-z0-9.-]{1,60})\.stackexchange\.com|(stackoverflow|superuser|serverfault|askubuntu)\.com")


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    """A search for the name on the site at the address."""
    found = SITE.fullmatch(place.host)
    return ({"query": place.phrase, "site": found[1] or found[2]},) if found and place.words else ()


collector = Collector(
    kind="stackexchange",
    **texts_of(__name__),
    params=Search,
    address="base_url",
    pages=pages,
    recognise=recognise,
    backfill=backfill,
    platform="stack exchange",
    group="forums",
    min_interval=timedelta(minutes=10),
    default_interval=timedelta(hours=1),
)
