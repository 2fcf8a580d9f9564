"""The HTTP client of one source: it pays for a request before it sends it, and waits for its turn at a host."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import Database
from app.http.errors import BadCertificate, BadRequest, Blocked, Crowded
from app.pipeline.gather.meters import Payer, UsageKey, give_back, limit_of, period_of, take, units_used
from collectors.base import AnyCollector, Meter, SourceBusy, SourceOverBudget, Spend

FARTHEST_TURN = timedelta(seconds=60)
"""A source whose turn is further away comes back later instead of holding a thread."""

UNSENT = (
    httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError, Blocked, BadRequest, BadCertificate, Crowded,
)  # fmt: skip
"""Failures before a byte of the request was sent: the platform cannot have counted it."""


class NotOurTurn(SourceBusy):
    """The reading has to wait, and its source did nothing to cause it: too many queue for the same host, for instance.

    It is no failure of the source, and the host did not ask for a pause.
    """


class MachineBusy(NotOurTurn):
    """This machine had no time to read what arrived."""


def client_for(
    db: Database,
    gate: httpx2.Client,
    collector: AnyCollector,
    params: BaseModel,
    payer: Payer,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] = time.sleep,
) -> httpx2.Client:
    """The client with which a source is read: the gate itself when its kind has neither meters nor a gap."""
    if not collector.meters and collector.gap is None:
        return gate
    return PayingClient(db, gate, collector, params, payer, now=now, sleep=sleep)


class PayingClient(httpx2.Client):
    """Sends through the gate. Raises SourceOverBudget, NotOurTurn, and whatever the gate raises.

    A request with `extensions={"spend": Spend(…)}` is charged at its highest price before it is sent, in a
    transaction of its own, and gets back what the answer shows to be too much. When nobody knows whether the
    platform counted the request, it stays charged.
    """

    def __init__(
        self,
        db: Database,
        gate: httpx2.Client,
        collector: AnyCollector,
        params: BaseModel,
        payer: Payer,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
    ) -> None:
        super().__init__(transport=_NoTransport(), trust_env=False)
        self._db, self._gate, self._payer = db, gate, payer
        self._meters, self._typed_params, self._gap = collector.meters, params, collector.gap
        self._now, self._sleep = now, sleep

    def build_request(self, method: str, url: httpx2.URL | str, **options: Any) -> httpx2.Request:
        """As the gate builds it."""
        return self._gate.build_request(method, url, **options)

    def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """As in httpx2, once it is our turn and the request is paid for."""
        if self._gap is not None:
            self._sleep(self._seconds_to_turn(request.url.host, self._gap))
        spend = request.extensions.get("spend")
        if not isinstance(spend, Spend):
            return self._gate.send(request, **options)
        key = self._pay(spend)
        try:
            answer = self._gate.send(request, **options)
        except UNSENT:
            self._refund(key, spend.most)
            raise
        self._refund(key, spend.most - _cost(spend, answer))
        return answer

    def _seconds_to_turn(self, host: str, gap: timedelta) -> float:
        """Raises NotOurTurn."""
        with self._db.writing() as session:
            wait = take_turn(session, host, gap)
        if wait > FARTHEST_TURN:
            raise NotOurTurn("too many readings of {host} are waiting for their turn: this one comes later", wait=wait,
                             host=host)  # fmt: skip
        return max(0.0, wait.total_seconds())

    def _pay(self, spend: Spend) -> UsageKey:
        """Raises SourceOverBudget."""
        meter, now = self._meters[spend.meter], self._now()
        period, limit = period_of(meter, now), limit_of(meter, self._typed_params)
        key = UsageKey(self._payer, spend.meter, self._payer.key(meter), period.starts_at)
        with self._db.writing() as session:
            if take(session, key, max(0, spend.most), limit):
                return key
            left = max(0, limit - units_used(session, key))
        raise over_budget(meter, left, period.ends_at - now)

    def _refund(self, key: UsageKey, units: int) -> None:
        with self._db.writing() as session:
            give_back(session, key, units)


def take_turn(session: Session, host: str, gap: timedelta) -> timedelta:
    """Takes the next turn at a host, `gap` after the last one given out. Returns how far away it is.

    A turn further away than FARTHEST_TURN is not taken. The clock is the database's: all workers share it.
    """
    values = {"host": host, "gap": gap, "longest": FARTHEST_TURN}
    wait: timedelta | None = session.scalar(TAKE_TURN, values)
    return wait if wait is not None else session.scalar(NEXT_TURN, values) or timedelta()


TAKE_TURN = text(
    """
    INSERT INTO host (key, turn_at) VALUES (:host, clock_timestamp() + CAST(:gap AS interval))
    ON CONFLICT (key) DO UPDATE SET turn_at = greatest(clock_timestamp(), host.turn_at) + CAST(:gap AS interval)
    WHERE coalesce(host.turn_at <= clock_timestamp() + CAST(:longest AS interval), true)
    RETURNING turn_at - CAST(:gap AS interval) - clock_timestamp()
    """
)
NEXT_TURN = text("SELECT turn_at - clock_timestamp() FROM host WHERE key = :host")


def _cost(spend: Spend, answer: httpx2.Response) -> int:
    """The units that the answer says it cost; all of them when the answer cannot be understood."""
    if spend.of is not None:
        with suppress(Exception):  # whatever a platform sends: an unreadable answer must not cost less for it
            return max(0, spend.of(answer))
    return spend.most


def over_budget(meter: Meter, left: int, wait: timedelta) -> SourceOverBudget:
    """Why nothing more is requested in this period, and what a person can do about it."""
    typed, month = isinstance(meter.limit, str), meter.period == "month"
    return SourceOverBudget(
        "the budget of this month is used up: raise it, or wait for the next month"
        if typed and month
        else "the budget of this day is used up: raise it, or wait for the next day"
        if typed
        else "Vigie has used up what the platform allows per month: reading goes on next month"
        if month
        else "Vigie has used up what the platform allows per day: reading goes on tomorrow",
        left=left,
        wait=wait,
    )


class _NoTransport(httpx2.BaseTransport):
    """Refuses what this client would send by itself: only the gate sends."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        raise Blocked(f"only the gate sends: {request.url.host}")
