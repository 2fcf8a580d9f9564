"""What a model is asked about a match: the words of the mention, and where they name this brand and others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sentiment.about import About
from sentiment.named import Span

Spans = Mapping[str, Any]
"""Of a match: {"title": [[start, end], …], "text": […]}, in characters."""


def asked(title: str, body: str, language: str | None, own: Spans, others: Iterable[Spans]) -> About:
    """The question about one match of a mention, given the spans of all its matches."""
    text = joined(title, body)
    shift = len(text) - len(body)
    return About(text, language, _laid([own], shift), _laid(others, shift))


def joined(title: str, body: str) -> str:
    """What the model reads: the title, then the text, unless the one repeats the other."""
    return body if not title or body.startswith(title) else f"{title}\n{body}" if body else title


def _laid(every: Iterable[Spans], shift: int) -> tuple[Span, ...]:
    """The spans in the joined text: the title is where it was, the text comes after it."""
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
