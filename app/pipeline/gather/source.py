"""A claimed source: all that is needed to read it, without its row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from app.crypto import Seal, SecretsLost, place_of
from app.models import Source
from app.pipeline.gather.lease import Lease, Lifetime, lease_of
from app.pipeline.gather.meters import Payer, payer_of
from app.pipeline.sift.batch import Origin
from collectors import all_collectors
from collectors.base import AnyCollector, Cursor, SourceRefused


@dataclass(frozen=True, slots=True)
class ClaimedSource:
    """A source and the lease under which it is read.

    `interval` is the pause between readings that people asked for, `pace` the one in use; `failures` counts those in
    a row. `limit_key` names the sources that a host throttles together, `payer` is in whose name it spends
    what runs out. `inbox` is what was sent to the source and
    has to be looked up, as [{"id", "item"}]; the items are in its `cursor` too.
    """

    lease: Lease
    origin: Origin
    params: Mapping[str, Any]
    secrets: bytes | None
    cursor: Cursor
    host: str
    limit_key: str
    payer: Payer
    interval: timedelta
    pace: timedelta
    failures: int
    inbox: Sequence[Mapping[str, Any]] = ()

    @property
    def collector(self) -> AnyCollector:
        """The declaration of its kind."""
        return all_collectors()[self.origin.kind]


def claimed_source(lifetime: Lifetime, row: Source) -> ClaimedSource:
    """The source of a row that has just been claimed."""
    collector = all_collectors()[row.collector]
    interval = max(timedelta(seconds=row.interval_seconds), collector.min_interval)
    return ClaimedSource(
        lease=lease_of(lifetime, row),
        origin=Origin(row.workspace_id, row.id, row.collector, row.brand_id, row.sample),
        params=row.params,
        secrets=row.secrets,
        cursor=row.cursor if collector.receive is None else with_inbox(row.cursor, row.inbox),
        host=row.host,
        limit_key=row.limit_key,
        payer=payer_of(row),
        interval=interval,
        pace=timedelta(seconds=row.pace_seconds) if row.pace_seconds else interval,
        failures=row.consecutive_failures,
        inbox=row.inbox,
    )


def with_inbox(cursor: Cursor, inbox: Sequence[Mapping[str, Any]]) -> Cursor:
    """The cursor as a collector gets it: with the items that wait to be looked up."""
    return {**cursor, "inbox": [entry["item"] for entry in inbox]}


def without_inbox(cursor: Cursor) -> Cursor:
    """The cursor to be kept: the inbox has a column of its own, which a reading empties only once it has succeeded."""
    return {name: value for name, value in cursor.items() if name != "inbox"}


def params_of(source: ClaimedSource, seal: Seal) -> BaseModel:
    """The collector's params, secrets included. Raises SourceRefused."""
    origin = source.origin
    try:
        return open_params(source.collector, source.params, source.secrets, seal, origin.workspace_id, origin.source_id)
    except SecretsLost as error:
        raise SourceRefused(str(error)) from error
    except ValueError as error:
        raise SourceRefused("the settings of this source are no longer valid: edit it and save it again") from error


def open_params(
    collector: AnyCollector,
    params: Mapping[str, Any],
    secrets: bytes | None,
    seal: Seal,
    workspace_id: UUID,
    source_id: UUID,
) -> BaseModel:
    """The params in a source's row, with its secrets unsealed. Raises SecretsLost; ValueError when the collector does
    not take them any more."""
    opened: BaseModel = collector.params(
        **{**params, **seal.open(secrets, place_of("source", workspace_id, source_id))}
    )
    return opened
