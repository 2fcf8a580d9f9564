"""The brands to watch, and the queries that recognise them: added, changed, deleted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.actions.audit import record
from app.actions.fields import Changes, Colour, Fields, Language, Name, QueryText, unique_name
from app.actions.versions import versioned
from app.jobs import Jobs
from app.models import AlertRule, AuditMatch, Brand, Phrase, Source, uuid7
from app.problems import FieldError, Problem, invalid, not_found
from app.viewer import Viewer, may
from matching.narrowing import Narrowing, exclusions
from matching.query import QueryError, check_collected, parse

COMPETITORS_MAX = 12
Kind = Literal["own", "competitor", "product", "person"]
Competitors = Annotated[list[UUID], Field(max_length=COMPETITORS_MAX)]
Languages = Annotated[list[Language], Field(max_length=50)]
BRANDS_MAX = 1000

COLOURS = ("#2563eb", "#d97706", "#059669", "#db2777", "#7c3aed", "#0891b2", "#65a30d", "#dc2626")


How = Literal["not_collected", "hidden"]
Terms = Annotated[
    list[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]], Field(max_length=200)
]


class Context(Fields):
    """The words a brand is spoken of with, and those of something else of the same name, as terms of a query."""

    any: Terms = Field(default_factory=list, description="A mention must hold one of these; empty asks for none.")
    none: Terms = Field(default_factory=list, description="A mention must hold none of these.")
    how: How = Field("hidden", description="What becomes of other mentions: not collected, or collected and hidden.")


class Exclude(Fields):
    """The sites and the authors that are not about a brand."""

    sites: Terms = Field(default_factory=list, description="Such as `jobs.example`; with the sites below it.")
    authors: Terms = Field(default_factory=list, description="Names or accounts.")
    how: How = Field("hidden", description="What becomes of their mentions: not collected, or collected and hidden.")


class NewBrand(Fields):
    """A brand to watch. `languages` are those that matter to its team; none means all. `competitors` are the brands
    that it is compared with; null means every competitor of the workspace."""

    name: Name
    kind: Kind = "own"
    query: QueryText
    languages: Languages = Field(default_factory=list)
    colour: Colour | None = None
    competitors: Competitors | None = None
    context: Context = Field(default_factory=Context)
    exclude: Exclude = Field(default_factory=Exclude)


class BrandChanges(Changes):
    """What changes of a brand; a field left out stays as it is."""

    name: Name = ""
    kind: Kind = "own"
    query: QueryText = ""
    languages: Languages = Field(default_factory=list)
    colour: Colour = COLOURS[0]
    competitors: Competitors | None = None
    context: Context = Field(default_factory=Context)
    exclude: Exclude = Field(default_factory=Exclude)


@may("write")
def create(session: Session, viewer: Viewer, new: NewBrand, jobs: Jobs, now: datetime) -> Brand:
    """Watches a brand, and looks for it in stored mentions. Raises Problem 422 on its query, 409 on its name."""
    check_query(new.query)
    check_narrowing(new.context, new.exclude)
    number = session.scalar(select(func.count()).where(Brand.workspace_id == viewer.workspace_id)) or 0
    if number >= BRANDS_MAX:
        raise Problem("too-many", 409, "There are {number} brands already.", number=number)
    check_competitors(session, viewer, new.competitors)
    row = Brand(
        id=uuid7(),
        workspace_id=viewer.workspace_id,
        name=new.name,
        kind=new.kind,
        query=new.query.strip(),
        languages=new.languages,
        colour=new.colour or COLOURS[number % len(COLOURS)],
        competitors=new.competitors,
        context=new.context.model_dump(),
        exclude=new.exclude.model_dump(),
        watched_at=now,
        rematch_requested_at=now,
    )
    with unique_name(session, viewer, "brand"):
        session.add(row)
    jobs.defer(session, "rematch", workspace_id=str(row.workspace_id), brand_id=str(row.id))
    record(session, viewer, "brand.create", row.id, name=new.name)
    session.refresh(row)
    return row


@may("write")
def update(session: Session, viewer: Viewer, brand_id: UUID, changes: BrandChanges) -> Brand:
    """Changes a brand. A new query applies to new mentions; request_rematch() applies it to those that are stored."""
    row = lock(session, viewer, brand_id)
    values = changes.model_dump(exclude_unset=True)
    if "query" in values:
        check_query(changes.query)
        values["query"] = changes.query.strip()
    check_narrowing(changes.context, changes.exclude)
    check_competitors(session, viewer, changes.competitors, brand_id)
    with unique_name(session, viewer, "brand"), versioned(session, viewer, row, "brand.update", values):
        for name, value in values.items():
            setattr(row, name, value)
    session.refresh(row)
    return row


@may("write")
def delete_brand(session: Session, viewer: Viewer, brand_id: UUID, jobs: Jobs, now: datetime) -> None:
    """Stops watching a brand: nobody sees it any more, and its sources, rules, incidents and phrases are deleted.

    A job deletes the mentions that match no other brand, and at last the brand. Raises Problem 404.
    """
    row = lock(session, viewer, brand_id)
    for table in (AlertRule, Source, Phrase, AuditMatch):
        session.execute(delete(table).where(table.workspace_id == viewer.workspace_id, table.brand_id == brand_id))
    record(session, viewer, "brand.delete", brand_id, name=row.name)
    row.removed_at = now
    jobs.defer(session, "remove_brand", workspace_id=str(row.workspace_id), brand_id=str(row.id))
    session.flush()


@may("write")
def request_rematch(session: Session, viewer: Viewer, brand_id: UUID, jobs: Jobs, now: datetime) -> Brand:
    """Applies the brand's query again to every stored mention, in the background. Raises Problem 404."""
    row = lock(session, viewer, brand_id)
    row.rematch_requested_at, row.rematch_total, row.rematch_done = now, None, 0
    session.flush()
    jobs.defer(session, "rematch", workspace_id=str(row.workspace_id), brand_id=str(row.id))
    record(session, viewer, "brand.rematch", brand_id)
    session.refresh(row)
    return row


@may("write")
def lock(session: Session, viewer: Viewer, brand_id: UUID) -> Brand:
    """Locks the brand until the end of the transaction, and returns it. Raises Problem 404."""
    row = session.get(Brand, (viewer.workspace_id, brand_id), with_for_update=True)
    if row is None:
        raise not_found("brand")
    return row


@may("write")
def check_brand(session: Session, viewer: Viewer, brand_id: UUID | None) -> None:
    """Raises Problem 404 on `brand_id` unless it is None or a brand of the viewer's workspace."""
    if brand_id is not None and session.get(Brand, (viewer.workspace_id, brand_id)) is None:
        problem = not_found("brand")
        problem.errors = (FieldError("brand_id", "There is no such brand."),)
        raise problem


@may("write")
def check_competitors(session: Session, viewer: Viewer, ids: Sequence[UUID] | None, of: UUID | None = None) -> None:
    """Raises Problem 422 unless all of them are brands of the viewer's workspace, and none is the brand itself."""
    for brand_id in ids or ():
        if brand_id == of or session.get(Brand, (viewer.workspace_id, brand_id)) is None:
            raise invalid(FieldError("competitors", "Choose other brands of this workspace."))


def check_query(query: str) -> None:
    """Raises Problem 422 with the position and a hint when the query cannot be read."""
    try:
        check_collected(parse(query))
    except QueryError as error:
        raise invalid(
            FieldError("query", error.notice.text, dict(error.notice.args), at=error.at, hint=error.hint)
        ) from None


def check_narrowing(context: Context, exclude: Exclude) -> None:
    """Raises Problem 422 on the field and the term that cannot be read."""
    several: list[tuple[str, list[str], Callable[[str], Narrowing]]] = [
        ("context.any", context.any, lambda term: Narrowing(any=(term,))),
        ("context.none", context.none, lambda term: Narrowing(none=(term,))),
        ("exclude.sites", exclude.sites, lambda term: Narrowing(sites=(term,))),
        ("exclude.authors", exclude.authors, lambda term: Narrowing(authors=(term,))),
    ]
    for name, terms, narrowed in several:
        for term in terms:
            try:
                exclusions(narrowed(term))
            except QueryError as error:
                args = dict(error.notice.args)
                raise invalid(FieldError(name, error.notice.text, args, at=error.at, hint=error.hint)) from None
