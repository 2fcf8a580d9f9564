"""A kind of source, as the API shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from app.api.schemas import Out
from collectors.base import AnyCollector, Meter


class Terms(Out):
    """What the platform's terms say about its mentions."""

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
    platform: str = Field(description="The `platform` of its mentions.")
    group: str
    title: dict[str, str]
    help: dict[str, str]
    params: dict[str, Any] = Field(description="JSON Schema of a source's params; `writeOnly` ones are secrets.")
    auth: str
    cost: float | None = Field(description="US dollars per mention; null when reading is free.")
    meters: dict[str, MeterOut] = Field(description="What runs out, by name: money, or calls that a platform counts.")
    steps: dict[str, list[str]] = Field(description="How to get the key or the address that it needs.")
    blind: dict[str, list[str]] = Field(description="What it cannot see.")
    history: dict[str, str]
    history_days: int | None = Field(description="How far back it can read at most; null when no bound is known.")
    terms: Terms
    deletions: bool = Field(description="Whether Vigie deletes what is deleted there.")
    polled: bool
    goes_back: bool = Field(description="Whether a source can be asked to read what was published before.")
    continuous: bool = Field(description="Whether Vigie follows it continuously, as things are published.")
    receives: bool = Field(description="Whether a source of this kind has an address that others send to.")
    min_interval_seconds: int
    default_interval_seconds: int
    gap_seconds: float | None = Field(description="The least pause between two requests to its host.")


def collector_out(declared: AnyCollector) -> CollectorOut:
    """A collector as the API shows it."""
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
    """A meter as the API shows it."""
    return MeterOut(
        limit=meter.limit if isinstance(meter.limit, int) else None,
        limit_field=meter.limit if isinstance(meter.limit, str) else None,
        period=meter.period,
        unit=dict(unit),
        shared_by_key=meter.whose == "key",
        zone=meter.zone,
    )
