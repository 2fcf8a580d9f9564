"""Decides what becomes of a source after it was read: its state, its next date, and who else has to wait.

Everything here is a pure function: a reader hands in what it met, and writes the columns that come back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.http import host_of, origin_of
from app.models import Source
from app.pipeline.gather.client import NotOurTurn
from app.pipeline.gather.history import Harvest
from app.pipeline.gather.past import GIVE_UP, RETRY, Turn, moment
from app.pipeline.gather.schedule import DAY, next_run, pace
from app.pipeline.gather.source import ClaimedSource
from collectors.base import Page, SourceBusy, SourceChanged, SourceError, SourceOverBudget, SourceRefused
from ground.credentials import MASK, masked
from ground.notice import Notice, as_json

Columns = dict[str, object]
"""New values of a row of `source`, by column."""
Random = Callable[[], float]
"""Gives numbers from 0 to 1."""

SHOW_WARNING = timedelta(days=1)
"""How long a source that is followed shows its last warning."""


def state_of(error: SourceError | None) -> str:
    """The state of a source after a reading: each state asks a person for something else, or for nothing."""
    match error:
        case None:
            return "ok"
        case SourceOverBudget():
            return "budget"
        case SourceBusy():
            return "throttled"
        case SourceChanged():
            return "changed"
        case SourceRefused(gone=True):
            return "gone"
        case SourceRefused():
            return "refused"
    return "failing"


def pause_of(error: SourceError | None) -> timedelta | None:
    """The least pause that a failure asks for, if it names one."""
    return error.wait if isinstance(error, SourceBusy) else None


def pause_for_all(error: SourceError | None) -> timedelta | None:
    """The pause that a host wants from all sources read with the same secrets; none when the refusal was ours."""
    return None if isinstance(error, SourceOverBudget | NotOurTurn) else pause_of(error)


@dataclass(slots=True)
class Outcome:
    """What one reading of a polled source came to.

    `pages` counts those that were stored; `unchanged` tells that the host had nothing new. `pause` is the longest one
    that a page asked for, `moved_to` the new address of the source.
    """

    source: ClaimedSource
    started: datetime
    harvest: Harvest = field(default_factory=Harvest)
    pages: int = 0
    unchanged: bool = False
    error: SourceError | None = None
    pause: timedelta | None = None
    moved_to: str | None = None
    warning: Notice | None = None

    def note(self, page: Page) -> None:
        """Takes over what a page says of its source."""
        self.pause = longest(self.pause, page.asked)
        self.moved_to = page.moved_to or self.moved_to
        self.warning = page.warning or self.warning
        self.unchanged = self.unchanged or page.unchanged

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to write but the next date."""
        return self.unchanged and not (self.error or self.pages or self.moved_to or self.source.inbox)


def longest(*pauses: timedelta | None) -> timedelta | None:
    """The longest of the pauses that were asked for."""
    return max((pause for pause in pauses if pause), default=None)


def after_reading(outcome: Outcome, now: datetime, random: Random) -> Columns:
    """The health of a polled source after a reading, and its next date."""
    if outcome.error:
        return after_failure(outcome, outcome.error, now, random)
    return after_success(outcome, now, random)


def after_success(outcome: Outcome, now: datetime, random: Random) -> Columns:
    """The source is healthy, and is read again sooner or later depending on what it brought."""
    source, brought = outcome.source, outcome.harvest.stored
    new_pace = pace(source.pace, source.interval, source.collector.min_interval, brought, unchanged=not brought)
    return {
        **_well(now, brought=bool(brought)),
        "warning": as_json(outcome.warning),
        "pace_seconds": int(new_pace.total_seconds()),
        "next_run_at": next_run(now, new_pace, 0, outcome.pause, random),
        **(_columns_after_move(source, outcome.moved_to) if outcome.moved_to else {}),
    }


def after_failure(outcome: Outcome, error: SourceError, now: datetime, random: Random) -> Columns:
    """It shows what is wrong, and is tried again later each time; what it brought before the failure counts."""
    failures = outcome.source.failures + (0 if isinstance(error, NotOurTurn) else 1)
    return {
        "state": state_of(error),
        "last_error": as_json(error.notice),
        "consecutive_failures": failures,
        "next_run_at": next_try(outcome.source, error, outcome.pause, now, random),
        **({"last_new_at": now} if outcome.harvest.stored else {}),
    }


def next_try(
    source: ClaimedSource, error: SourceError, pause: timedelta | None, now: datetime, random: Random
) -> datetime | None:
    """When a polled source is read again after a failure; None for never. `pause` is what its pages asked for."""
    failures = source.failures + 1
    match error:
        case SourceRefused():
            return None if error.gone else now + DAY
        case SourceOverBudget():  # looking again is free, and others may have given back what they took
            again = next_run(now, source.interval, failures, pause, random)
            return min(again, now + error.wait) if error.wait else again
        case NotOurTurn():
            return next_run(now, error.wait or source.interval, 0, error.wait, random)
    return next_run(now, source.interval, failures, longest(pause, pause_of(error)), random)


def after_page(page: Page, stored: int, unmatched: int, warned_at: datetime | None, now: datetime) -> Columns:
    """A followed source after a page: it is well, and knows how far it came.

    `stored` counts the new mentions of the page, `unmatched` what matched no brand since the source was last written;
    `warned_at` is when it was given the warning that it shows.
    """
    columns = {
        **_well(now, brought=bool(stored)),
        "cursor": dict(page.cursor),
        "unmatched": Source.unmatched + unmatched,
    }
    if page.warning is not None:
        columns["warning"] = as_json(page.warning)
    elif warned_at is not None and now - warned_at > SHOW_WARNING:
        columns["warning"] = None
    return columns


def after_broken_stream(error: SourceError, now: datetime) -> Columns:
    """A followed source whose connection failed: it shows what is wrong until the next page arrives."""
    return {
        "state": state_of(error),
        "last_error": as_json(error.notice),
        "last_attempt_at": now,
        "consecutive_failures": Source.consecutive_failures + 1,
    }


def after_turn(
    progress: Mapping[str, Any], turn: Turn, now: datetime, random: Random
) -> tuple[dict[str, Any], datetime | None]:
    """The progress of a backfill after a turn, and when its next turn is due; None when there is none."""
    error = turn.error
    if error is None and turn.ended:
        if moment(progress, "reached") <= turn.past.window.since:
            return {**progress, "state": "done"}, None
        if not turn.pages:
            error = SourceError("the platform stopped answering before the day you asked for")
    if error is None:
        return dict(progress), now + (turn.pause or timedelta())
    failed = {**progress, "error": as_json(error.notice)}
    pause = longest(turn.pause, pause_of(error))
    if isinstance(error, NotOurTurn):
        return failed, next_run(now, error.wait or RETRY, 0, pause, random)
    if isinstance(error, SourceOverBudget):  # nothing was sent: it waits until there is something to spend again
        return failed, next_run(now, RETRY, 1, pause, random)
    failures = failed["failures"] = progress["failures"] + 1
    if isinstance(error, SourceRefused) or failures >= GIVE_UP:
        return {**failed, "state": "failed"}, None
    return failed, next_run(now, RETRY, failures - 1, pause, random)


def _well(now: datetime, *, brought: bool) -> Columns:
    fine: Columns = {"state": "ok", "last_success_at": now, "last_error": None, "consecutive_failures": 0}
    return {**fine, "last_new_at": now} if brought else fine


def _columns_after_move(source: ClaimedSource, address: str) -> Columns:
    """Nothing where a secret would go to another server, or an address with a secret in it would be kept in clear: the
    source stays where it is, and is redirected at each reading."""
    former = str(source.params.get(source.collector.address, ""))
    elsewhere = source.secrets is not None and origin_of(address) != origin_of(former)
    if elsewhere or MASK in former or masked(address) != address:
        return {}
    host = host_of(address)
    limit_key = "#".join([host, *source.limit_key.split("#")[1:]])
    return {
        "params": {**source.params, source.collector.address: address},
        "host": host,
        "limit_key": limit_key,
    }
