"""What people's labels of a random sample say: how often the model is right, and how far its scores err here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Result, literal_column, or_, select
from sqlalchemy.orm import Session

from app.models import AuditMatch, Match, Mention
from app.pipeline.keep.aggregate import STORY, WRITER
from app.viewer import Viewer, may
from sentiment.base import Score, best_stance
from sentiment.correction import Corrections
from sentiment.indices import wilson
from sentiment.measure import LABELS
from sentiment.mixture import histogram
from sentiment.quantify import GROUPS, Floats, LanguageGroup, group_of
from sentiment.sampled import ENOUGH

VISIBLE = 20
"""From this many labels on, they narrow the interval: a week's sample."""
STANCES = {"negative": "detractor", "neutral": "passive", "positive": "promoter"}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a labelled text stands: what it counts for in a score, and with which others it belongs together."""

    brand_id: UUID
    source_id: UUID
    language: str
    published_at: datetime
    author: str
    story: str


@dataclass(frozen=True, slots=True)
class LabelledText:
    """One text: the present score of the model in use, the label of a person (0, 1, 2), and its origin.

    `by_model`: whether its stance is the model's, not that of a person, a rating or a phrase.
    """

    group: LanguageGroup
    score: Score
    label: int
    by_model: bool = True
    origin: Origin | None = None

    @property
    def right(self) -> bool:
        return best_stance(self.score) == STANCES[LABELS[self.label]]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How often the model is right: the share, 0 to 1, with Wilson's 95 % interval; None without labels."""

    labelled: int
    right: int
    accuracy: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class OwnSample:
    """The labels that count for the model in use."""

    texts: tuple[LabelledText, ...]

    @property
    def in_use(self) -> bool:
        """Whether there are enough labels to narrow the intervals."""
        return len(self.texts) >= VISIBLE

    @property
    def needed(self) -> int:
        """How many labels are missing: until they narrow the intervals, then until they can make a score."""
        return max(0, (ENOUGH if self.in_use else VISIBLE) - len(self.texts))

    def of(self, group: LanguageGroup) -> OwnSample:
        return OwnSample(tuple(text for text in self.texts if text.group == group))

    def measure(self) -> Accuracy:
        """How often the model is right on these texts."""
        number, right = len(self.texts), sum(text.right for text in self.texts)
        low, high = wilson(right, number) or (None, None)
        return Accuracy(number, right, right / number if number else None, low, high)

    def as_json(self) -> dict[str, Any]:
        """The accuracy as the API and the pages show it beside the model's own figures."""
        accuracy = self.measure()
        margin = None if accuracy.low is None or accuracy.high is None else (accuracy.high - accuracy.low) / 2
        return {
            "labelled": accuracy.labelled,
            "right": accuracy.right,
            "accuracy": accuracy.accuracy,
            "margin": margin,
            "known": "sample" if self.in_use else "model",
            "needed": self.needed,
        }

    def correct(self, shipped: Corrections) -> Corrections:
        """The corrections, each language group having learnt from its labels, once there are enough in all. Labels of
        languages that are not read teach nothing: such texts count apart."""
        if not self.in_use:
            return shipped
        read = [
            text for text in self.texts if text.origin is None or text.group == shipped.part_of(text.origin.language)
        ]
        groups = {
            group: shipped.groups[group].learn(*_counted([text for text in read if text.group == group]))
            for group in GROUPS
        }
        return replace(shipped, groups=groups)


def _counted(texts: Sequence[LabelledText]) -> tuple[Floats, Floats]:
    """The histogram (15,) of texts, and how many (3,) have each label."""
    labels = np.bincount([text.label for text in texts], minlength=3).astype(np.float64)
    return histogram(probabilities_of(texts)), labels


def probabilities_of(texts: Sequence[LabelledText]) -> Floats:
    """(n, 3)"""
    rows = [(text.score.negative, text.score.neutral, text.score.positive) for text in texts]
    return np.array(rows, dtype=np.float64).reshape(-1, 3)


@may("read")
def own_sample(session: Session, viewer: Viewer, model: str) -> OwnSample:
    """The labels of texts that `model` has scored and nobody edited since. Read once per transaction.

    A label is about a text, not about an answer of the model: once another model has scored the text, the label counts
    for that model.
    """
    key = ("own_sample", viewer.workspace_id, model)
    if key not in session.info:
        session.info[key] = OwnSample(tuple(_labelled_texts(session, viewer, model)))
    sample: OwnSample = session.info[key]
    return sample


def _labelled_texts(session: Session, viewer: Viewer, model: str) -> list[LabelledText]:
    rows: Result[Any] = session.execute(
        select(
            AuditMatch.label, AuditMatch.brand_id, Match.negative, Match.neutral, Match.positive, Match.published_at,
            Match.stance_source, Mention.language, Mention.source_id, literal_column(WRITER).label("author"),
            literal_column(f"{STORY}::text").label("story"),
        )
        .join(
            Match,
            (Match.workspace_id == AuditMatch.workspace_id)
            & (Match.brand_id == AuditMatch.brand_id)
            & (Match.mention_id == AuditMatch.mention_id),
        )
        .join(Mention, (Mention.workspace_id == Match.workspace_id) & (Mention.id == Match.mention_id))
        .where(AuditMatch.workspace_id == viewer.workspace_id, AuditMatch.label.in_(LABELS))
        .where(Match.model == model, Match.scored_at.is_not(None), Match.negative.is_not(None))
        .where(or_(Mention.edited_at.is_(None), Mention.edited_at <= AuditMatch.labelled_at))
    )  # fmt: skip
    return [
        LabelledText(
            group_of(row.language),
            Score(row.negative, row.neutral, row.positive),
            LABELS.index(row.label),
            row.stance_source == "model",
            Origin(
                row.brand_id, row.source_id or UUID(int=0), row.language or "", row.published_at, row.author, row.story
            ),
        )
        for row in rows
    ]
