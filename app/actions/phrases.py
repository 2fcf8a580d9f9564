"""Domain phrases: words that set a stance in this workspace, whatever the model thinks."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.actions.audit import record
from app.actions.brands import check_brand
from app.actions.fields import Changes, Fields, Language, Line, unique_row
from app.actions.versions import versioned
from app.jobs import Jobs
from app.models import Phrase, Workspace, uuid7
from app.pipeline.judge.phrases import WORDS_MAX
from app.pipeline.judge.restance import wish
from app.problems import FieldError, Problem, not_found
from app.viewer import Viewer, may
from ground.words import folded_words
from sentiment.base import Settled

PHRASES_MAX = 500


def _words(value: str) -> str:
    if not folded_words(value):
        raise ValueError("it contains no word: Vigie searches for letters, digits and emoji")
    if len(folded_words(value)) > WORDS_MAX:
        raise ValueError("at most ten words are searched for")
    return value


PhraseText = Annotated[Line, StringConstraints(min_length=1), AfterValidator(_words)]


class NewPhrase(Fields):
    """Words that set a stance: for one brand or for all (null), in one language or in all (null)."""

    text: PhraseText
    stance: Settled
    brand_id: UUID | None = None
    language: Language | None = None


class PhraseChanges(Changes):
    """What changes of a phrase; a field left out stays as it is."""

    text: PhraseText = ""
    stance: Settled = "passive"
    brand_id: UUID | None = None
    language: Language | None = None


class TriedPhrase(NewPhrase):
    """A phrase to look at before it is saved; `phrase_id` is the one that it would replace."""

    phrase_id: UUID | None = Field(None, description="The phrase being edited, which the preview leaves out.")


@may("write")
def create(session: Session, viewer: Viewer, new: NewPhrase, jobs: Jobs) -> Phrase:
    """Adds a phrase: it applies to new mentions at once, and to stored ones in the background. Raises Problem 404,
    409."""
    lock_workspace(session, viewer)
    number = session.scalar(select(func.count()).where(Phrase.workspace_id == viewer.workspace_id)) or 0
    if number >= PHRASES_MAX:
        raise Problem("too-many", 409, "There are {number} phrases already.", number=number)
    row = Phrase(workspace_id=viewer.workspace_id, id=uuid7(), **_values(session, viewer, new))
    with unique_row(session, viewer, _duplicate()):
        session.add(row)
    wish(session, jobs, viewer.workspace_id, words=row.words, phrase_id=row.id)
    record(session, viewer, "phrase.create", row.id, text=row.text, stance=row.stance)
    session.refresh(row)
    return row


@may("write")
def update(session: Session, viewer: Viewer, phrase_id: UUID, changes: PhraseChanges, jobs: Jobs) -> Phrase:
    """Changes a phrase; stored mentions with its old or its new words are decided again. Raises Problem 404, 409."""
    lock_workspace(session, viewer)
    row = lock(session, viewer, phrase_id)
    version, before, fields = row.version, row.words, changes.model_fields_set
    with unique_row(session, viewer, _duplicate()), versioned(session, viewer, row, "phrase.update", fields):
        for name, value in _values(session, viewer, changes).items():
            setattr(row, name, value)
    for words in dict.fromkeys((before, row.words)) if row.version != version else ():
        wish(session, jobs, viewer.workspace_id, words=words, phrase_id=row.id)
    session.refresh(row)
    return row


@may("write")
def delete_phrase(session: Session, viewer: Viewer, phrase_id: UUID, jobs: Jobs) -> None:
    """Deletes a phrase; stored mentions that contain it are decided again without it. Raises Problem 404."""
    lock_workspace(session, viewer)
    row = lock(session, viewer, phrase_id)
    session.delete(row)
    session.flush()
    wish(session, jobs, viewer.workspace_id, words=row.words)
    record(session, viewer, "phrase.delete", phrase_id, text=row.text)
    session.flush()


@may("write")
def lock_workspace(session: Session, viewer: Viewer) -> Workspace:
    """The workspace, locked: only one transaction at a time may change how stances are decided, and none while
    scores are written."""
    return session.get_one(Workspace, viewer.workspace_id, with_for_update={"key_share": True})


@may("write")
def lock(session: Session, viewer: Viewer, phrase_id: UUID) -> Phrase:
    """Locks the phrase until the end of the transaction, and returns it. Raises Problem 404."""
    row = session.get(Phrase, (viewer.workspace_id, phrase_id), with_for_update=True)
    if row is None:
        raise not_found("phrase")
    return row


def _values(session: Session, viewer: Viewer, phrase: NewPhrase | PhraseChanges) -> dict[str, object]:
    values = phrase.model_dump(exclude_unset=True)
    check_brand(session, viewer, phrase.brand_id)
    return values | ({"words": " ".join(folded_words(phrase.text))} if "text" in values else {})


def _duplicate() -> Problem:
    return Problem(
        "phrase-taken",
        409,
        "These words already set a stance, for the same brand and language.",
        errors=[FieldError("text", "Change that phrase, or choose another brand or language.")],
    )
