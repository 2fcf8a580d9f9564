"""Sources: added, changed, paused, read at once, deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.actions import going_back
from app.actions.audit import record
from app.actions.brands import check_brand
from app.actions.fields import Changes, Fields, Name, unique_name
from app.actions.secrets import Dropped, with_params
from app.actions.source_params import (
    changed_params,
    checked_params,
    collector_of,
    needs_brand,
    put_params,
    seal_name,
)
from app.actions.versions import versioned
from app.crypto import SecretsLost, digest, place_of, token
from app.models import Source, uuid7
from app.pipeline.gather.lease import COLLECT
from app.pipeline.gather.meters import hand_over, payer_of
from app.pipeline.gather.past import DAYS_MAX
from app.pipeline.gather.wake import end_reading, wake, wake_backfill
from app.problems import Problem, not_found
from app.services import Services
from app.viewer import Viewer, may
from collectors import all_collectors
from collectors.base import AnyCollector

SOURCES_MAX = 10_000
INTERVAL_MAX = 30 * 86_400
LEAST = "Seconds between two readings. What is below `min_interval_seconds` of its kind is kept, and answered, as that."


class NewSource(Fields):
    """A source to read. `brand_id`: everything there is about this brand. Without an interval, the collector's."""

    collector: str = Field(max_length=100, json_schema_extra={"enum": [*sorted(all_collectors())]})
    name: Name
    params: dict[str, Any] = Field(default_factory=dict)
    brand_id: UUID | None = None
    interval_seconds: int | None = Field(None, ge=1, le=INTERVAL_MAX, description=LEAST)
    enabled: bool = True
    backfill_days: int | None = Field(None, ge=0, le=DAYS_MAX, description="Read this many days of its past as well.")


class TriedSource(NewSource):
    """A source to try; its name may be left out."""

    name: Name = "Preview"


class SourceChanges(Changes):
    """What changes of a source; a field left out stays. New params replace the old, except secrets left out."""

    name: Name = ""
    params: dict[str, Any] = Field(default_factory=dict)
    brand_id: UUID | None = None
    interval_seconds: int = Field(3600, ge=1, le=INTERVAL_MAX, description=LEAST)
    enabled: bool = True
    backfill_days: int = Field(0, ge=0, le=DAYS_MAX, description="Another number starts afresh; 0 stops going back.")
    drop_secrets: Dropped = Field(default_factory=list)


@may("write")
def create(session: Session, viewer: Viewer, new: NewSource, services: Services, now: datetime) -> Source:
    """Adds a source and wakes a worker to read it at once. Raises Problem 404 for its brand, 409 for its name, 422
    for its fields."""
    collector = collector_of(new.collector)
    number = session.scalar(select(func.count()).where(Source.workspace_id == viewer.workspace_id)) or 0
    if number >= SOURCES_MAX:
        raise Problem("too-many", 409, "There are {number} sources already.", number=number)
    check_brand(session, viewer, new.brand_id)
    needs_brand(collector, new.brand_id)
    params = checked_params(collector, new.params, services.settings)
    past = going_back.first_progress(collector, new.backfill_days, "backfill_days", now)
    row = Source(id=uuid7(), workspace_id=viewer.workspace_id, collector=collector.kind, name=new.name)
    put_params(row, params, services.seal)
    row.brand_id = new.brand_id
    row.interval_seconds = kept_interval(collector, new.interval_seconds)
    row.enabled = new.enabled
    row.state = "waiting" if new.enabled else "paused"
    row.next_run_at = now if collector.polled else None
    if collector.receive:
        _give_address(row, services)
    with unique_name(session, viewer, "source"):
        session.add(row)
    if collector.meters:
        hand_over(session, payer_of(row), row.id)
    if past:
        wake_backfill(session, services.jobs, row, past, now)
    if collector.polled and new.enabled:
        services.jobs.defer(session, "collect")
    record(session, viewer, "source.create", row.id, collector=collector.kind, name=new.name)
    session.refresh(row)
    return row


@may("write")
def update(
    session: Session, viewer: Viewer, source_id: UUID, changes: SourceChanges, services: Services, now: datetime
) -> Source:
    """Changes a source; new params start it afresh. Raises Problem 404, 409 for its name, 422 for its fields.

    A reading under way stores nothing more when the params or the brand have changed, or the source is paused now.
    """
    row = lock(session, viewer, source_id)
    collector = collector_of(row.collector)
    values = with_params(_values(changes, row, collector), row.params)
    check_brand(session, viewer, values.get("brand_id"))
    params, days = values.pop("params", None), values.pop("backfill_days", None)
    dropped = values.pop("drop_secrets", ())
    before, brand, was_enabled = dict(row.params), row.brand_id, row.enabled
    needs_brand(collector, values.get("brand_id", row.brand_id))
    fields = changes.model_fields_set
    with unique_name(session, viewer, "source"), versioned(session, viewer, row, "source.update", fields):
        for name, value in values.items():
            setattr(row, name, value)
        anew = params is not None and _change_params(row, collector, params, services, dropped)
        if params is not None or "enabled" in values:
            _start_afresh(row, now if collector.polled else None, anew=anew)
        outdated = row.brand_id != brand or (was_enabled and not row.enabled)
        if outdated:
            end_reading(row, COLLECT)
        past = going_back.next_progress(
            row.backfill, collector, days, now, saved=params is not None, moved=row.params != before
        )
        if past != row.backfill or (past and ("enabled" in values or outdated)):
            wake_backfill(session, services.jobs, row, past, now)
    if collector.polled and row.enabled:
        services.jobs.defer(session, "collect")
    session.refresh(row)
    return row


def _values(changes: SourceChanges, row: Source, collector: AnyCollector) -> dict[str, Any]:
    """The fields that were sent, with the interval that is kept."""
    values = with_params(changes.model_dump(exclude_unset=True), row.params)
    if "interval_seconds" in values:
        values["interval_seconds"] = kept_interval(collector, changes.interval_seconds)
    return values


def _change_params(
    row: Source, collector: AnyCollector, params: Mapping[str, Any], services: Services, dropped: Sequence[str] = ()
) -> bool:
    """Stores new params. Returns whether the source now reads something else; a new budget alone does not count."""
    before, stored = row.params, services.seal.open(row.secrets, seal_name(row))
    changed_to = changed_params(row, collector, params, services.seal, services.settings, dropped)
    put_params(row, changed_to, services.seal)
    budgets = {meter.limit for meter in collector.meters.values()}
    changed = {name for name in before.keys() | row.params.keys() if before.get(name) != row.params.get(name)}
    same_secrets = stored == services.seal.open(row.secrets, seal_name(row))
    return not collector.meters or bool(changed - budgets) or not same_secrets


def _start_afresh(row: Source, now: datetime | None, *, anew: bool) -> None:
    row.state = "waiting" if row.enabled else "paused"
    row.next_run_at = now
    row.consecutive_failures, row.last_error, row.warning = 0, None, None
    if anew:
        row.cursor, row.pace_seconds = {}, None
        end_reading(row, COLLECT)


@may("write")
def delete(session: Session, viewer: Viewer, source_id: UUID) -> None:
    """Deletes a source; its mentions stay. Raises Problem 404."""
    row = lock(session, viewer, source_id)
    record(session, viewer, "source.delete", source_id, collector=row.collector, name=row.name)
    session.delete(row)
    session.flush()


@may("write")
def poll_now(session: Session, viewer: Viewer, source_id: UUID, services: Services, now: datetime) -> Source:
    """Asks for a source to be read as soon as a worker is free. Raises Problem 404; 409 when it is paused or never
    polled."""
    row = lock(session, viewer, source_id)
    collector = collector_of(row.collector)
    if not collector.polled:
        if collector.stream:
            raise Problem("not-polled", 409, "Vigie follows this source continuously: there is nothing to start.")
        raise Problem("not-polled", 409, "Vigie does not read this source: another tool sends to it.")
    if not row.enabled:
        raise Problem("paused", 409, "This source is paused: resume it first.")
    wake(session, services.jobs, viewer.workspace_id, source_id, now)
    record(session, viewer, "source.poll", source_id)
    session.refresh(row)
    return row


@may("write")
def readdress(session: Session, viewer: Viewer, source_id: UUID, services: Services) -> Source:
    """Gives a source a new address to send to; the old one stops working. Raises Problem 404, 409."""
    row = lock(session, viewer, source_id)
    if collector_of(row.collector).receive is None:
        raise Problem("not-sent-to", 409, "You cannot send to this source: Vigie reads it by itself.")
    _give_address(row, services)
    row.version += 1
    session.flush()
    record(session, viewer, "source.address", source_id)
    session.refresh(row)
    return row


@may("read")
def inbound_url(row: Source, viewer: Viewer, services: Services) -> str | None:
    """The address that others send to; None when the source has none, or the viewer may not write.

    Whoever knows the address may send to it, so it is shown only to those who could change it.
    """
    if row.address_sealed is None or "write" not in viewer.scopes:
        return None
    try:
        known = services.seal.open(row.address_sealed, seal_name_of_address(row))
    except SecretsLost:
        return None
    return f"{services.settings.address}/in/{known['token']}"


def kept_interval(collector: AnyCollector, asked: int | None) -> int:
    """Seconds between two readings of a source: those asked for, never fewer than its kind allows; else the kind's."""
    if asked is None:
        return int(collector.default_interval.total_seconds())
    return max(asked, int(collector.min_interval.total_seconds())) if collector.polled else asked


def _give_address(row: Source, services: Services) -> None:
    made = token()
    row.address_digest = digest(made)
    row.address_sealed = services.seal.seal({"token": made}, seal_name_of_address(row))


def seal_name_of_address(row: Source) -> str:
    """The name under which the address of a source is sealed."""
    return place_of("address", row.workspace_id, row.id)


@may("write")
def lock(session: Session, viewer: Viewer, source_id: UUID) -> Source:
    """Locks the source until the end of the transaction, and returns it. Raises Problem 404."""
    row = session.get(Source, (viewer.workspace_id, source_id), with_for_update=True)
    if row is None:
        raise not_found("source")
    return row
