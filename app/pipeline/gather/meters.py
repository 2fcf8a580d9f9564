"""Counts what runs out, money or calls: per period, in the name of whoever pays, and never past the limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from sqlalchemy import ColumnElement, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.models import Source, Usage
from collectors.base import Meter


@dataclass(frozen=True, slots=True)
class Period:
    """From `starts_at`, up to but without `ends_at`."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose requests are counted: `source` is the id of the source, or `trial:…` for one that is not saved yet.

    `limit_key` is shared by the sources that a host throttles together, see Source.limit_key.
    """

    workspace_id: UUID
    collector: str
    source: str
    limit_key: str

    def key(self, meter: Meter) -> str:
        """The name under which its use of a meter is counted."""
        return self.limit_key if meter.whose == "key" else self.source


def payer_of(row: Source) -> Payer:
    """Whom the requests of a source are charged to."""
    return Payer(row.workspace_id, row.collector, str(row.id), row.limit_key)


def trial_of(limit_key: str) -> str:
    """The name under which the trials of a source that is not saved yet are counted."""
    return f"trial:{limit_key}"


def period_of(meter: Meter, now: datetime) -> Period:
    """The day or the month that `now` lies in. Both begin at midnight in the meter's zone."""
    zone = ZoneInfo(meter.zone)
    first = now.astimezone(zone).date()
    if meter.period == "month":
        first = first.replace(day=1)
        after = (first + timedelta(days=31)).replace(day=1)
    else:
        after = first + timedelta(days=1)
    return Period(datetime.combine(first, time(), zone), datetime.combine(after, time(), zone))


def limit_of(meter: Meter, params: BaseModel | Mapping[str, Any]) -> int:
    """How many units a period allows: the platform's own number, or the one that a person typed times the scale."""
    if isinstance(meter.limit, int):
        return meter.limit
    typed = params.get(meter.limit) if isinstance(params, Mapping) else getattr(params, meter.limit)
    return max(0, round(float(typed or 0) * meter.scale))


@dataclass(frozen=True, slots=True)
class UsageKey:
    """The key of a row of `usage`, which counts one payer's use of one meter in one period."""

    payer: Payer
    meter: str
    key: str
    starts_at: datetime

    @property
    def columns(self) -> dict[str, Any]:
        """The values of the key, by column."""
        return {
            "workspace_id": self.payer.workspace_id,
            "collector": self.payer.collector,
            "meter": self.meter,
            "key": self.key,
            "starts_at": self.starts_at,
        }

    @property
    def where(self) -> list[ColumnElement[bool]]:
        """The conditions that select the row."""
        return [getattr(Usage, name) == value for name, value in self.columns.items()]


def take(session: Session, key: UsageKey, units: int, limit: int) -> bool:
    """Takes the units unless that would pass the limit. Returns whether it took them.

    It is one statement, so that two workers cannot both take the last unit.
    """
    row = select(*(literal(value, Usage.__table__.c[name].type) for name, value in key.columns.items()))
    insert = upsert(Usage).from_select(
        [*key.columns, "used"], row.add_columns(literal(units)).where(literal(units) <= limit)
    )
    statement = insert.on_conflict_do_update(
        index_elements=list(key.columns),
        set_={"used": Usage.used + insert.excluded.used},
        where=Usage.used + insert.excluded.used <= limit,
    ).returning(Usage.used)
    return session.scalar(statement) is not None


def give_back(session: Session, key: UsageKey, units: int) -> None:
    """Gives back units that were taken and not used. A negative number takes more: the request cost more than that."""
    if units:
        values = {"used": func.greatest(Usage.used - units, 0)}
        session.execute(update(Usage).where(*key.where).values(**values))


def units_used(session: Session, key: UsageKey) -> int:
    """The units taken so far."""
    return session.scalar(select(Usage.used).where(*key.where)) or 0


def hand_over(session: Session, payer: Payer, source_id: UUID) -> None:
    """Charges a source that has just been saved with what its trials cost before."""
    session.execute(
        update(Usage)
        .where(Usage.workspace_id == payer.workspace_id, Usage.collector == payer.collector)
        .where(Usage.key == trial_of(payer.limit_key))
        .values(key=str(source_id))
    )
