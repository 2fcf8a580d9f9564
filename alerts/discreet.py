"""A message of which no text and no author leaves: only figures and the link."""

from __future__ import annotations

from dataclasses import replace

from .base import Explanation, Message


def only_figures(message: Message) -> Message:
    """The message without whatever the public wrote. What is kept is listed, so that a new fact stays in."""
    told = message.subject.explanation
    bare = Explanation(
        observed=told.observed,
        expected=told.expected,
        total=told.total,
        share=told.share,
        usual_share=told.usual_share,
        window_hours=told.window_hours,
        since=told.since,
        reach=told.reach,
        customers_at_risk=told.customers_at_risk,
        counted=told.counted,
        unsure=told.unsure,
        beginning=told.beginning,
        one_text=told.one_text,
    )
    return replace(message, subject=replace(message.subject, explanation=bare))
