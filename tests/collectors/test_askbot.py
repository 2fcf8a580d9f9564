"""How an Askbot site is gone through, and what is said when it is none."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from collectors.askbot import MOST_QUESTIONS, AskbotSite, collector
from collectors.askbot.questions import body_of
from collectors.base import Page, SourceBusy, SourceError
from tests.collectors.conftest import Answer, Rule

NOW = datetime.now(UTC)


def question(number: int, age: timedelta = timedelta(), **more: Any) -> dict[str, Any]:
    at = str(int((NOW - age).timestamp()))
    return {"id": number, "title": f"Q{number}", "summary": "<p>x</p>", "added_at": at, "last_activity_at": at} | more


def serve(site: Any, questions: list[dict[str, Any]]) -> None:
    """30 a page; a page beyond the last is the first again, as Askbot does."""
    site.rules.clear()
    starts = range(0, max(len(questions), 1), 30)
    for number, start in enumerate(starts, 1):
        answer = Answer(json.dumps({"pages": len(starts), "questions": questions[start : start + 30]}).encode())
        site.rules.append(Rule("/api/v1/questions/", answer, query={"page": str(number)}))
    site.rules.append(Rule("/api/v1/questions/", site.rules[0].answer, query={"page": "*"}))


def read(site: Any, http: httpx2.Client, cursor: Any = None) -> list[Page]:
    return list(collector.pages(AskbotSite(base_url=site.base), cursor or {}, http))


def ids(pages: list[Page]) -> list[int]:
    return [int(mention.external_id) for page in pages for mention in page.mentions]


def test_a_page_beyond_the_last_is_never_asked_for(site: Any, http: httpx2.Client) -> None:
    serve(site, [question(40 - n, timedelta(minutes=n)) for n in range(40)])
    assert ids(read(site, http)) == list(range(1, 41))
    assert len([path for path, _ in site.asked if "questions" in path]) == 2


def test_many_questions_are_read_over_several_readings_and_none_is_lost(site: Any, http: httpx2.Client) -> None:
    count = MOST_QUESTIONS * 2 + 5
    serve(site, [question(count - n, timedelta(minutes=n)) for n in range(count)])
    met: set[int] = set()
    cursor: Any = {}
    for _ in range(3):
        pages = read(site, http, cursor)
        met |= set(ids(pages))
        cursor = pages[-1].cursor
    assert met == set(range(1, count + 1))


def test_an_answer_that_is_gone_is_passed_over_and_a_busy_site_is_not(site: Any, http: httpx2.Client) -> None:
    serve(site, [question(1, answer_ids=[2, 3])])
    at = str(int(NOW.timestamp()))
    site.rules.append(Rule("/api/v1/answers/3/", Answer(json.dumps({"id": 3, "added_at": at}).encode())))
    assert ids(read(site, http)) == [1, 3]
    site.rules.append(Rule("/api/v1/answers/2/", Answer(b"", 429, {"Retry-After": "9"})))
    with pytest.raises(SourceBusy) as caught:
        read(site, http)
    assert caught.value.wait == timedelta(seconds=9)


def test_a_site_that_wants_its_language_in_the_address_is_told_as_such(site: Any, http: httpx2.Client) -> None:
    with pytest.raises(SourceError, match="add the language"):
        read(site, http)


@pytest.mark.parametrize("page", [b"", b"<", b"\xff\xfe", b"<div class='js-question'><div class='post-body'>"])
def test_a_page_without_the_body_gives_none(page: bytes) -> None:
    assert body_of(page) == ""


def answered(site: Any, number: int, at: datetime) -> None:
    told = json.dumps({"id": number, "added_at": str(int(at.timestamp())), "summary": "<p>y</p>"})
    site.rules.append(Rule(f"/api/v1/answers/{number}/", Answer(told.encode())))


def test_the_earlier_answers_of_a_question_that_had_to_wait_are_read_with_it(site: Any, http: httpx2.Client) -> None:
    waits = question(900, answer_ids=[901, 902])
    serve(site, [waits, *(question(99 - n, timedelta(hours=20 + n / 60)) for n in range(MOST_QUESTIONS))])
    answered(site, 901, NOW - timedelta(hours=60))
    answered(site, 902, NOW)
    first = read(site, http)
    assert 900 not in ids(first)
    second = read(site, http, first[-1].cursor)
    assert {900, 901, 902} <= set(ids(second))
    assert "answers" not in second[-1].cursor


def test_an_answer_that_a_failing_gateway_keeps_back_is_asked_for_again(site: Any, http: httpx2.Client) -> None:
    serve(site, [question(1, answer_ids=[2])])
    site.rules.append(Rule("/api/v1/answers/2/", Answer(b"", 502)))
    with pytest.raises(SourceError, match="problem of its own"):
        read(site, http)


def test_of_a_quiet_site_the_newest_page_is_read_once(site: Any, http: httpx2.Client) -> None:
    serve(site, [question(1, timedelta(days=300), answer_ids=[2])])
    answered(site, 2, NOW - timedelta(days=299))
    first = read(site, http)
    assert ids(first) == [1, 2]
    assert ids(read(site, http, first[-1].cursor)) == []
