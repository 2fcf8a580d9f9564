"""Questions and answers of Askbot as mentions, and the whole body of a question out of its page."""

from __future__ import annotations

import html
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from selectolax.lexbor import LexborHTMLParser

from collectors._kit.answers import Count, Part, Text
from collectors._kit.fetch import host_of
from collectors._kit.items import LONGEST_TEXT
from collectors._kit.times import moment
from collectors.base import RawMention
from ground.links import clean_link

CUT = ("...", "…", "...</p>", "…</p>")


class Author(Part):
    id: Text = ""
    username: Text = ""


class Answer(Part):
    """An answer to a question. Times are Unix seconds as text."""

    id: int
    url: Text = ""
    summary: Text = ""
    score: Count = None
    added_at: Any = None
    last_edited_at: Any = None
    author: Annotated[Author, BeforeValidator(lambda value: value or {})] = Author()


class Question(Answer):
    title: Text = ""
    answer_count: Count = None
    view_count: Count = None
    last_activity_at: Any = None
    answer_ids: Annotated[list[Any], BeforeValidator(lambda value: value or [])] = Field(default_factory=list)

    @property
    def cut(self) -> bool:
        """Whether the summary is only the beginning of the body."""
        return self.summary.rstrip().endswith(CUT)


class Questions(Part):
    questions: Annotated[list[Any], Field(max_length=1_000)]
    pages: Count = None


def question_of(question: Question, base: str, body: str = "") -> RawMention:
    return _mention(question, question, base, body or question.summary)


def answer_to(answer: Answer, question: Question, base: str) -> RawMention:
    return _mention(answer, question, base, answer.summary)


def _mention(message: Answer, question: Question, base: str, text: str) -> RawMention:
    """A question or an answer as a mention. Their numbers are ids, since Askbot counts both together."""
    is_question = message is question
    counts = {
        "likes": message.score,
        "comments": question.answer_count if is_question else None,
        "views": question.view_count if is_question else None,
    }
    return RawMention(
        external_id=str(message.id),
        url=clean_link(message.url, f"{base}/") or clean_link(f"{base}/question/{question.id}/"),
        title=html.escape(question.title, quote=False),
        text=text,
        html=True,
        author=message.author.username,
        author_id=message.author.id,
        platform="askbot",
        outlet=host_of(base),
        published_at=moment(message.added_at),
        edited_at=moment(message.last_edited_at),
        thread_id=str(question.id),
        parent_id=None if is_question else str(question.id),
        engagement={name: count for name, count in counts.items() if count is not None},
    )


def body_of(page: bytes) -> str:
    """The body of the question on its page, as HTML; empty where there is none. Runs in a process of its own."""
    body = LexborHTMLParser(page).css_first("div.js-question div.post-body, div.question div.question-body")
    if body is None:
        return ""
    for other in body.css("div.post-update-info-container, div.comments, div.post-controls"):
        other.decompose()
    return (body.inner_html or "").strip()[:LONGEST_TEXT]
