"""The mentions, newest first, as people filter them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, SQLColumnExpression, and_, exists, func, literal_column, select
from sqlalchemy.orm import Session

from app.asking import condition
from app.models import Match, Mention, Story
from app.problems import FieldError, Problem, invalid
from app.queries.brands import known_brands
from app.queries.incident_scope import incident_scope
from app.queries.mentions import MentionView, views
from app.queries.paging import LIMIT, Order, Slice, page
from app.queries.sources import known_sources
from app.viewer import Viewer, may
from matching.query import QueryError, parse

COUNTED = 10_001
"""Counting stops here: beyond, the page says that there are more than 10,000."""
Sort = Literal["published", "collected", "reach"]
Whose = UUID | Literal["me", "none"]
"""A member, the viewer, or nobody."""
FeedPage = Slice[MentionView]
TO_ANSWER = ("new", "in_progress")
OVERDUE = timedelta(hours=24)
"""From then on, who has not been answered waits too long."""


@dataclass(frozen=True, slots=True)
class FeedFilter:
    """What a feed is narrowed to; empty means all. Several values of one filter are alternatives.

    `text` is in the query language. `since` counts, `until` does not. `folded` shows one mention per story. `undated`:
    True for mentions whose date is not known, False for the others. Those stand where they were found. `copies`: of
    stories told so many times; `confidence`: the likeliest stance of the model has this probability. `incident`: what
    an incident counted. `hidden`: True for what Vigie itself hid, False for the rest. `unanswered`: nobody has answered
    yet; `overdue_at`: nor had by this moment.
    """

    brands: tuple[UUID, ...] = ()
    stances: tuple[str, ...] = ()
    sources: tuple[UUID, ...] = ()
    platforms: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    author: str | None = None
    assignee: Whose | None = None
    story: UUID | None = None
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    min_reach: int | None = None
    folded: bool = False
    undated: bool | None = None
    copies: int | None = None
    confidence: float | None = None
    incident: UUID | None = None
    hidden: bool | None = None
    unanswered: bool = False
    overdue_at: datetime | None = None
    sort: Sort = "published"


@may("read")
def feed(
    session: Session, viewer: Viewer, filters: FeedFilter, after: str | None = None, limit: int = LIMIT
) -> Slice[MentionView]:
    """One page of mentions. Raises Problem 404 for a brand or source that is not the viewer's, 422 for a bad query."""
    statement, order = statement_of(session, viewer, filters)
    return page(session, statement, order, after, limit).map(
        lambda rows: views(session, viewer, [row.Mention for row in rows])
    )


@may("read")
def count_mentions(session: Session, viewer: Viewer, filters: FeedFilter, most: int = COUNTED) -> int:
    """How many mentions pass the filters; counting stops at `most`. Raises Problem 404, 422 as feed() does."""
    statement, _ = statement_of(session, viewer, filters)
    counted = statement.with_only_columns(Mention.id).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(counted)) or 0


@may("read")
def still_there(session: Session, viewer: Viewer, filters: FeedFilter, ids: Sequence[UUID]) -> set[UUID]:
    """Those of these mentions that pass the filters. Raises Problem 404, 422 as feed() does."""
    statement, _ = statement_of(session, viewer, filters)
    return set(session.scalars(statement.with_only_columns(Mention.id).where(Mention.id.in_(ids))))


@may("read")
def statement_of(session: Session, viewer: Viewer, filters: FeedFilter) -> tuple[Select[*tuple[Any, ...]], Order]:
    """The statement that selects the mentions wanted, and their order. Raises Problem 404, 422 as feed() does."""
    known_brands(session, viewer, filters.brands)
    known_sources(session, viewer, filters.sources)
    statement = select(Mention).where(Mention.workspace_id == viewer.workspace_id, Mention.deleted_at.is_(None))
    statement = statement.where(*_about_mention(viewer, filters))
    if filters.assignee is not None:
        statement = statement.where(_assigned_to(viewer, filters.assignee))
    if filters.incident is not None:
        statement = statement.where(*incident_scope(session, viewer, filters.incident).conditions(viewer))
    if len(filters.brands) == 1 and filters.sort == "published":
        return _of_one_brand(statement, viewer, filters), Order("published", Match.mention_id, Match.published_at)
    if filters.brands or filters.stances or filters.folded or filters.confidence is not None:
        here = and_(Match.workspace_id == viewer.workspace_id, Match.mention_id == Mention.id)
        statement = statement.where(exists().where(here, *_about_match(filters)))
    if filters.since:
        statement = statement.where(Mention.published_at >= filters.since)
    if filters.until:
        statement = statement.where(Mention.published_at < filters.until)
    return statement, ORDERS[filters.sort]


def known_reach() -> SQLColumnExpression[int]:
    """The reach to sort by: unknown reach comes last. Written as in the index, so that the index serves."""
    return func.coalesce(Mention.reach, literal_column("-1"))


ORDERS = {
    "published": Order("published", Mention.id, Mention.published_at),
    "collected": Order("collected", Mention.id, Mention.collected_at),
    "reach": Order("reach", Mention.id, known_reach(), kind=int),
}


def _of_one_brand(statement: Select[*tuple[Any, ...]], viewer: Viewer, filters: FeedFilter) -> Select[*tuple[Any, ...]]:
    """Reads the matches first: their indexes hold a brand's mentions in order."""
    statement = statement.join(
        Match, and_(Match.workspace_id == Mention.workspace_id, Match.mention_id == Mention.id)
    ).where(Match.workspace_id == viewer.workspace_id, *_about_match(filters))
    if filters.since:
        statement = statement.where(Match.published_at >= filters.since)
    if filters.until:
        statement = statement.where(Match.published_at < filters.until)
    return statement


def _about_match(filters: FeedFilter) -> list[SQLColumnExpression[bool]]:
    conditions: list[SQLColumnExpression[bool]] = []
    if filters.brands:
        conditions.append(one_of(Match.brand_id, filters.brands))
    if filters.stances:
        conditions.append(one_of(Match.stance, filters.stances))
    if filters.folded:
        conditions.append(Match.lead)
    if filters.confidence is not None:
        conditions.append(func.greatest(Match.negative, Match.neutral, Match.positive) >= filters.confidence)
    return conditions


def _about_mention(viewer: Viewer, filters: FeedFilter) -> list[SQLColumnExpression[bool]]:
    several: list[tuple[Any, tuple[Any, ...]]] = [
        (Mention.source_id, filters.sources),
        (Mention.platform, filters.platforms),
        (Mention.language, filters.languages),
        (Mention.status, filters.statuses),
    ]
    conditions = [one_of(column, values) for column, values in several if values]
    if filters.tags:
        conditions.append(Mention.tags.overlap(list(filters.tags)))
    if filters.author is not None:
        conditions.append(func.lower(Mention.author) == func.lower(filters.author))
    if filters.story is not None:
        conditions.append(Mention.story_id == filters.story)
    if filters.undated is not None:
        conditions.append(Mention.published_guessed if filters.undated else ~Mention.published_guessed)
    if filters.min_reach is not None:
        conditions.append(known_reach() >= filters.min_reach)
    if filters.hidden is not None:
        conditions.append(Mention.hidden.is_not(None) if filters.hidden else Mention.hidden.is_(None))
    if filters.copies is not None:
        conditions.append(_told_often(filters.copies))
    conditions += _to_answer(filters)
    if filters.text:
        conditions.append(matches_query(filters.text, "q", viewer.user_id))
    return conditions


def _to_answer(filters: FeedFilter) -> list[SQLColumnExpression[bool]]:
    waiting: list[SQLColumnExpression[bool]] = []
    if filters.unanswered or filters.overdue_at:
        waiting.append(Mention.status.in_(TO_ANSWER))
    if filters.overdue_at:
        waiting.append(Mention.published_at < filters.overdue_at)
    return waiting


def _told_often(copies: int) -> SQLColumnExpression[bool]:
    return exists().where(
        Story.workspace_id == Mention.workspace_id, Story.id == Mention.story_id, Story.copies >= copies
    )


def _assigned_to(viewer: Viewer, whose: Whose) -> SQLColumnExpression[bool]:
    if whose == "none":
        return and_(Mention.assignee_id.is_(None), Mention.assignee.is_(None))
    member_id = viewer.user_id if whose == "me" else whose
    if member_id is None:
        raise invalid(FieldError("assignee", "A key has no account: give the id of a member."))
    return Mention.assignee_id == member_id


def one_of(column: Any, values: tuple[Any, ...]) -> SQLColumnExpression[bool]:
    """The condition that the column is one of the values; an equality for a single one, so that an index can sort."""
    condition: SQLColumnExpression[bool] = column == values[0] if len(values) == 1 else column.in_(values)
    return condition


def matches_query(text: str, field: str, user_id: UUID | None = None) -> SQLColumnExpression[bool]:
    """The condition that a mention matches a query, for `user_id`. Raises Problem 422 on `field`, with the position and
    a hint."""
    try:
        return condition(parse(text), user_id)
    except QueryError as error:
        raise query_refused(error, field) from None


def query_refused(error: QueryError, field: str) -> Problem:
    """The Problem 422 for a query that cannot be read."""
    return invalid(FieldError(field, error.notice.text, dict(error.notice.args), at=error.at, hint=error.hint))
