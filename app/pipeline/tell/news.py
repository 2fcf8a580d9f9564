"""Subtracts the mentions that a backfill brought, so that old posts open no incident.

A mention is old when it was published before its source was asked to go back, and collected after: how recent it is
does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from alerts.base import BrandHours, HourCounts
from app.models import Brand

COUNTS = ("mentions", "stories", "promoters", "passives", "detractors")
LONGEST = timedelta(days=7)
"""The widest window of a rule. A backfill brings only what was published before it was requested, so nothing from
one requested longer ago than this lies in a window."""

DUG_UP = text(
    """
    SELECT date_trunc('hour', match.published_at, 'UTC') AS hour, count(*) AS mentions,
        count(*) FILTER (WHERE match.lead) AS stories,
        count(*) FILTER (WHERE match.lead AND match.stance = 'promoter') AS promoters,
        count(*) FILTER (WHERE match.lead AND match.stance = 'passive') AS passives,
        count(*) FILTER (WHERE match.lead AND match.stance = 'detractor') AS detractors
    FROM source
    JOIN mention ON mention.workspace_id = source.workspace_id AND mention.source_id = source.id
    JOIN match ON match.workspace_id = mention.workspace_id AND match.mention_id = mention.id
    CROSS JOIN LATERAL (SELECT CAST(source.backfill ->> 'until' AS timestamptz) AS asked) AS past
    WHERE source.workspace_id = :workspace AND source.backfill IS NOT NULL AND asked > :lately
      AND match.brand_id = :brand AND match.published_at >= :start AND match.published_at < asked
      AND match.collected_at >= asked AND match.stance IS NOT NULL AND mention.status <> 'irrelevant'
      AND NOT mention.published_guessed
    GROUP BY 1
    """
)


def leave_out_history(session: Session, brand: Brand, hours: BrandHours) -> BrandHours | None:
    """The hours as they would be had no source gone back lately; None when none brought anything of this brand."""
    values = {"workspace": brand.workspace_id, "brand": brand.id, "lately": hours.now - LONGEST}
    start = hours.counts[0].start if hours.counts else hours.now
    rows = session.execute(DUG_UP, {**values, "start": start}).mappings()
    dug_up: dict[datetime, Mapping[str, int]] = {row["hour"]: {name: row[name] for name in COUNTS} for row in rows}
    if not dug_up:
        return None
    return replace(hours, counts=[_subtract(hour, dug_up.get(hour.start, {})) for hour in hours.counts])


def _subtract(hour: HourCounts, dug_up: Mapping[str, int]) -> HourCounts:
    """An hour without these mentions. Nothing falls below zero, though rows may have changed since it was counted."""
    return replace(hour, **{name: max(0, getattr(hour, name) - dug_up.get(name, 0)) for name in COUNTS})
