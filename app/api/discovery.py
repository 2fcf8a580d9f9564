"""Sources found by an address or by the name of a brand."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from app.actions import discovery as actions
from app.actions.brands import check_brand
from app.actions.fields import Fields
from app.api.deps import Now, Served, Writer
from app.api.route import Route
from app.api.schemas import Out
from app.api.sources_out import TriedMention, trial_out

router = APIRouter(prefix="/api/v1", tags=["sources"], route_class=Route)


class DiscoverIn(Fields):
    """What to look for. `https://` may be left out of an address; `@name@server` and `r/name` are addresses too."""

    place: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_048)] = Field(
        description="The address of a site, a forum or a profile, or a name to search for."
    )
    words: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = Field(
        "", description="What to search for at an address; the name of the first brand where it is left out."
    )
    brand_id: UUID | None = None


class FoundOut(Out):
    """A source that could be added: send `collector`, `name` and `params` to `POST /sources`."""

    collector: str
    name: str
    params: dict[str, Any]
    state: Literal["works", "empty", "failed", "needs_key", "known"] = Field(
        description="It brought mentions; it answered without any; it could not be read; it needs a key, so it was not "
        "tried and `params` is what is known without one; a source reads it already."
    )
    mentions: list[TriedMention] = Field(description="The newest, ten at most.")
    matched: int
    error: str | None


class DiscoveryOut(Out):
    """What was found, what works first."""

    url: str | None = Field(description="The address that was looked at; null where a name was searched for.")
    words: str
    error: str | None = Field(description="Why the page at the address could not be read.")
    items: list[FoundOut]


@router.post("/sources/discover", openapi_extra={"x-costly": True})
def discover_sources(asked: DiscoverIn, viewer: Writer, services: Served, now: Now) -> DiscoveryOut:
    """Finds out what can be read at an address, or where a name is mentioned; tries every kind that needs no key, and
    stores nothing."""
    with services.db.reading() as session:
        check_brand(session, viewer, asked.brand_id)
    sight = actions.look(services, viewer, asked.place, asked.words)
    found = actions.discover(services, viewer, sight, now, asked.brand_id)
    problem = sight.problem
    return DiscoveryOut(
        url=sight.place.url or None,
        words=sight.place.words,
        error=problem.detail if problem else None,
        items=[found_out(one) for one in found],
    )


def found_out(one: actions.Found) -> FoundOut:
    """One result as the API shows it."""
    tried = trial_out(one.trial) if one.trial else None
    return FoundOut(
        collector=one.candidate.kind.kind,
        name=one.name,
        params=dict(one.candidate.params),
        state=one.state,
        mentions=tried.mentions if tried else [],
        matched=tried.matched if tried else 0,
        error=one.problem.detail if one.problem else None,
    )
