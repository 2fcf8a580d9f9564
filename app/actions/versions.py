"""The version of a row: it goes up when the row changes, and only then."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from app.actions.audit import record
from app.models import AlertRule, Brand, Channel, Phrase, Source
from app.viewer import Viewer, may

Versioned = AlertRule | Brand | Channel | Phrase | Source


@may("write")
@contextmanager
def versioned(session: Session, viewer: Viewer, row: Versioned, action: str, fields: Collection[str]) -> Iterator[None]:
    """Raises the version of a row that the block changes, and writes `action` into the audit log. `fields` are the
    names that somebody sent: where nothing was sent, or nothing differs, nothing is noted."""
    before = _values(row)
    yield
    if _values(row) != before:
        row.version += 1
        record(session, viewer, action, row.id, fields=sorted(fields))


def _values(row: Versioned) -> dict[str, Any]:
    """The columns of a row, as they are held in memory."""
    columns = (column.key for column in type(row).__mapper__.column_attrs)
    return {name: getattr(row, name) for name in columns if name != "updated_at"}
