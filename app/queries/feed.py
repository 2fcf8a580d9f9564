"""The mentions, newest first, as people filter them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, SQLColumnExpression, and_, cast, exists, func, literal_column, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from app.models import Match, Mention
from app.problems import FieldError, Problem, invalid
from app.queries.brands import known_brands
from app.queries.mentions import MentionView, views
from app.queries.paging import LIMIT, Order, Slice, page
from app.queries.sources import known_sources
from app.viewer import Viewer, may
from matching.query import QueryError, parse, to_tsquery

Sort = Literal["published", "collected", "reach"]
FeedPage = Slice[MentionView]


@dataclass(frozen=True, slots=True)
class FeedFilter:
    """What a feed is narrowed to; empty means all. Several values of one filter are alternatives.

    `text` is in the query language. `since` counts, `until` does not. `folded` shows one mention per story.
    """

    brands: tuple[UUID, ...] = ()
    stances: tuple[str, ...] = ()
    sources: tuple[UUID, ...] = ()
    platforms: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    author: str | None = None
    assignee: str | None = None
    story: UUID | None = None
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    min_reach: int | None = None
    folded: bool = False
    sort: Sort = "published"


@may("read")
def feed(
    session: Session, viewer: Viewer, wanted: FeedFilter, after: str | None = None, limit: int = LIMIT
) -> Slice[MentionView]:
    """One page of mentions. Raises Problem 404 for a brand or source that is not the viewer's, 422 for a bad query."""
    statement, order = statement_of(session, viewer, wanted)
    found = page(session, statement, order, after, limit)
    return found.map(lambda rows: views(session, viewer, [row.Mention for row in rows]))


@may("read")
def statement_of(session: Session, viewer: Viewer, wanted: FeedFilter) -> tuple[Select[*tuple[Any, ...]], Order]:
    """The statement that selects the mentions wanted, and their order. Raises Problem 404, 422 as feed() does."""
    known_brands(session, viewer, wanted.brands)
    known_sources(session, viewer, wanted.sources)
    statement = select(Mention).where(Mention.workspace_id == viewer.workspace_id, Mention.deleted_at.is_(None))
    statement = statement.where(*_about_mention(wanted))
    if len(wanted.brands) == 1 and wanted.sort == "published":
        return _of_one_brand(statement, viewer, wanted), Order("published", Match.mention_id, Match.published_at)
    if wanted.brands or wanted.stances or wanted.folded:
        here = and_(Match.workspace_id == viewer.workspace_id, Match.mention_id == Mention.id)
        statement = statement.where(exists().where(here, *_about_match(wanted)))
    if wanted.since:
        statement = statement.where(Mention.published_at >= wanted.since)
    if wanted.until:
        statement = statement.where(Mention.published_at < wanted.until)
    return statement, ORDERS[wanted.sort]


def known_reach() -> SQLColumnExpression[int]:
    """The reach to sort by: unknown reach comes last. Written as in the index, so that the index serves."""
    return func.coalesce(Mention.reach, literal_column("-1"))


ORDERS = {
    "published": Order("published", Mention.id, Mention.published_at),
    "collected": Order("collected", Mention.id, Mention.collected_at),
    "reach": Order("reach", Mention.id, known_reach(), kind=int),
}


def _of_one_brand(statement: Select[*tuple[Any, ...]], viewer: Viewer, wanted: FeedFilter) -> Select[*tuple[Any, ...]]:
    """Reads the matches first: their indexes hold a brand's mentions in order."""
    statement = statement.join(
        Match, and_(Match.workspace_id == Mention.workspace_id, Match.mention_id == Mention.id)
    ).where(Match.workspace_id == viewer.workspace_id, *_about_match(wanted))
    if wanted.since:
        statement = statement.where(Match.published_at >= wanted.since)
    if wanted.until:
        statement = statement.where(Match.published_at < wanted.until)
    return statement


def _about_match(wanted: FeedFilter) -> list[SQLColumnExpression[bool]]:
    conditions: list[SQLColumnExpression[bool]] = []
    if wanted.brands:
        conditions.append(one_of(Match.brand_id, wanted.brands))
    if wanted.stances:
        conditions.append(one_of(Match.stance, wanted.stances))
    if wanted.folded:
        conditions.append(Match.lead)
    return conditions


def _about_mention(wanted: FeedFilter) -> list[SQLColumnExpression[bool]]:
    several: list[tuple[Any, tuple[Any, ...]]] = [
        (Mention.source_id, wanted.sources),
        (Mention.platform, wanted.platforms),
        (Mention.language, wanted.languages),
        (Mention.status, wanted.statuses),
    ]
    conditions = [one_of(column, values) for column, values in several if values]
    if wanted.tags:
        conditions.append(Mention.tags.overlap(list(wanted.tags)))
    if wanted.author is not None:
        conditions.append(func.lower(Mention.author) == func.lower(wanted.author))
    if wanted.assignee is not None:
        conditions.append(Mention.assignee == wanted.assignee)
    if wanted.story is not None:
        conditions.append(Mention.story_id == wanted.story)
    if wanted.min_reach is not None:
        conditions.append(known_reach() >= wanted.min_reach)
    if wanted.text:
        conditions.append(matches_query(wanted.text, "q"))
    return conditions


def one_of(column: Any, values: tuple[Any, ...]) -> SQLColumnExpression[bool]:
    """The condition that the column is one of the values; an equality for a single one, so that an index can sort."""
    condition: SQLColumnExpression[bool] = column == values[0] if len(values) == 1 else column.in_(values)
    return condition


def matches_query(text: str, field: str) -> SQLColumnExpression[bool]:
    """The condition that a mention matches a query. Raises Problem 422 on `field`, with the position and a hint."""
    try:
        query = parse(text)
    except QueryError as error:
        raise query_refused(error, field) from None
    condition: SQLColumnExpression[bool] = Mention.search.op("@@")(cast(to_tsquery(query), TSQUERY))
    return condition


def query_refused(error: QueryError, field: str) -> Problem:
    """The Problem 422 for a query that cannot be read."""
    return invalid(FieldError(field, error.notice.text, dict(error.notice.args), at=error.at, hint=error.hint))
