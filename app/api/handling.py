"""Around one mention: its author here, and who has it open. Of a brand: how long people wait for an answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from app.api.deps import Id, Now, Reader, Reading, ident
from app.api.route import Route
from app.api.schemas import Out
from app.problems import FieldError, invalid, not_found
from app.queries.answering import answering
from app.queries.authors import author_of
from app.queries.claims import looking
from app.queries.mentions import mention
from app.queries.wanted import Moment

router = APIRouter(prefix="/api/v1", tags=["mentions"], route_class=Route)


class SiteOut(Out):
    """Where somebody wrote, and how often."""

    name: str
    mentions: int


class AuthorOut(Out):
    """What this workspace holds of an author on the platform of a mention."""

    name: str
    mentions: int = Field(description="At most 1,000, the newest.")
    more: bool = Field(description="Whether there are older ones, which are not counted.")
    first_at: datetime
    last_at: datetime
    stances: dict[str, int] = Field(description="Once for each brand matched.")
    sites: list[SiteOut] = Field(description="The ten most frequent.")


class LookingOut(Out):
    """Who is looking at a mention."""

    names: list[str] = Field(description="Of the members who have it open, or had two minutes ago at most.")


class AnsweringOut(Out):
    """How long people waited for a first answer about a brand."""

    answered: int = Field(description="First answers given in the period, the latest 10,000 at most.")
    median_seconds: float | None
    p90_seconds: float | None
    unanswered_detractors: int = Field(description="Published in the period, without copies, 10,000 at most.")


@router.get("/mentions/{mention_id}/author")
def get_author(mention_id: Id, viewer: Reader, session: Reading) -> AuthorOut:
    """How often the author of a mention writes, with which stances, since when and where. 404 where nobody is named."""
    found = author_of(session, viewer, mention(session, viewer, ident(mention_id, "mention")).view.mention)
    if found is None:
        raise not_found("author")
    return AuthorOut(
        name=found.name,
        mentions=found.mentions,
        more=found.more,
        first_at=found.first_at,
        last_at=found.last_at,
        stances=dict(found.stances),
        sites=[SiteOut(name=name, mentions=number) for name, number in found.sites],
    )


@router.get("/mentions/{mention_id}/looking")
def get_looking(mention_id: Id, viewer: Reader, session: Reading, now: Now) -> LookingOut:
    """Who has a mention open in the web app now, and may be about to answer it. It hinders nobody."""
    found = mention(session, viewer, ident(mention_id, "mention")).view.mention
    return LookingOut(names=looking(session, viewer, [found.id], now)[found.id])


@router.get("/brands/{brand_id}/answering")
def get_answering(
    brand_id: Id,
    viewer: Reader,
    session: Reading,
    now: Now,
    since: Annotated[Moment | None, Query(alias="from", description="30 days ago, when left out.")] = None,
    until: Annotated[Moment | None, Query(alias="to", description="Now, when left out.")] = None,
) -> AnsweringOut:
    """How long first answers took, and how many detractors wait for one."""
    end = until or now
    start = since or end - timedelta(days=30)
    if start >= end:
        raise invalid(FieldError("from", "It must be before the end of the period."))
    found = answering(session, viewer, ident(brand_id, "brand"), start, end)
    return AnsweringOut(
        answered=found.answered,
        median_seconds=found.median,
        p90_seconds=found.ninetieth,
        unanswered_detractors=found.waiting,
    )
