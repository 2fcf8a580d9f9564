"""How far a backfill has come, as it is kept in `source.backfill`. Nothing here is written.

It holds the window (`since`, and `until`: the moment it was asked for), how far it has come (`reached`, `cursor`,
`read`, `stored`), its `state` (running, done, failed, stopped), and what went wrong (`error`, `failures` in a row).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.models import Source
from app.pipeline.gather.lease import BACKFILL, Lease
from app.pipeline.gather.source import ClaimedSource, claimed_source
from app.pipeline.sift.batch import Batch, Placed, Stored
from collectors.base import AnyCollector, Page, SourceError, Window
from ground.notice import Notice, as_json

RETRY = timedelta(minutes=5)
"""The first pause after a failure; it doubles with each."""
GIVE_UP = 10
"""Failures in a row after which a backfill stops."""
DAYS_MAX = 3650


@dataclass(frozen=True, slots=True)
class Past:
    """A claimed backfill. The `cursor` of its `source` is that of the backfill."""

    source: ClaimedSource
    window: Window
    reached: datetime

    @property
    def lease(self) -> Lease:
        """That of the backfill, not of the live readings."""
        return self.source.lease


def past_of(row: Source) -> Past:
    """The backfill of a row that has just been claimed."""
    progress = row.backfill or {}
    window = Window(moment(progress, "since"), moment(progress, "until"))
    source = replace(claimed_source(BACKFILL, row), cursor=progress["cursor"])
    return Past(source, window, moment(progress, "reached"))


@dataclass(slots=True)
class Turn:
    """What one turn of a backfill came to. `ended`: the collector has nothing more to give."""

    past: Past
    pages: int = 0
    ended: bool = False
    error: SourceError | None = None
    pause: timedelta | None = None


def begin(days: int, now: datetime, warning: Notice | None = None) -> dict[str, Any]:
    """The progress of a backfill that goes back so many days from now."""
    since, until = (now - timedelta(days=days)).isoformat(), now.isoformat()
    fresh = {"days": days, "since": since, "until": until, "reached": until, "cursor": {}, "read": 0, "stored": 0}
    return {**fresh, "state": "running", "failures": 0, "error": None, "warning": as_json(warning)}


def resume(progress: Mapping[str, Any]) -> dict[str, Any]:
    """The progress of a backfill that is started again from where it had come to."""
    return {**progress, "state": "running", "failures": 0, "error": None}


def advance(progress: Mapping[str, Any], page: Page, reached: datetime, stored: Stored) -> dict[str, Any]:
    """The progress after one more page."""
    return {
        **progress,
        "cursor": dict(page.cursor),
        "reached": reached.isoformat(),
        "read": progress["read"] + len(page.mentions) + len(page.broken),
        "stored": progress["stored"] + stored.stored,
        "failures": 0,
        "error": None,
        "warning": as_json(page.warning) or progress.get("warning"),
    }


def date_undated(batch: Batch, reached: datetime) -> list[Placed]:
    """The mentions of a page. An undated one is old too: it gets the moment where its page begins, not today's date."""
    return [
        replace(placed, draft=replace(placed.draft, published_at=reached)) if placed.draft.published_guessed else placed
        for placed in batch.placed
    ]


def moment(progress: Mapping[str, Any], name: str) -> datetime:
    """A moment kept in a progress: since, until or reached."""
    return datetime.fromisoformat(progress[name])


def share(progress: Mapping[str, Any]) -> float:
    """How much of its window a backfill has read, from 0 to 1."""
    since, until, reached = (moment(progress, name) for name in ("since", "until", "reached"))
    return min(1.0, max(0.0, (until - reached) / (until - since))) if until > since else 1.0


def cap_days(collector: AnyCollector, days: int) -> tuple[int, Notice | None]:
    """How many of the days a kind can go back, and a sentence when that is fewer."""
    most = collector.history_days
    if most is None or days <= most:
        return days, None
    return most, Notice("this platform goes back {most} days at most: no more was asked for", {"most": most})
