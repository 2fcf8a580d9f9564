"""Brands and their queries."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.actions import brands as actions
from app.actions.brands import Context, Exclude
from app.actions.fields import Fields, QueryText
from app.api.deps import Id, IfMatch, Now, Paged, Reader, Reading, Served, Writer, Writing, ident
from app.api.route import Route
from app.api.schemas import HintOut, MentionOut, Out, Page, hints_out, mention_out, page_of
from app.models import Brand
from app.queries.brands import brand, brands
from app.queries.preview import preview

router = APIRouter(prefix="/api/v1", tags=["brands"], route_class=Route)


class BrandOut(Out):
    """A brand that the workspace watches."""

    id: UUID
    name: str
    kind: str
    query: str
    languages: list[str]
    colour: str
    competitors: list[UUID] | None = Field(
        description="The brands that it is compared with; null: every competitor of the workspace."
    )
    context: Context
    exclude: Exclude
    version: int
    created_at: datetime
    updated_at: datetime
    first_mention_at: datetime | None
    rematch_requested_at: datetime | None = Field(description="Set while history is being matched again.")
    rematch_done: int = Field(description="How many stored mentions were matched again since then.")
    rematch_total: int | None = Field(description="How many there are; null until they have been looked for.")


class PreviewIn(Fields):
    """A query to try on stored mentions."""

    query: QueryText
    days: Annotated[int, Field(ge=1, le=366)] = 30


class DayOut(Out):
    """Matches published on one UTC day."""

    day: date
    matches: int


class PreviewOut(Out):
    """What the query would have matched."""

    matches: int
    sample: list[MentionOut]
    days: list[DayOut]
    hints: list[HintOut] = Field(description="What in the query may not have been meant as Vigie reads it.")


@router.get("/brands")
def list_brands(viewer: Reader, session: Reading, page: Paged) -> Page[BrandOut]:
    """The brands, oldest first."""
    return page_of(brands(session, viewer, page.after, page.limit), BrandOut.model_validate)


@router.post("/brands", status_code=201)
def create_brand(new: actions.NewBrand, viewer: Writer, session: Writing, services: Served, now: Now) -> BrandOut:
    """Watches a brand. Its query is checked, and applied to stored mentions too."""
    return BrandOut.model_validate(actions.create(session, viewer, new, services.jobs, now))


@router.get("/brands/{brand_id}")
def get_brand(brand_id: Id, viewer: Reader, session: Reading) -> BrandOut:
    """One brand."""
    return BrandOut.model_validate(brand(session, viewer, ident(brand_id, "brand")))


@router.patch("/brands/{brand_id}")
def change_brand(
    brand_id: Id, changes: actions.BrandChanges, viewer: Writer, session: Writing, if_match: IfMatch
) -> BrandOut:
    """Changes a brand. A new query applies to new mentions; `rematch` applies it to stored ones."""
    row: Brand = actions.lock(session, viewer, ident(brand_id, "brand"))
    if_match.check(row.version)
    return BrandOut.model_validate(actions.update(session, viewer, row.id, changes))


@router.delete("/brands/{brand_id}", status_code=204)
def delete_brand(brand_id: Id, viewer: Writer, session: Writing, services: Served, now: Now, if_match: IfMatch) -> None:
    """Stops watching a brand at once, and deletes the mentions that match no other brand in the background."""
    row = actions.lock(session, viewer, ident(brand_id, "brand"))
    if_match.check(row.version)
    actions.delete_brand(session, viewer, row.id, services.jobs, now)


@router.post("/brands/{brand_id}/rematch", status_code=202)
def rematch_brand(brand_id: Id, viewer: Writer, session: Writing, services: Served, now: Now) -> BrandOut:
    """Applies the brand's query to every stored mention again, in the background."""
    row = actions.request_rematch(session, viewer, ident(brand_id, "brand"), services.jobs, now)
    return BrandOut.model_validate(row)


@router.post("/queries/preview", openapi_extra={"x-costly": True}, tags=["queries"])
def preview_query(new: PreviewIn, viewer: Reader, session: Reading, now: Now) -> PreviewOut:
    """What a query matches among the stored mentions of the last days: how many, the newest, and how many each day."""
    result = preview(session, viewer, new.query, new.days, now)
    return PreviewOut(
        matches=result.matches,
        sample=[mention_out(view) for view in result.sample],
        days=[DayOut(day=day, matches=number) for day, number in result.days],
        hints=hints_out(new.query),
    )
