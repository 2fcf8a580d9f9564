"""The mentions that passed a filter when somebody looked at it, whatever came in or was changed into it since."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, cast, exists, func, or_
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.orm import Session

from app.models import Mention, Revision
from app.queries.feed import FeedFilter, statement_of
from app.viewer import Viewer, may


@may("read")
def matching_then(session: Session, viewer: Viewer, filters: FeedFilter, at: datetime) -> Select[Any]:
    """Selects the ids of the mentions that pass the filter, and did so at that time. Raises Problem 404, 422 as feed().

    What a person has changed into it since is left out; what left it since no longer passes.
    """
    statement, _ = statement_of(session, viewer, filters)
    keys = [name for name, values in _worked_on(filters).items() if values]
    statement = statement.where(Mention.collected_at <= at)
    if keys:
        statement = statement.where(~_changed_since(keys, at))
    return statement.with_only_columns(Mention.id)


def _worked_on(filters: FeedFilter) -> dict[str, object]:
    """What a filter asks of the fields that people change, by their names in the history of a mention."""
    return {
        "status": filters.statuses,
        "assignee": filters.assignee,
        "tags": filters.tags,
        "stance:": filters.stances,
    }


def _changed_since(keys: list[str], at: datetime) -> ColumnElement[bool]:
    paths = [f'$.keyvalue() ? (@.key starts with "{key}")' for key in keys]
    return exists().where(
        Revision.workspace_id == Mention.workspace_id,
        Revision.mention_id == Mention.id,
        Revision.at > at,
        Revision.actor != "",
        or_(*(func.jsonb_path_exists(Revision.change, cast(path, JSONPATH)) for path in paths)),
    )
