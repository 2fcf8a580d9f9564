"""Askbot question-and-answer sites: questions, and their answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import httpx2
from pydantic import Field

from collectors._kit.answers import answer_of, each
from collectors._kit.fetch import Missing, fetch, host_of
from collectors._kit.fields import BaseUrl, Line, Params
from collectors._kit.paging import capped
from collectors._kit.refusals import Refusal, Refusals
from collectors._kit.texts import texts_of
from collectors._kit.times import moment, rfc3339
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

from .questions import Answer, Question, Questions, answer_to, body_of, question_of

OVERLAP = timedelta(hours=1)
FIRST_READING = timedelta(days=7)
EVER = datetime(1970, 1, 1, tzinfo=UTC)
MOST_PAGES = 20
MOST_QUESTIONS = 40  # looked at one by one in one reading; the next goes on where it stopped
MOST_ANSWERS = 10  # the newest of a question
BATCH = 10
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


@dataclass(frozen=True, slots=True)
class _Listed:
    questions: list[Question]
    broken: tuple[tuple[str, str], ...]
    more: bool


def pages(params: AskbotSite, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What was asked, answered or changed since `newest`, the oldest first: each page's cursor is true by itself.

    The first reading gives the newest page of the list whatever its age, so that a quiet site is not an empty one.
    A question that waits for its turn may have answers from before `newest`: until none waits, the cursor's `answers`
    says since when answers are new.
    """
    newest = moment(cursor.get("newest"))
    since = newest - OVERLAP if newest else datetime.now(UTC) - FIRST_READING
    answered = moment(cursor.get("answers")) or (since if newest else EVER)
    active, broken, complete = _active(params, since, http, first=newest is None)
    newest = newest or since
    if len(active) > MOST_QUESTIONS:  # a busy hour: read again what was read, and the rest would never come
        active = [one for one in active if (moment(one.last_activity_at) or since) > newest]
    todo = active[:MOST_QUESTIONS]
    warning = None if complete else capped(len(active))
    for start in range(0, max(len(todo), 1), BATCH):
        batch = todo[start : start + BATCH]
        mentions = {one.external_id: one for question in batch for one in _whole(params, question, answered, http)}
        newest = max([newest, *(min(at, datetime.now(UTC)) for one in batch if (at := moment(one.last_activity_at)))])
        waiting = {"answers": rfc3339(answered)} if start + BATCH < len(active) else {}
        state: Cursor = {"newest": rfc3339(newest), **waiting}
        yield Page(tuple(mentions.values()), state, broken=broken, warning=warning)
        broken = ()


def backfill(params: AskbotSite, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """The questions asked in the window, and their answers, newest first; the cursor holds `page`."""
    number, given, reached = cursor.get("page"), set[str](), window.until
    page = number if isinstance(number, int) and number > 0 else 1
    while True:
        listed = _list(params, page, "age-desc", http)
        dates = [at for one in listed.questions if (at := moment(one.added_at))]
        reached = max(window.since, min([reached, *dates]))
        ended = not listed.more or reached <= window.since
        inside = [one for one in listed.questions if (moment(one.added_at) or window.since) < window.until]
        found = (one for question in inside for one in _whole(params, question, window.since, http))
        fresh = {
            one.external_id: one for one in found if window.holds(one.published_at) and one.external_id not in given
        }
        given |= set(fresh)
        page += 1
        told = window.since if ended else reached
        yield Page(tuple(fresh.values()), {"page": page}, broken=listed.broken, reached=told)
        if ended:
            return


def _active(
    params: AskbotSite, since: datetime, http: httpx2.Client, *, first: bool
) -> tuple[list[Question], tuple[tuple[str, str], ...], bool]:
    """The questions with something new since, oldest first; what was broken; and whether the list was read so far."""
    found: dict[int, Question] = {}
    broken: dict[tuple[str, str], None] = {}
    complete = False
    for page in range(1, MOST_PAGES + 1):
        listed = _list(params, page, "activity-desc", http)
        dates = [at for one in listed.questions if (at := moment(one.last_activity_at))]
        new = (one for one in listed.questions if (moment(one.last_activity_at) or since) >= since)
        found |= {one.id: one for one in (listed.questions if first and page == 1 else new)}
        broken |= dict.fromkeys(listed.broken)
        complete = not listed.more or (bool(dates) and min(dates) < since)
        if complete:
            break
    return sorted(found.values(), key=lambda one: moment(one.last_activity_at) or since), tuple(broken), complete


def _list(params: AskbotSite, page: int, sort: str, http: httpx2.Client) -> _Listed:
    """A page beyond the last is the first again, so that the number of pages is what ends the list."""
    asked: dict[str, str | int] = {"page": page, "sort": sort}
    if params.query:
        asked["query"] = params.query
    got = fetch(http, f"{params.base_url}/api/v1/questions/", params=asked, refusals=REFUSALS)
    answer = answer_of(Questions, got)
    questions: list[Question] = []
    _, broken = each(Question, answer.questions, questions.append, host_of(params.base_url))
    return _Listed(questions, broken, bool(answer.questions) and page < (answer.pages or 1))


def _whole(params: AskbotSite, question: Question, since: datetime, http: httpx2.Client) -> Iterator[RawMention]:
    """The question with its whole body, and its newest answers since then."""
    yield question_of(question, params.base_url, _body(params, question, http) if question.cut else "")
    if params.what == "questions":
        return
    numbers = sorted(one for one in question.answer_ids if isinstance(one, int))
    for number in numbers[-MOST_ANSWERS:]:
        try:
            answer = answer_of(Answer, fetch(http, f"{params.base_url}/api/v1/answers/{number}/"))
        except (Missing, SourceRefused, SourceChanged):  # deleted since, or a site of before answers could be asked for
            continue
        if (moment(answer.last_edited_at) or moment(answer.added_at) or since) >= since:
            yield answer_to(answer, question, params.base_url)


def _body(params: AskbotSite, question: Question, http: httpx2.Client) -> str:
    """Empty where the page is not given, or is another one than it was."""
    try:
        return isolated(body_of, fetch(http, f"{params.base_url}/question/{question.id}/").content)
    except SourceBusy:
        raise
    except (SourceError, Isolated):
        return ""


collector = Collector(
    kind="askbot",
    **texts_of(__name__),
    params=AskbotSite,
    address="base_url",
    pages=pages,
    backfill=backfill,
    platform="askbot",
    group="forums",
    min_interval=timedelta(minutes=15),
    gap=timedelta(seconds=1),
)
