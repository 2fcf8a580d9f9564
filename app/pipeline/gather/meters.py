"""What runs out: in which period it is counted, under whose name, and how much of it is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.models import Usage
from collectors.base import Meter


@dataclass(frozen=True, slots=True)
class Period:
    """From `starts_at`, up to but without `ends_at`."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Payer:
    """In whose name is asked: `source` is the id of the source, or `trial:…` for one that is not saved yet.

    `limit_key` is who is asked to wait together, see Source.limit_key.
    """

    workspace_id: UUID
    collector: str
    source: str
    limit_key: str

    def key(self, meter: Meter) -> str:
        """Under what its use of a meter is counted."""
        return self.limit_key if meter.whose == "key" else self.source


def trial_of(limit_key: str) -> str:
    """The name under which the trials of a source that is not saved yet are counted."""
    return f"trial:{limit_key}"


def period_of(meter: Meter, now: datetime) -> Period:
    """The day or the month that `now` lies in: they begin at midnight in the meter's zone."""
    zone = ZoneInfo(meter.zone)
    first = now.astimezone(zone).date()
    if meter.period == "month":
        first = first.replace(day=1)
        after = (first + timedelta(days=31)).replace(day=1)
    else:
        after = first + timedelta(days=1)
    return Period(datetime.combine(first, time(), zone), datetime.combine(after, time(), zone))


def limit_of(meter: Meter, params: BaseModel | Mapping[str, Any]) -> int:
    """How many units may be used in a period: the platform's own number, or the one typed times the scale."""
    if isinstance(meter.limit, int):
        return meter.limit
    typed = params.get(meter.limit) if isinstance(params, Mapping) else getattr(params, meter.limit)
    return max(0, round(float(typed or 0) * meter.scale))


@dataclass(frozen=True, slots=True)
class Account:
    """One row of `usage`: where one payer's use of one meter in one period is counted."""

    payer: Payer
    meter: str
    key: str
    starts_at: datetime

    @property
    def place(self) -> dict[str, Any]:
        return {
            "workspace_id": self.payer.workspace_id,
            "collector": self.payer.collector,
            "meter": self.meter,
            "key": self.key,
            "starts_at": self.starts_at,
        }

    @property
    def here(self) -> Any:
        return [getattr(Usage, name) == value for name, value in self.place.items()]


def take(session: Session, account: Account, units: int, limit: int) -> bool:
    """Takes the units unless that would pass the limit: one statement, so that two at once cannot both take the last.

    Returns whether they were taken.
    """
    wanted = select(*(literal(value, Usage.__table__.c[name].type) for name, value in account.place.items()))
    row = upsert(Usage).from_select(
        [*account.place, "used"], wanted.add_columns(literal(units)).where(literal(units) <= limit)
    )
    statement = row.on_conflict_do_update(
        index_elements=list(account.place),
        set_={"used": Usage.used + row.excluded.used},
        where=Usage.used + row.excluded.used <= limit,
    ).returning(Usage.used)
    return session.scalar(statement) is not None


def give_back(session: Session, account: Account, units: int) -> None:
    """Puts right what was taken; fewer than no units were used after all more than was taken."""
    if units:
        values = {"used": func.greatest(Usage.used - units, 0)}
        session.execute(update(Usage).where(*account.here).values(**values))


def used(session: Session, account: Account) -> int:
    """The units used or taken so far."""
    return session.scalar(select(Usage.used).where(*account.here)) or 0


def hand_over(session: Session, payer: Payer, source_id: UUID) -> None:
    """What the trials of a source cost before it was saved counts for the source."""
    session.execute(
        update(Usage)
        .where(Usage.workspace_id == payer.workspace_id, Usage.collector == payer.collector)
        .where(Usage.key == trial_of(payer.limit_key))
        .values(key=str(source_id))
    )
