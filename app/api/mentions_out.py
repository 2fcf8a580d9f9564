"""One mention as the API shows it, with what weighed on its stance, its copies, its history, its conversation."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from app.api.schemas import MentionOut, Out, mention_out
from app.pipeline.judge.reasons import Field as Place
from app.pipeline.judge.reasons import Passage, WeighedPhrase, stance_reasons
from app.queries.mentions import MentionDetail
from sentiment.base import Scorer
from sentiment.phrase_weights import Side


class CopyOut(Out):
    """Another mention that tells the same story."""

    id: UUID
    url: str | None
    title: str
    author: str
    platform: str
    outlet: str
    published_at: datetime
    published_guessed: bool
    reach: int | None


class SaidOut(Out):
    """Another mention of the same conversation."""

    id: UUID
    url: str | None
    external_id: str
    parent_id: str | None
    title: str
    text: str
    author: str
    published_at: datetime
    published_guessed: bool


class RevisionOut(Out):
    """What was changed, by a person or by its author (then `actor` is empty)."""

    at: datetime
    actor: str
    change: dict[str, Any]


class Weight(Out):
    """A word of the title or the text, from `start` to before `end` in characters, and how it weighs for a brand."""

    start: int
    end: int
    weight: float = Field(
        description="By how much the logarithm of the odds of positive against negative falls without it: above 0 it "
        "speaks for the brand, below against; 0.7 doubles the odds."
    )
    field: Place
    brand: UUID | None = Field(description="Null when the mention no longer matches any brand.")
    side: Side | None = Field(
        description="for or against the stance shown, of the four phrases that weigh most on each side; of a passive, "
        "unsure or unknown stance, for is towards promoter."
    )


class PassageOut(Out):
    """A stretch of the title or the text, in characters, that was read for a brand."""

    start: int
    end: int
    field: Place
    brand: UUID | None


class MentionDetailOut(MentionOut):
    """A mention, with what weighed on its stance, its copies and its history."""

    explanation: list[Weight] = Field(
        description="Phrases of one to four words; the brands matched share the 200 words read."
    )
    passages: list[PassageOut] = Field(description="What concerns each brand: all of it where only one is named.")
    compared: list[UUID] = Field(description="The brands whose probabilities a comparison with another decided.")
    copies: list[CopyOut] = Field(description="The other mentions of its story, newest first, 100 at most.")
    history: list[RevisionOut]
    conversation: list[SaidOut] = Field(description="The other stored mentions of its thread, oldest first, about 50.")


def detail_out(detail: MentionDetail, scorer: Scorer) -> MentionDetailOut:
    """One mention as the API shows it."""
    view = detail.view
    brands: list[UUID | None] = [each.brand.id for each in view.matches]
    reasons = stance_reasons(scorer, view.mention, [each.match for each in view.matches])
    why = list(zip(brands or [None], reasons, strict=True))
    return MentionDetailOut(
        **dict(mention_out(view)),
        explanation=[_weight(phrase, brand) for brand, reason in why for phrase in reason.phrases],
        passages=[_passage(part, brand) for brand, reason in why for part in reason.read],
        compared=[brand for brand, reason in why if brand and reason.compared],
        copies=[CopyOut.model_validate(row) for row in detail.copies],
        history=[RevisionOut.model_validate(row) for row in detail.history],
        conversation=[SaidOut.model_validate(row) for row in detail.conversation],
    )


def _weight(phrase: WeighedPhrase, brand: UUID | None) -> Weight:
    at, side = phrase.at, phrase.side
    return Weight(start=at.start, end=at.end, weight=phrase.weight, field=at.field, brand=brand, side=side)


def _passage(part: Passage, brand: UUID | None) -> PassageOut:
    return PassageOut(start=part.start, end=part.end, field=part.field, brand=brand)
