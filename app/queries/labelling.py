"""The audit sample: what people have to label, and what the labels say about the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.models import AuditMatch, Brand, Match, Mention
from app.pipeline.judge.audit_sample import monday
from app.queries.paging import LIMIT, Order, Slice, page
from app.viewer import Viewer, may
from sentiment.base import Score, best_stance
from sentiment.indices import wilson
from sentiment.measure import LABELS
from sentiment.quantify import GROUPS, LanguageGroup, Matrix, adapt, group_of

ENOUGH = 100
"""From this many labels on, the workspace's own matrix corrects its scores."""
ENOUGH_OF_GROUP = 50
"""A language group with fewer labels keeps the shipped matrix: with 50 the interval held the truth in 93 % of bags."""
STANCES = {"negative": "detractor", "neutral": "passive", "positive": "promoter"}


@dataclass(frozen=True, slots=True)
class ToLabel:
    """A mention that waits for its label, and its brand. It leaves out the model's answer, so as not to bias
    anybody."""

    id: UUID
    drawn_at: datetime
    mention: Mention
    brand: Brand
    spans: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Progress:
    """How many mentions were drawn in a week, and how many of them were labelled or skipped."""

    drawn: int
    answered: int


@dataclass(frozen=True, slots=True)
class LabelledText:
    """One text: its language group, the present score of the model in use, and the label of a person (0, 1, 2)."""

    group: LanguageGroup
    score: Score
    label: int

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
        """Whether there are enough labels to correct the scores."""
        return len(self.texts) >= ENOUGH and any(self._enough(group) for group in GROUPS)

    @property
    def needed(self) -> int:
        """How many labels are missing until they correct the scores."""
        most = max(len(self.of(group).texts) for group in GROUPS)
        return max(0, ENOUGH - len(self.texts), ENOUGH_OF_GROUP - most)

    def of(self, group: LanguageGroup) -> OwnSample:
        return OwnSample(tuple(text for text in self.texts if text.group == group))

    def _enough(self, group: LanguageGroup) -> bool:
        return len(self.of(group).texts) >= ENOUGH_OF_GROUP

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
            "matrix_in_use": "own" if self.in_use else "shipped",
            "needed": self.needed,
        }

    def matrices(self, shipped: Mapping[LanguageGroup, Matrix]) -> Mapping[LanguageGroup, Matrix]:
        """The matrix of each group: its own where the labels suffice, else the shipped one."""
        if not self.in_use:
            return shipped
        own = {group: _matrix_of(shipped[group], self.of(group).texts) for group in GROUPS if self._enough(group)}
        return {**shipped, **own}


def _matrix_of(shipped: Matrix, texts: Sequence[LabelledText]) -> Matrix:
    rows = np.array([(text.score.negative, text.score.neutral, text.score.positive) for text in texts])
    return adapt(shipped, rows, np.array([text.label for text in texts]))


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
    rows = session.execute(
        select(AuditMatch.label, Match.negative, Match.neutral, Match.positive, Mention.language)
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
    )
    return [
        LabelledText(group_of(row.language), Score(row.negative, row.neutral, row.positive), LABELS.index(row.label))
        for row in rows
    ]


@may("read")
def to_label(session: Session, viewer: Viewer, after: str | None = None, limit: int = LIMIT) -> Slice[ToLabel]:
    """The mentions that wait for a label, in the order drawn."""
    statement = (
        select(AuditMatch, Mention, Brand, Match.spans)
        .join(Mention, (Mention.workspace_id == AuditMatch.workspace_id) & (Mention.id == AuditMatch.mention_id))
        .join(Brand, (Brand.workspace_id == AuditMatch.workspace_id) & (Brand.id == AuditMatch.brand_id))
        .outerjoin(
            Match,
            (Match.workspace_id == AuditMatch.workspace_id)
            & (Match.brand_id == AuditMatch.brand_id)
            & (Match.mention_id == AuditMatch.mention_id),
        )
        .where(AuditMatch.workspace_id == viewer.workspace_id, AuditMatch.label.is_(None))
        .where(Mention.deleted_at.is_(None))
    )
    return page(session, statement, Order("audit sample", AuditMatch.id, descending=False), after, limit).map(
        lambda rows: [
            ToLabel(row.AuditMatch.id, row.AuditMatch.drawn_at, row.Mention, row.Brand, row.spans or {}) for row in rows
        ]
    )


@may("read")
def progress(session: Session, viewer: Viewer, now: datetime) -> Progress:
    """How far the labelling of this week's sample has come."""
    here = (AuditMatch.workspace_id == viewer.workspace_id, AuditMatch.week == monday(now))
    drawn, answered = session.execute(select(func.count(), func.count(AuditMatch.label)).where(*here)).one()
    return Progress(drawn, answered)


@may("read")
def last_label(session: Session, viewer: Viewer, now: datetime) -> UUID | None:
    """The mention that the viewer labelled last this week, which «undo» removes."""
    mine = (AuditMatch.workspace_id == viewer.workspace_id, AuditMatch.labelled_by == viewer.actor)
    return session.scalar(
        select(AuditMatch.id)
        .where(*mine, AuditMatch.label.is_not(None), AuditMatch.week == monday(now))
        .order_by(AuditMatch.labelled_at.desc(), AuditMatch.id.desc())
        .limit(1)
    )
