"""The phrases of a workspace, how ratings are read there, and what a phrase would change."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.models import Brand, Mention, Phrase, Restance, Workspace
from app.pipeline.judge.limits import sureness_of_models
from app.pipeline.judge.phrases import DomainPhrase
from app.pipeline.judge.restance import facts_of, holding, uncorrected_matches
from app.pipeline.judge.stance import (
    StanceRules,
    classes_of,
    domain_phrase,
    find_occurrences,
    ratings_version,
    rules_of,
)
from app.problems import FieldError, invalid, not_found
from app.queries.brands import brand
from app.queries.mentions import MentionView, views
from app.queries.paging import LIMIT, Order, Slice, page
from app.viewer import Viewer, may
from ground.words import folded_words
from sentiment.base import RatingClasses, Settled, Stance

PREVIEW_MENTIONS = 2_000
"""The newest mentions that a preview looks at, in pages of `PREVIEW_PAGE`, and the seconds it may take in all."""
PREVIEW_PAGE, PREVIEW_SECONDS = 200, 2.0
STATEMENT_MS = 3_000
SAMPLE = 10
CANCELED = "57014"


@dataclass(frozen=True, slots=True)
class Progress:
    """How many stored mentions were looked at again, of how many; the total is None until they are counted."""

    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class PhraseView:
    """A phrase, its brand if it has one, and how far it has been applied to stored mentions while that is under way."""

    phrase: Phrase
    brand: Brand | None
    applying: Progress | None


@dataclass(frozen=True, slots=True)
class StanceChange:
    """A mention whose stance towards a brand would change."""

    view: MentionView
    brand: Brand
    before: str
    before_source: str
    after: str


@dataclass(frozen=True, slots=True)
class PhrasePreview:
    """What a phrase would change: in how many mentions it is, how many stances change, from which to which, the newest.

    `complete`: whether all stored mentions that contain it were looked at, or only the newest of them.
    """

    mentions: int
    changed: int
    changes: Mapping[tuple[str, str], int]
    sample: Sequence[StanceChange]
    complete: bool


@may("read")
def phrases(session: Session, viewer: Viewer, after: str | None = None, limit: int = LIMIT) -> Slice[PhraseView]:
    """The phrases, newest first."""
    statement = select(Phrase).where(Phrase.workspace_id == viewer.workspace_id)
    return page(session, statement, Order("phrase", Phrase.id), after, limit).map(
        lambda rows: _views(session, viewer, [row.Phrase for row in rows])
    )


@may("read")
def phrase(session: Session, viewer: Viewer, phrase_id: UUID) -> PhraseView:
    """One phrase. Raises Problem 404."""
    row = session.get(Phrase, (viewer.workspace_id, phrase_id))
    if row is None:
        raise not_found("phrase")
    return _views(session, viewer, [row])[0]


def _views(session: Session, viewer: Viewer, rows: Sequence[Phrase]) -> list[PhraseView]:
    brands = select(Brand).where(
        Brand.workspace_id == viewer.workspace_id, Brand.id.in_([row.brand_id for row in rows])
    )
    brand_by_id = {brand.id: brand for brand in session.scalars(brands)}
    wishes = select(Restance).where(
        Restance.workspace_id == viewer.workspace_id, Restance.phrase_id.in_([row.id for row in rows])
    )
    under_way: dict[UUID | None, list[Restance]] = {}
    for wish in session.scalars(wishes):
        under_way.setdefault(wish.phrase_id, []).append(wish)
    return [
        PhraseView(row, brand_by_id.get(row.brand_id) if row.brand_id else None, _sum(under_way.get(row.id, ())))
        for row in rows
    ]


@may("read")
def progress_of_all(session: Session, viewer: Viewer) -> Progress | None:
    """How far all phrases and ratings that are being applied to stored mentions have come; None when none is."""
    return _sum(session.scalars(select(Restance).where(Restance.workspace_id == viewer.workspace_id)).all())


def _sum(wishes: Sequence[Restance]) -> Progress | None:
    if not wishes:
        return None
    totals = [wish.total for wish in wishes]
    known = [total for total in totals if total is not None]
    return Progress(sum(wish.done for wish in wishes), sum(known) if len(known) == len(totals) else None)


@may("read")
def ratings(session: Session, viewer: Viewer) -> tuple[RatingClasses, int]:
    """How ratings are read in the workspace, and the version of that setting."""
    settings = session.get_one(Workspace, viewer.workspace_id).settings
    return classes_of(settings), ratings_version(settings)


@may("read")
def preview(
    session: Session, viewer: Viewer, candidate: DomainPhrase, replaces: UUID | None = None,
    seconds: Callable[[], float] = time.monotonic,
) -> PhrasePreview:  # fmt: skip
    """What a phrase would change in stored mentions, where neither a person nor a rating decides.

    Raises Problem 404 on its brand or the phrase it replaces, 422 when its words are too common to count in time.
    """
    if candidate.brand_id is not None:
        brand(session, viewer, candidate.brand_id)
    old = phrase(session, viewer, replaces).phrase if replaces else None
    rules = _rules_with(session, viewer, candidate, old)
    words = {" ".join(candidate.words), *([old.words] if old else [])}
    deadline = seconds() + PREVIEW_SECONDS
    ids = _newest(session, viewer, words)
    looked, turned = 0, list[tuple[Any, Stance]]()
    while looked < len(ids) and seconds() < deadline:
        part = ids[looked : looked + PREVIEW_PAGE]
        turned += _changes(session, viewer, rules, part)
        looked += len(part)
    changes = Counter[tuple[str, str]]((row.stance, after) for row, after in turned)
    complete = looked == len(ids) < PREVIEW_MENTIONS
    return PhrasePreview(looked, len(turned), changes, _sample(session, viewer, turned[:SAMPLE]), complete)


def _rules_with(session: Session, viewer: Viewer, candidate: DomainPhrase, old: Phrase | None) -> StanceRules:
    stored = session.scalars(select(Phrase).where(Phrase.workspace_id == viewer.workspace_id))
    kept = [domain_phrase(row) for row in stored if old is None or row.id != old.id]
    others = [other for other in kept if _scope(other) != _scope(candidate)]
    settings = session.get_one(Workspace, viewer.workspace_id).settings
    return rules_of(settings, [*others, candidate])


def _scope(phrase: DomainPhrase) -> tuple[Any, ...]:
    return phrase.words, phrase.brand_id, phrase.language


def _newest(session: Session, viewer: Viewer, words: set[str]) -> Sequence[UUID]:
    """The newest mentions that contain the words. Raises Problem 422 when the full-text search takes too long."""
    here = (Mention.workspace_id == viewer.workspace_id, Mention.deleted_at.is_(None))
    statement = select(Mention.id).where(*here, or_(*map(holding, sorted(words))))
    session.execute(text(f"SET LOCAL statement_timeout = {STATEMENT_MS}"))
    try:
        return session.scalars(statement.order_by(Mention.id.desc()).limit(PREVIEW_MENTIONS)).all()
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != CANCELED:
            raise
        raise invalid(
            FieldError(
                "text",
                "These words are in too many mentions to be counted while you wait.",
                hint="You can save them all the same.",
            )
        ) from None


def _changes(session: Session, viewer: Viewer, rules: StanceRules, ids: Sequence[UUID]) -> list[tuple[Any, Stance]]:
    """The matches of these mentions whose stance would change, newest mention first, with their stance after."""
    rows = uncorrected_matches(session, viewer.workspace_id, ids)
    said = find_occurrences(session, {viewer.workspace_id: rules}, rows)
    models = sureness_of_models(session)
    decided = [
        (row, rules.decide(facts_of(row, said.get((row.brand_id, row.mention_id), ()), models))[0]) for row in rows
    ]
    turned = [(row, after) for row, after in decided if after and after != row.stance]
    return sorted(turned, key=lambda pair: (pair[0].mention_id.int, pair[0].brand_id.int), reverse=True)


def _sample(session: Session, viewer: Viewer, turned: Sequence[tuple[Any, Stance]]) -> list[StanceChange]:
    ids = [row.mention_id for row, _ in turned]
    rows = session.scalars(select(Mention).where(Mention.workspace_id == viewer.workspace_id, Mention.id.in_(ids)))
    shown = {view.mention.id: view for view in views(session, viewer, list(rows))}
    brands = {each.brand.id: each.brand for view in shown.values() for each in view.matches}
    return [
        StanceChange(shown[row.mention_id], brands[row.brand_id], row.stance, row.stance_source, after)
        for row, after in turned
    ]


def phrase_of(words: str, stance: Settled, brand_id: UUID | None, language: str | None) -> DomainPhrase:
    """The phrase that texts would be searched for, from what was typed."""
    return DomainPhrase(tuple(folded_words(words)), stance, brand_id, language)
