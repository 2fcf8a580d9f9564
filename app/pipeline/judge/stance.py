"""Decides the stance of a match: a person's word counts first, then the rating, then a phrase of the workspace, then a
common one, then the model, which may be unsure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from app.models import Json, Match, Mention, Phrase, Workspace
from app.pipeline.judge.common_phrases import in_use
from app.pipeline.judge.model_input import Spans, question_of
from app.pipeline.judge.phrases import DomainPhrase, Occurrence, Phrasebook, said_of, spoken_stance
from ground.words import quote_lexeme
from sentiment.base import (
    CLASSES,
    Limits,
    RatingClasses,
    Score,
    Stance,
    StanceSource,
    stance_of_rating,
    stance_of_score,
)
from sentiment.sureness import CAUTIOUS


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides the stance of a match that no person corrected: its rating and scale, its phrases, the score, and
    from which probability on each of its labels counts."""

    brand_id: UUID
    rating: float | None
    rating_scale: float | None
    occurrences: Sequence[Occurrence] = ()
    score: Score | None = None
    limits: Limits = CAUTIOUS["other"]


@dataclass(frozen=True, slots=True)
class StanceRules:
    """How a workspace reads ratings, and the phrases that count there."""

    classes: RatingClasses = CLASSES
    book: Phrasebook = field(default_factory=Phrasebook)

    def decide(self, facts: Facts) -> tuple[Stance | None, StanceSource | None]:
        """The stance and where it comes from; (None, None) while nothing says one."""
        if facts.rating is not None and facts.rating_scale:
            return stance_of_rating(facts.rating, facts.rating_scale, self.classes), "rating"
        if spoken := spoken_stance(facts.occurrences, facts.brand_id):
            return spoken, "phrase"
        if spoken := spoken_stance(facts.occurrences, facts.brand_id, common=True):
            return spoken, "common"
        return (stance_of_score(facts.score, facts.limits), "model") if facts.score else (None, None)


def classes_of(settings: Json) -> RatingClasses:
    """The rating classes of a workspace, from its settings."""
    return RatingClasses(**settings["ratings"]) if "ratings" in settings else CLASSES


def ratings_version(settings: Json) -> int:
    """The version of a workspace's rating classes, from 1."""
    return int(settings.get("ratings_version", 1))


def stance_rules(session: Session, workspace_ids: Collection[UUID], *, locked: bool = False) -> dict[UUID, StanceRules]:
    """The rules of these workspaces.

    With `locked`, whoever wants to change them waits until this transaction has written its stances, so that
    deciding again afterwards misses none of them.
    """
    statement = select(Workspace.id, Workspace.settings).where(Workspace.id.in_(workspace_ids)).order_by(Workspace.id)
    settings = session.execute(statement.with_for_update(read=True) if locked else statement).all()
    phrases: dict[UUID, list[DomainPhrase]] = {}
    for row in session.scalars(select(Phrase).where(Phrase.workspace_id.in_(workspace_ids))):
        phrases.setdefault(row.workspace_id, []).append(domain_phrase(row))
    return {row.id: rules_of(row.settings, phrases.get(row.id, ())) for row in settings}


def rules_of(settings: Json, phrases: Sequence[DomainPhrase]) -> StanceRules:
    """The rules of a workspace, from its settings and its own phrases."""
    common = [phrase.to_domain() for phrase in in_use(settings)]
    return StanceRules(classes_of(settings), Phrasebook([*phrases, *common]))


def domain_phrase(row: Phrase) -> DomainPhrase:
    """A stored phrase as the phrasebook takes it."""
    return DomainPhrase(tuple(row.words.split()), row.stance, row.brand_id, row.language)  # type: ignore[arg-type] # Settled


Said = Mapping[tuple[UUID, UUID], Sequence[Occurrence]]
"""The phrases that are said of a brand in a mention, by the two."""


def find_occurrences(session: Session, rules: Mapping[UUID, StanceRules], rows: Sequence[Any]) -> Said:
    """The phrases that are said of the brands of these matches. Rows have `workspace_id` and `mention_id`.

    It reads only texts that contain a word of a phrase, found by the full-text index.
    """
    said: dict[tuple[UUID, UUID], Sequence[Occurrence]] = {}
    for workspace_id, here in rules.items():
        ids = {row.mention_id for row in rows if row.workspace_id == workspace_id}
        mentions = _holding_a_word(session, workspace_id, ids, here.book.anchors)
        heard = [(each, here.book.occurrences(each.title, each.text, each.language)) for each in mentions]
        heard = [(mention, occurrences) for mention, occurrences in heard if occurrences]
        named = _names_in(session, workspace_id, [mention.id for mention, _ in heard])
        for mention, occurrences in heard:
            names = named.get(mention.id, {})
            for brand_id, own in names.items():
                others = [spans for other, spans in names.items() if other != brand_id]
                about = question_of(mention.title, mention.text, mention.language, own, others)
                said[brand_id, mention.id] = said_of(occurrences, brand_id, about)
    return said


def _holding_a_word(
    session: Session, workspace_id: UUID, mention_ids: Collection[UUID], words: Collection[str]
) -> Sequence[Any]:
    """The words of those of these mentions that contain at least one of the words."""
    if not words or not mention_ids:
        return ()
    wanted = func.cast(literal(" | ".join(map(quote_lexeme, sorted(words)))), TSQUERY)
    statement = select(Mention.id, Mention.title, Mention.text, Mention.language).where(
        Mention.workspace_id == workspace_id, Mention.id.in_(mention_ids), Mention.search.bool_op("@@")(wanted)
    )
    return session.execute(statement).all()


def _names_in(session: Session, workspace_id: UUID, mention_ids: Sequence[UUID]) -> dict[UUID, dict[UUID, Spans]]:
    """Where these mentions name their brands: {mention: {brand: spans}}."""
    if not mention_ids:
        return {}
    statement = select(Match.mention_id, Match.brand_id, Match.spans).where(
        Match.workspace_id == workspace_id, Match.mention_id.in_(mention_ids)
    )
    named: dict[UUID, dict[UUID, Spans]] = {}
    for mention_id, brand_id, spans in session.execute(statement):
        named.setdefault(mention_id, {})[brand_id] = spans
    return named
