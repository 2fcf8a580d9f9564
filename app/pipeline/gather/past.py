"""How far a backfill has come: what is kept in `source.backfill`, and what becomes of it. Nothing here is written.

It holds the window (`since`, `until`: the moment it was asked for), how far it has come (`reached`, `cursor`, `read`,
`stored`), its `state` (running, done, failed, stopped), and what went wrong (`error`, `failures` in a row).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.models import Source
from app.pipeline.gather.collect import Due, due_of
from app.pipeline.gather.schedule import next_run
from app.pipeline.sift.batch import Batch, Placed, Stored
from collectors.base import AnyCollector, Page, SourceBusy, SourceError, SourceOverBudget, SourceRefused, Window
from ground.notice import Notice, as_json

EVERY = timedelta(minutes=5)
"""The first pause after a failure; it doubles with each."""
GIVE_UP = 10
DAYS_MAX = 3650


@dataclass(frozen=True, slots=True)
class Past:
    """A claimed backfill. `due` is its source, with the fence and the cursor of the backfill."""

    due: Due
    window: Window
    reached: datetime


def past_of(row: Source) -> Past:
    progress = row.backfill or {}
    window = Window(moment(progress, "since"), moment(progress, "until"))
    due = replace(due_of(row), fence=row.backfill_fence, cursor=progress["cursor"])
    return Past(due, window, moment(progress, "reached"))


@dataclass(slots=True)
class Turn:
    """What one turn came to. `ended`: the collector has nothing more to give."""

    past: Past
    pages: int = 0
    ended: bool = False
    error: SourceError | None = None
    asked: timedelta | None = None


def begun(days: int, now: datetime, warning: Notice | None = None) -> dict[str, Any]:
    """The progress of a backfill that goes back so many days from now."""
    since, until = (now - timedelta(days=days)).isoformat(), now.isoformat()
    fresh = {"days": days, "since": since, "until": until, "reached": until, "cursor": {}, "read": 0, "stored": 0}
    return {**fresh, "state": "running", "failures": 0, "error": None, "warning": as_json(warning)}


def gone_on_with(was: Mapping[str, Any]) -> dict[str, Any]:
    """The progress of a backfill that is started again from where it had come to."""
    return {**was, "state": "running", "failures": 0, "error": None}


def came(was: Mapping[str, Any], page: Page, reached: datetime, stored: Stored) -> dict[str, Any]:
    """The progress after one more page."""
    return {
        **was,
        "cursor": dict(page.cursor),
        "reached": reached.isoformat(),
        "read": was["read"] + len(page.mentions) + len(page.broken),
        "stored": was["stored"] + stored.stored,
        "failures": 0,
        "error": None,
        "warning": as_json(page.warning) or was.get("warning"),
    }


def after(
    was: Mapping[str, Any], turn: Turn, now: datetime, random: Callable[[], float]
) -> tuple[dict[str, Any], datetime | None]:
    """The progress after a turn, and when the next one is; None when nobody need go on."""
    error = turn.error
    if error is None and turn.ended:
        if moment(was, "reached") <= turn.past.window.since:
            return {**was, "state": "done"}, None
        if not turn.pages:
            error = SourceError("the platform stopped giving anything before the day asked for")
    if error is None:
        return dict(was), now + (turn.asked or timedelta())
    told = {**was, "error": as_json(error.notice)}
    pause = max(filter(None, (turn.asked, error.wait if isinstance(error, SourceBusy) else None)), default=None)
    if isinstance(error, SourceOverBudget):  # nothing was asked: it waits for what may be spent again
        return told, next_run(now, EVERY, 1, pause, random)
    told["failures"] = was["failures"] + 1
    if isinstance(error, SourceRefused) or told["failures"] >= GIVE_UP:
        return {**told, "state": "failed"}, None
    return told, next_run(now, EVERY, told["failures"] - 1, pause, random)


def dated(batch: Batch, reached: datetime) -> list[Placed]:
    """What a page brought. What it does not date is old all the same: it is put where the page begins, not at now."""
    return [
        replace(one, draft=replace(one.draft, published_at=reached)) if one.draft.published_guessed else one
        for one in batch.placed
    ]


def moment(progress: Mapping[str, Any], name: str) -> datetime:
    """A moment kept in a backfill: since, until or reached."""
    return datetime.fromisoformat(progress[name])


def share(progress: Mapping[str, Any]) -> float:
    """How much of its window a backfill has read, from 0 to 1."""
    since, until, reached = (moment(progress, name) for name in ("since", "until", "reached"))
    return min(1.0, max(0.0, (until - reached) / (until - since))) if until > since else 1.0


def capped(collector: AnyCollector, days: int) -> tuple[int, Notice | None]:
    """How many days back a kind can go when so many are wanted, and a sentence when it is fewer."""
    most = collector.history_days
    if most is None or days <= most:
        return days, None
    return most, Notice("this platform goes back {most} days at most: no more was asked for", {"most": most})
