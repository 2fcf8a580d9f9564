"""Askbot question-and-answer sites: questions, and their answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal

import httpx2
from pydantic import Field

from collectors._kit.answers import answer_of, each
from collectors._kit.entries import Entries, Entry, queue_of
from collectors._kit.fetch import Missing, fetch, host_of
from collectors._kit.fields import BaseUrl, Line, Params
from collectors._kit.newest import look_back
from collectors._kit.paging import Unmet
from collectors._kit.refusals import Refusal, Refusals
from collectors._kit.texts import texts_of
from collectors._kit.times import moment, rfc3339
from collectors._kit.walk import Rewind, walk
from collectors.base import (
    Collector,
    Cursor,
    Page,
    RawMention,
    SourceBusy,
    SourceChanged,
    SourceError,
    SourceRefused,
    Window,
)
from ground.isolate import Isolated, isolated
from ground.notice import Json
from ground.place import Place

from .questions import Answer, Question, Questions, answer_to, body_of, question_of

OVERLAP = timedelta(hours=1)
EVER = datetime(1970, 1, 1, tzinfo=UTC)
MOST_PAGES = 20
MOST_QUESTIONS = 40  # asked for one by one in one reading; the next reading goes on
MOST_ANSWERS = 10  # the newest of a question
BATCH = 10
Sort = Literal["activity-desc", "age-desc"]

REFUSALS = Refusals(
    (
        Refusal(
            SourceError,
            "{host} has no Askbot interface at this address: add the language to it, such as /en, or check it",
            status={404},
        ),
    )
)


class AskbotSite(Params):
    base_url: BaseUrl = Field(
        title="Address of the site",
        description="With the language, where the site has one in its addresses",
        examples=["https://ask.example.org/en"],
    )
    query: Line = Field(default="", title="Words to search for", description="Empty: all questions", examples=["acme"])
    what: Literal["all", "questions"] = Field(
        default="all", title="What to read", description="all: questions and their answers; questions: no answers"
    )


def pages(params: AskbotSite, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """Questions asked, answered or changed since `newest`, oldest first, so that the cursor holds after each page.

    A question that waits for the next reading may have answers from before `newest`. Until none waits, the cursor's
    `answers` is the moment since which answers are new.
    """
    before = moment(cursor.get("newest"))
    since = look_back(before, OVERLAP)
    answered = moment(cursor.get("answers")) or (since if before else EVER)
    queue = queue_of(partial(_list, params, http, "activity-desc"), since, MOST_PAGES, first=before is None)
    broken, unmet = queue.broken, Unmet()
    for turn in queue.turns(before or since, MOST_QUESTIONS, BATCH):
        mentions = unmet(mention for question in turn.values for mention in _whole(params, question, answered, http))
        waiting = {"answers": rfc3339(answered)} if turn.waiting else {}
        state: Cursor = {"newest": rfc3339(turn.newest), **waiting}
        yield Page(mentions, state, broken=broken, warning=queue.warning)
        broken = ()


def backfill(params: AskbotSite, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """The questions asked in the window, and their answers, newest first; the cursor holds `page`."""
    saved, rewind = cursor.get("page"), Rewind(window)
    start = saved if isinstance(saved, int) and saved > 0 else 1
    ask = partial(_list, params, http, "age-desc")
    for leg in walk(ask, start, ends=lambda listed: listed.ends_before(window.since)):
        listed = leg.answer
        inside = [entry.value for entry in listed.entries if (entry.at or window.since) < window.until]
        mentions = (mention for question in inside for mention in _whole(params, question, window.since, http))
        state: Cursor = {"page": (leg.mark or 1) + 1}
        yield rewind.page(mentions, state, ended=leg.ended, oldest=listed.oldest, broken=listed.broken)


def _list(
    params: AskbotSite, http: httpx2.Client, sort: Sort, mark: int | None
) -> tuple[Entries[Question], int | None]:
    """A page of the list, and the number of the next. After the last, Askbot would give the first again."""
    page = mark or 1
    query: dict[str, str | int] = {"page": page, "sort": sort}
    if params.query:
        query["query"] = params.query
    response = fetch(http, f"{params.base_url}/api/v1/questions/", params=query, refusals=REFUSALS)
    answer = answer_of(Questions, response)
    questions: list[Question] = []
    _, broken = each(Question, answer.questions, questions.append, host_of(params.base_url))
    entries = [Entry(question.id, _sorted_by(sort, question), question) for question in questions]
    times = [entry.at for entry in entries if entry.at]
    return Entries(entries, times, broken), page + 1 if answer.questions and page < (answer.pages or 1) else None


def _sorted_by(sort: Sort, question: Question) -> datetime | None:
    return moment(question.added_at if sort == "age-desc" else question.last_activity_at)


def _whole(params: AskbotSite, question: Question, since: datetime, http: httpx2.Client) -> Iterator[RawMention]:
    """The question with its whole body, and its newest answers since then."""
    yield question_of(question, params.base_url, _body(params, question, http) if question.cut else "")
    if params.what == "questions":
        return
    numbers = sorted(number for number in question.answer_ids if isinstance(number, int))
    for number in numbers[-MOST_ANSWERS:]:
        try:
            answer = answer_of(Answer, fetch(http, f"{params.base_url}/api/v1/answers/{number}/"))
        except (Missing, SourceRefused, SourceChanged):  # deleted since, or a site too old to give single answers
            continue
        if (moment(answer.last_edited_at) or moment(answer.added_at) or since) >= since:
            yield answer_to(answer, question, params.base_url)


def _body(params: AskbotSite, question: Question, http: httpx2.Client) -> str:
    """The whole body, from the page of the question; empty where the page cannot be read, or holds none."""
    try:
        return isolated(body_of, fetch(http, f"{params.base_url}/question/{question.id}/").content)
    except SourceBusy:
        raise
    except (SourceError, Isolated):
        return ""


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    """A site whose page says that it is made with Askbot."""
    if not place.says(r"askbot\[|askbot\.(?:com|org)|/askbot/"):
        return ()
    return ({"base_url": place.root("/question", "/users/", "/tags/")},)


collector = Collector(
    kind="askbot",
    **texts_of(__name__),
    params=AskbotSite,
    address="base_url",
    pages=pages,
    recognise=recognise,
    backfill=backfill,
    platform="askbot",
    group="forums",
    min_interval=timedelta(minutes=15),
    gap=timedelta(seconds=1),
)
