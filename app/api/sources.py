"""Collectors, and the sources that they read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field

from app.actions import going_back
from app.actions import sources as actions
from app.actions.brands import check_brand
from app.actions.opml import OpmlResult, import_opml
from app.actions.trial import trial
from app.api.deps import Id, IfMatch, Now, Paged, Reader, Reading, Served, Writer, Writing, ident
from app.api.route import Route
from app.api.schemas import BrandRef, Out, Page, paged
from app.pipeline.gather.past import share
from app.queries.paging import named
from app.queries.sources import SourceView, source, sources
from app.services import Services
from app.viewer import Viewer
from collectors import all_collectors
from collectors.base import AnyCollector, Meter
from ground.notice import Notice

router = APIRouter(prefix="/api/v1", tags=["sources"], route_class=Route)


class Terms(Out):
    """What the platform's terms say of its mentions."""

    retention_days: int | None
    may_train: bool


class MeterOut(Out):
    """Something that runs out. `limit` is in units per period, or null where a field of the params sets it."""

    limit: int | None
    limit_field: str | None
    period: str
    unit: dict[str, str]
    shared_by_key: bool = Field(description="Whether all sources with the same secrets share it.")
    zone: str


class CollectorOut(Out):
    """One kind of source. `title`, `help`, `history`, `steps` and `blind` are {"en": …, "fr": …}."""

    kind: str
    platform: str = Field(description="What its mentions carry as platform.")
    group: str
    title: dict[str, str]
    help: dict[str, str]
    params: dict[str, Any] = Field(description="JSON Schema of a source's params; `writeOnly` ones are secrets.")
    auth: str
    cost: float | None = Field(description="US dollars per mention; null when reading is free.")
    meters: dict[str, MeterOut] = Field(description="What runs out, by name: money, or calls that a platform counts.")
    steps: dict[str, list[str]] = Field(description="How to get the key or the address that it asks for.")
    blind: dict[str, list[str]] = Field(description="What it cannot see.")
    history: dict[str, str]
    history_days: int | None = Field(description="How far back it can read at most; null when no bound is known.")
    terms: Terms
    deletions: bool = Field(description="Whether what is deleted there is deleted here.")
    polled: bool
    goes_back: bool = Field(description="Whether a source can be asked to read what was published before.")
    continuous: bool = Field(description="Whether it is followed without a pause, as things are published.")
    receives: bool = Field(description="Whether a source of this kind has an address that others send to.")
    min_interval_seconds: int
    default_interval_seconds: int
    gap_seconds: float | None = Field(description="The least pause between two requests to its host.")


class UsageOut(Out):
    """What is used in this period of something that runs out. `unit` is {"en": …, "fr": …}."""

    meter: str
    unit: dict[str, str]
    used: float
    limit: float
    period_ends_at: datetime
    forecast: float | None = Field(
        description="What will be used at the end of the period if the pace since its beginning, or since the source "
        "was made, goes on; null when it is too early to tell."
    )


class BackfillOut(Out):
    """How far back a source was asked to read, and how far it has come: all since `reached` was read."""

    days: int
    since: datetime
    until: datetime
    reached: datetime
    progress: float = Field(description="From 0 to 1.")
    state: Literal["running", "done", "failed", "stopped"]
    read: int
    stored: int
    error: str | None
    warning: str | None


class SourceOut(Out):
    """One place we read, and its health. Secrets are never answered."""

    id: UUID
    collector: str
    name: str
    params: dict[str, Any]
    has_secret: bool
    inbound_url: str | None = Field(
        description="Where others send to, for kinds that are sent to us; null for keys without the scope `write`."
    )
    brand_id: UUID | None
    interval_seconds: int
    enabled: bool
    state: str = Field(
        description="waiting, ok, failing, throttled, changed (it answers in another shape), budget (what it may use "
        "is used up), refused, gone or paused."
    )
    throttled_until: datetime | None = Field(
        description="When it is read again, for a source that its host asked to wait; also after another one was asked."
    )
    silent_since: datetime | None = Field(
        description="Its last mention, for a source that is read well and brings nothing for much longer than usual."
    )
    last_attempt_at: datetime | None
    last_success_at: datetime | None
    last_new_at: datetime | None
    last_error: str | None
    warning: str | None
    consecutive_failures: int
    next_run_at: datetime | None
    lag_seconds: int
    mentions_24h: int
    unmatched: int
    usage: list[UsageOut]
    backfill: BackfillOut | None = Field(description="Reading what was published before; null when not asked for.")
    sample: bool
    created_at: datetime
    updated_at: datetime
    version: int


class TriedMention(Out):
    """A mention as it would be stored."""

    external_id: str
    url: str | None
    title: str
    text: str
    author: str
    platform: str
    outlet: str
    language: str | None
    published_at: datetime
    rating: float | None
    brands: list[BrandRef] = Field(description="The brands whose query it matches.")


class TrialOut(Out):
    """What was found at the source just now; nothing of it is stored."""

    mentions: list[TriedMention]
    matched: int
    read: int
    warning: str | None


class OpmlItem(Out):
    """What came of one feed: added, known (read already) or refused with the reason."""

    title: str
    url: str
    status: str
    id: UUID | None
    reason: str | None


class OpmlOut(Out):
    """What came of each feed of the list, in its order."""

    added: int
    items: list[OpmlItem]


def notice(stored: dict[str, Any] | None) -> str | None:
    """A stored sentence, its places filled in."""
    return str(stored["text"]).format(**stored.get("args", {})) if stored else None


def source_out(view: SourceView, viewer: Viewer, services: Services) -> SourceOut:
    """A source as it is answered."""
    row = view.source
    values = {name: getattr(row, name) for name in SourceOut.model_fields if hasattr(row, name)}
    values |= {name: getattr(view, name) for name in OF_THE_VIEW}
    warnings = [one if isinstance(one, Notice) else notice(one) for one in view.warnings]
    values["warning"] = ". ".join(filter(None, map(str, warnings))) or None
    values["last_error"] = notice(row.last_error or (view.pause_reason if view.waits_for_another else None))
    values["backfill"] = backfill_out(row.backfill) if row.backfill else None
    values["inbound_url"] = actions.inbound_url(row, viewer, services)
    return SourceOut(**values, usage=[UsageOut.model_validate(one) for one in view.usage])


OF_THE_VIEW = ("state", "throttled_until", "silent_since", "has_secret", "lag_seconds", "mentions_24h")


def backfill_out(kept: dict[str, Any]) -> BackfillOut:
    """A backfill as it is answered."""
    told = {name: kept[name] for name in ("days", "since", "until", "reached", "state", "read", "stored")}
    return BackfillOut(**told, progress=share(kept), error=notice(kept["error"]), warning=notice(kept["warning"]))


def collector_out(declared: AnyCollector) -> CollectorOut:
    """A collector as it is answered."""
    return CollectorOut(
        kind=declared.kind,
        platform=declared.platform,
        group=declared.group,
        title=dict(declared.title),
        help=dict(declared.help),
        params=declared.params.model_json_schema(),
        auth=declared.auth,
        cost=declared.cost,
        meters={name: meter_out(meter, declared.units[name]) for name, meter in declared.meters.items()},
        steps={language: list(lines) for language, lines in declared.steps.items()},
        blind={language: list(lines) for language, lines in declared.blind.items()},
        history=dict(declared.history),
        history_days=declared.history_days,
        terms=Terms(retention_days=declared.retention_days, may_train=declared.may_train),
        deletions=declared.deletions,
        polled=declared.polled,
        goes_back=declared.backfill is not None,
        continuous=declared.stream is not None,
        receives=declared.receive is not None,
        min_interval_seconds=int(declared.min_interval.total_seconds()),
        default_interval_seconds=int(declared.default_interval.total_seconds()),
        gap_seconds=declared.gap.total_seconds() if declared.gap else None,
    )


def meter_out(meter: Meter, unit: Mapping[str, str]) -> MeterOut:
    """A meter as it is answered."""
    return MeterOut(
        limit=meter.limit if isinstance(meter.limit, int) else None,
        limit_field=meter.limit if isinstance(meter.limit, str) else None,
        period=meter.period,
        unit=dict(unit),
        shared_by_key=meter.whose == "key",
        zone=meter.zone,
    )


@router.get("/collectors")
def list_collectors(viewer: Reader, page: Paged) -> Page[CollectorOut]:  # noqa: ARG001 - the scope is declared so
    """Every kind of source that can be read."""
    found = {kind: declared for kind, declared in all_collectors().items() if not declared.hidden}
    return paged(named(found, "collectors", page.after, page.limit), collector_out)


@router.get("/sources")
def list_sources(viewer: Reader, session: Reading, services: Served, page: Paged, now: Now) -> Page[SourceOut]:
    """The sources and their health, oldest first."""
    found = sources(session, viewer, now, page.after, page.limit)
    return paged(found, lambda view: source_out(view, viewer, services))


@router.post("/sources", status_code=201)
def create_source(new: actions.NewSource, viewer: Writer, session: Writing, services: Served, now: Now) -> SourceOut:
    """Adds a source and has it read at once."""
    row = actions.create(session, viewer, new, services, now)
    return source_out(source(session, viewer, row.id, now), viewer, services)


@router.post("/sources/preview", openapi_extra={"x-costly": True})
def preview_source(new: actions.TriedSource, viewer: Writer, services: Served, now: Now) -> TrialOut:
    """Reads the source now, shows up to 20 mentions with the brands they match, and stores nothing."""
    found = trial(services, viewer, new, now)
    return TrialOut(
        mentions=[
            TriedMention(
                **{name: getattr(one.draft, name) for name in TriedMention.model_fields if name != "brands"},
                brands=[BrandRef.model_validate(each) for each in one.brands],
            )
            for one in found.mentions
        ],
        matched=found.matched,
        read=found.read,
        warning=str(found.warning) if found.warning else None,
    )


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
    brand_id: Annotated[str | None, Query(max_length=200, description="What all these feeds are about.")] = None,
) -> OpmlOut:
    """Adds the feeds of an OPML file, as feed readers export it."""
    about = ident(brand_id, "brand") if brand_id else None
    check_brand(session, viewer, about)
    results: list[OpmlResult] = import_opml(session, viewer, request.state.body, services, now, about)
    added = sum(one.status == "added" for one in results)
    return OpmlOut(added=added, items=[OpmlItem.model_validate(one) for one in results])


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
    row = actions.locked(session, viewer, ident(source_id, "source"))
    if_match.check(row.version)
    actions.update(session, viewer, row.id, changes, services, now)
    return source_out(source(session, viewer, row.id, now), viewer, services)


@router.delete("/sources/{source_id}", status_code=204)
def delete_source(source_id: Id, viewer: Writer, session: Writing) -> None:
    """Reads a source no more; what it brought stays."""
    actions.delete(session, viewer, ident(source_id, "source"))


@router.post("/sources/{source_id}/poll", status_code=202)
def poll_source(source_id: Id, viewer: Writer, session: Writing, services: Served, now: Now) -> SourceOut:
    """Has the source read as soon as a worker is free. 409 when it is paused."""
    row = actions.poll_now(session, viewer, ident(source_id, "source"), services, now)
    return source_out(source(session, viewer, row.id, now), viewer, services)


@router.post("/sources/{source_id}/backfill", status_code=202)
def backfill_source(
    source_id: Id, wanted: going_back.GoBack, viewer: Writer, session: Writing, services: Served, now: Now
) -> SourceOut:
    """Reads the days before now as well, beside what is new. Without `days`, goes on where it was stopped."""
    row = going_back.go_back(session, viewer, ident(source_id, "source"), wanted, services.jobs, now)
    return source_out(source(session, viewer, row.id, now), viewer, services)


@router.delete("/sources/{source_id}/backfill", status_code=204)
def stop_backfill(source_id: Id, viewer: Writer, session: Writing, services: Served, now: Now) -> None:
    """Goes back no further. What was read stays."""
    going_back.stop(session, viewer, ident(source_id, "source"), services.jobs, now)


@router.post("/sources/{source_id}/address")
def readdress_source(source_id: Id, viewer: Writer, session: Writing, services: Served, now: Now) -> SourceOut:
    """Gives the source another `inbound_url`: what is sent to the former one is not taken any more."""
    row = actions.readdress(session, viewer, ident(source_id, "source"), services)
    return source_out(source(session, viewer, row.id, now), viewer, services)
