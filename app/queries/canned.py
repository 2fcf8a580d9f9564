"""Canned answers: texts that people answer with, filled in for a mention."""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import CannedAnswer
from app.problems import not_found
from app.viewer import Viewer, may

MOST = 500
FIELDS = ("author", "brand", "my name")
"""What a text may name in braces."""
_FIELD = re.compile(r"\{([^{}]*)\}")


@may("read")
def canned_answers(session: Session, viewer: Viewer) -> list[CannedAnswer]:
    """The canned answers of the workspace, by name."""
    statement = select(CannedAnswer).where(CannedAnswer.workspace_id == viewer.workspace_id)
    return list(session.scalars(statement.order_by(func.lower(CannedAnswer.name), CannedAnswer.id).limit(MOST)))


@may("read")
def canned_answer(session: Session, viewer: Viewer, answer_id: UUID) -> CannedAnswer:
    """One canned answer. Raises Problem 404."""
    row = session.get(CannedAnswer, (viewer.workspace_id, answer_id))
    if row is None:
        raise not_found("answer")
    return row


def unknown_fields(text: str) -> list[str]:
    """What stands in braces and is no field."""
    return [name for name in _FIELD.findall(text) if name.strip() not in FIELDS]


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its fields filled in; one without a value is left out, and so is the space before it."""
    said = re.sub(r" ?\{([^{}]*)\}", lambda found: _fill(found, values), text)
    return said.strip()


def _fill(found: re.Match[str], values: Mapping[str, str]) -> str:
    value = values.get(found[1].strip(), "")
    return (" " if value and found[0].startswith(" ") else "") + value
