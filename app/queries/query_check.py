"""What each part of a query is worth: what it found among stored mentions, and what only it did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from app.asking import condition
from app.models import Mention
from app.queries.feed import query_refused
from app.viewer import Viewer, may
from ground.notice import Notice
from matching.clauses import Clause, clauses
from matching.nodes import Query
from matching.query import QueryError, parse

MOST = 60
"""How many clauses are looked at; those that follow are not."""

NOISY, NOISY_FROM = 0.3, 3
"""A clause is noisy from this share of irrelevant mentions on among those that it alone brings, and from so many."""


@dataclass(frozen=True, slots=True)
class ClauseWorth:
    """What one clause did. `matched` are the mentions of the query that have it; `only_by_it` those that the query
    would lose without it, or, where it `narrows`, those that it alone keeps out; `irrelevant` of these were marked so.
    """

    clause: Clause
    matched: int
    only_by_it: int
    irrelevant: int
    last_matched_at: datetime | None
    warning: Notice | None


@may("read")
def query_check(session: Session, viewer: Viewer, text: str, days: int, now: datetime) -> list[ClauseWorth]:
    """The worth of each clause of a query over the last `days`, in its order. Raises Problem 422 on a bad query."""
    try:
        query = parse(text)
    except QueryError as error:
        raise query_refused(error, "query") from None
    looked_at = clauses(query)[:MOST]
    columns = [column for clause in looked_at for column in _columns(query, clause)]
    wide = [query, *(clause.without for clause in looked_at if clause.narrows and clause.without is not None)]
    here = (
        Mention.workspace_id == viewer.workspace_id,
        Mention.deleted_at.is_(None),
        Mention.published_at >= now - timedelta(days=days),
        or_(*map(condition, wide)),
    )
    row = session.execute(select(*columns).where(*here)).one()
    found = [row[number : number + 4] for number in range(0, len(row), 4)]
    return [
        ClauseWorth(clause, matched, alone, irrelevant, last, _warning(clause, matched, alone, irrelevant, days))
        for clause, (matched, alone, irrelevant, last) in zip(looked_at, found, strict=True)
    ]


def _columns(query: Query, clause: Clause) -> list[ColumnElement[Any]]:
    """How many mentions have the clause, how many it decides alone, how many of these are irrelevant, and the last."""
    has = and_(condition(query), condition(clause.part))
    if clause.without is None:
        alone = condition(query)
    elif clause.narrows:
        alone = and_(condition(clause.without), not_(condition(query)))
    else:
        alone = and_(condition(query), not_(condition(clause.without)))
    irrelevant = and_(alone, Mention.status == "irrelevant")
    return [
        func.count().filter(has),
        func.count().filter(alone),
        func.count().filter(irrelevant),
        func.max(Mention.published_at).filter(has),
    ]


def _warning(clause: Clause, matched: int, alone: int, irrelevant: int, days: int) -> Notice | None:
    if clause.narrows:
        return (
            None if alone else Notice("It keeps nothing out: in {days} days, nothing depended on it.", {"days": days})
        )
    if not matched:
        return Notice("It has found nothing in {days} days.", {"days": days})
    if not alone:
        return Notice("It adds nothing: the other parts find all that it finds.")
    if irrelevant >= NOISY_FROM and irrelevant >= NOISY * alone:
        return Notice(
            "It brings noise: {irrelevant} of the {alone} mentions that only it finds were marked irrelevant.",
            {"irrelevant": irrelevant, "alone": alone},
        )
    return None
