"""The common phrases, as a workspace uses them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.models import Workspace
from app.pipeline.judge.common_phrases import CommonPhrase, all_off, common_phrases, phrases_off
from app.problems import not_found
from app.viewer import Viewer, may


@dataclass(frozen=True, slots=True)
class CommonView:
    """A common phrase, and whether it counts in the workspace."""

    phrase: CommonPhrase
    on: bool


@may("read")
def common(session: Session, viewer: Viewer) -> list[CommonView]:
    """All of them, by language, in the order of the files."""
    settings = session.get_one(Workspace, viewer.workspace_id).settings
    none, off = all_off(settings), phrases_off(settings)
    return [CommonView(phrase, not none and phrase.id not in off) for phrase in common_phrases()]


@may("read")
def common_phrase(session: Session, viewer: Viewer, phrase_id: str) -> CommonView:
    """One of them. Raises Problem 404."""
    found = next((view for view in common(session, viewer) if view.phrase.id == phrase_id), None)
    if found is None:
        raise not_found("phrase")
    return found
