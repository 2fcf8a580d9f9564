"""Puts a match as a question to a model: the words of its mention, and where they name this brand and others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sentiment.about import About
from sentiment.named import Span

Spans = Mapping[str, Any]
"""Where a match names its brand: {"title": [[start, end], …], "text": […]}, in characters."""


def question_of(title: str, body: str, language: str | None, own: Spans, others: Iterable[Spans]) -> About:
    """The question about one match of a mention, from its own spans and those of the other matches."""
    text = join(title, body)
    shift = len(text) - len(body)
    return About(text, language, _spans_in([own], shift), _spans_in(others, shift))


def join(title: str, body: str) -> str:
    """The title and the text as the model reads them, without a title that the text begins with."""
    return body if not title or body.startswith(title) else f"{title}\n{body}" if body else title


def _spans_in(every: Iterable[Spans], shift: int) -> tuple[Span, ...]:
    """The spans as places of the joined text, sorted and each once: those of the text are moved by `shift`."""
    return tuple(
        sorted(
            {
                (span[0] + by, span[1] + by)
                for spans in every
                for field, by in (("title", 0), ("text", shift))
                for span in spans.get(field) or ()
                if len(span) == 2
            }
        )
    )
