"""Collectors, and the sources that they read."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from app.actions import going_back
from app.actions import sources as actions
from app.actions.brands import check_brand
from app.actions.opml import import_opml
from app.actions.trial import trial
from app.api.collectors_out import CollectorOut, collector_out
from app.api.deps import Id, IfMatch, Now, Paged, Reader, Reading, Served, Writer, Writing, ident
from app.api.route import Route
from app.api.schemas import Out, Page, page_of
from app.api.sources_out import SourceOut, TrialOut, source_out, trial_out
from app.queries.paging import page_by_name
from app.queries.sources import source, sources
from collectors import all_collectors

router = APIRouter(prefix="/api/v1", tags=["sources"], route_class=Route)


class OpmlItem(Out):
    """The result of one feed: added, known (read already) or refused with the reason."""

    title: str
    url: str
    status: str
    id: UUID | None
    reason: str | None


class OpmlOut(Out):
    """The result of each feed of the list, in its order."""

    added: int
    items: list[OpmlItem]


@router.get("/collectors")
def list_collectors(viewer: Reader, page: Paged) -> Page[CollectorOut]:  # noqa: ARG001 - the scope is declared so
    """Every kind of source that can be read."""
    offered = {kind: declared for kind, declared in all_collectors().items() if not declared.hidden}
    return page_of(page_by_name(offered, "collectors", page.after, page.limit), collector_out)


@router.get("/sources")
def list_sources(viewer: Reader, session: Reading, services: Served, page: Paged, now: Now) -> Page[SourceOut]:
    """The sources and their health, oldest first."""
    rows = sources(session, viewer, now, page.after, page.limit)
    return page_of(rows, lambda view: source_out(view, viewer, services))


@router.post("/sources", status_code=201)
def create_source(new: actions.NewSource, viewer: Writer, session: Writing, services: Served, now: Now) -> SourceOut:
    """Adds a source, which Vigie then reads at once."""
    row = actions.create(session, viewer, new, services, now)
    return source_out(source(session, viewer, row.id, now), viewer, services)


@router.post("/sources/preview", openapi_extra={"x-costly": True})
def preview_source(new: actions.TriedSource, viewer: Writer, services: Served, now: Now) -> TrialOut:
    """Reads the source now, shows up to 20 mentions with the brands they match, and stores nothing."""
    return trial_out(trial(services, viewer, new, now))


@router.post(
    "/sources/opml",
    openapi_extra={
        "x-costly": True,
        "requestBody": {
            "required": True,
            "content": {
                kind: {"schema": {"type": "string"}} for kind in ("text/x-opml", "application/xml", "text/xml")
            },
        },
    },
)
def import_sources(
    request: Request,
    viewer: Writer,
    session: Writing,
    services: Served,
    now: Now,
    brand_id: Annotated[
        str | None, Query(max_length=200, description="The brand that all these feeds are about.")
    ] = None,
) -> OpmlOut:
    """Adds the feeds of an OPML file, as feed readers export it."""
    about = ident(brand_id, "brand") if brand_id else None
    check_brand(session, viewer, about)
    results = import_opml(session, viewer, request.state.body, services, now, about)
    added = sum(result.status == "added" for result in results)
    return OpmlOut(added=added, items=[OpmlItem.model_validate(result) for result in results])


@router.get("/sources/{source_id}")
def get_source(source_id: Id, viewer: Reader, session: Reading, services: Served, now: Now) -> SourceOut:
    """One source and its health."""
    return source_out(source(session, viewer, ident(source_id, "source"), now), viewer, services)


@router.patch("/sources/{source_id}")
def change_source(
    source_id: Id,
    changes: actions.SourceChanges,
    viewer: Writer,
    session: Writing,
    services: Served,
    now: Now,
    if_match: IfMatch,
) -> SourceOut:
    """Changes a source. New params replace the old ones, except secrets left out; they start it afresh."""
    row = actions.lock(session, viewer, ident(source_id, "source"))
    if_match.check(row.version)
    actions.update(session, viewer, row.id, changes, services, now)
    return source_out(source(session, viewer, row.id, now), viewer, services)


@router.delete("/sources/{source_id}", status_code=204)
def delete_source(source_id: Id, viewer: Writer, session: Writing, if_match: IfMatch) -> None:
    """Deletes a source; the mentions it brought stay."""
    row = actions.lock(session, viewer, ident(source_id, "source"))
    if_match.check(row.version)
    actions.delete(session, viewer, row.id)


@router.post("/sources/{source_id}/poll", status_code=202)
def poll_source(source_id: Id, viewer: Writer, session: Writing, services: Served, now: Now) -> SourceOut:
    """Asks a worker to read the source as soon as it is free. 409 when the source is paused."""
    row = actions.poll_now(session, viewer, ident(source_id, "source"), services, now)
    return source_out(source(session, viewer, row.id, now), viewer, services)


@router.post("/sources/{source_id}/backfill", status_code=202)
def backfill_source(
    source_id: Id, request: going_back.GoBack, viewer: Writer, session: Writing, services: Served, now: Now
) -> SourceOut:
    """Also reads the days before now, alongside what is new. Without `days`, continues where it was stopped."""
    row = going_back.go_back(session, viewer, ident(source_id, "source"), request, services.jobs, now)
    return source_out(source(session, viewer, row.id, now), viewer, services)


@router.delete("/sources/{source_id}/backfill", status_code=204)
def stop_backfill(
    source_id: Id, viewer: Writer, session: Writing, services: Served, now: Now, if_match: IfMatch
) -> None:
    """Stops going back. What was read stays."""
    row = actions.lock(session, viewer, ident(source_id, "source"))
    if_match.check(row.version)
    going_back.stop(session, viewer, row.id, services.jobs, now)


@router.post("/sources/{source_id}/address")
def readdress_source(source_id: Id, viewer: Writer, session: Writing, services: Served, now: Now) -> SourceOut:
    """Gives the source another `inbound_url`; the old one no longer accepts anything."""
    row = actions.readdress(session, viewer, ident(source_id, "source"), services)
    return source_out(source(session, viewer, row.id, now), viewer, services)
