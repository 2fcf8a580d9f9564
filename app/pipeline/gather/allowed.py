"""The client of one run of one source: it pays before it asks, and waits for its turn where a host wants a pause."""

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
from app.pipeline.gather.meters import Account, Payer, give_back, limit_of, period_of, take, used
from collectors.base import AnyCollector, Meter, SourceBusy, SourceOverBudget, Spend

LONGEST_TURN = timedelta(seconds=60)
"""A turn further away is left to others: the source comes back later instead of holding a thread."""

UNSENT = (
    httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError, Blocked, BadRequest, BadCertificate, Crowded,
)  # fmt: skip
"""Failures before a byte of the request was sent: the platform cannot have counted it."""


class NotOurTurn(SourceBusy):
    """Too many others wait for the same host. Nothing was asked, and the host itself asked for nothing."""


def allowed(
    db: Database,
    gate: httpx2.Client,
    collector: AnyCollector,
    params: BaseModel,
    payer: Payer,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] = time.sleep,
) -> httpx2.Client:
    """The client for `pages`, `backfill` or `stream` of this source: the gate itself when nothing runs out there."""
    if not collector.meters and collector.gap is None:
        return gate
    return Allowed(db, gate, collector, params, payer, now=now, sleep=sleep)


class Allowed(httpx2.Client):
    """Sends through the gate. Raises what the gate raises, SourceOverBudget and NotOurTurn.

    A request with `extensions={"spend": Spend(…)}` is taken from what is allowed before it is sent, in a transaction
    of its own, and settled by what its answer says. When nobody knows whether the platform counted it, it stays taken.
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
        super().__init__(transport=_Nowhere(), trust_env=False)
        self._db, self._gate, self._payer = db, gate, payer
        self._meters, self._typed, self._gap = collector.meters, params, collector.gap
        self._now, self._sleep = now, sleep

    def build_request(self, method: str, url: httpx2.URL | str, **given: Any) -> httpx2.Request:
        """As the gate builds it."""
        return self._gate.build_request(method, url, **given)

    def send(self, request: httpx2.Request, **given: Any) -> httpx2.Response:
        """As in httpx2, when it is our turn and can be paid."""
        if self._gap is not None:
            self._sleep(self._turn(request.url.host, self._gap))
        spend = request.extensions.get("spend")
        if not isinstance(spend, Spend):
            return self._gate.send(request, **given)
        account = self._pay(spend)
        try:
            answer = self._gate.send(request, **given)
        except UNSENT:
            self._settle(account, spend.most)
            raise
        self._settle(account, spend.most - _cost(spend, answer))
        return answer

    def _turn(self, host: str, gap: timedelta) -> float:
        """Seconds until our turn. Raises NotOurTurn."""
        with self._db.writing() as session:
            pause = turn(session, host, gap)
        if pause > LONGEST_TURN:
            raise NotOurTurn("too many readings of {host} wait for their turn: this one comes later", wait=pause,
                             host=host)  # fmt: skip
        return max(0.0, pause.total_seconds())

    def _pay(self, spend: Spend) -> Account:
        meter, now = self._meters[spend.meter], self._now()
        period, limit = period_of(meter, now), limit_of(meter, self._typed)
        account = Account(self._payer, spend.meter, self._payer.key(meter), period.starts_at)
        with self._db.writing() as session:
            if take(session, account, max(0, spend.most), limit):
                return account
            left = max(0, limit - used(session, account))
        raise over(meter, left, period.ends_at - now)

    def _settle(self, account: Account, units: int) -> None:
        with self._db.writing() as session:
            give_back(session, account, units)


def turn(session: Session, host: str, gap: timedelta) -> timedelta:
    """Takes the next turn at a host, `gap` after the last one given out, and says how far away it is.

    A turn further away than LONGEST_TURN is not taken. The clock is the database's: all workers share it.
    """
    asked = {"host": host, "gap": gap, "longest": LONGEST_TURN}
    pause: timedelta | None = session.scalar(TURN, asked)
    return pause if pause is not None else session.scalar(HOW_LONG, asked) or timedelta()


TURN = text(
    """
    INSERT INTO host (key, turn_at) VALUES (:host, clock_timestamp() + CAST(:gap AS interval))
    ON CONFLICT (key) DO UPDATE SET turn_at = greatest(clock_timestamp(), host.turn_at) + CAST(:gap AS interval)
    WHERE coalesce(host.turn_at <= clock_timestamp() + CAST(:longest AS interval), true)
    RETURNING turn_at - CAST(:gap AS interval) - clock_timestamp()
    """
)
HOW_LONG = text("SELECT turn_at - clock_timestamp() FROM host WHERE key = :host")


def _cost(spend: Spend, answer: httpx2.Response) -> int:
    """What the answer says that it cost. One that cannot be understood has cost all of it."""
    if spend.of is not None:
        with suppress(Exception):  # whatever a platform sends: what cannot be read must not cost less for it
            return max(0, spend.of(answer))
    return spend.most


def over(meter: Meter, left: int, wait: timedelta) -> SourceOverBudget:
    """Why nothing is asked any more in this period, and what can be done about it."""
    typed, month = isinstance(meter.limit, str), meter.period == "month"
    return SourceOverBudget(
        "the budget of this month is used up: raise it, or wait for the next month"
        if typed and month
        else "the budget of this day is used up: raise it, or wait for the next day"
        if typed
        else "what the platform allows in a month is used up: reading goes on with the next month"
        if month
        else "what the platform allows in a day is used up: reading goes on with the next day",
        left=left,
        wait=wait,
    )


class _Nowhere(httpx2.BaseTransport):
    """What this client would send by itself goes nowhere: the gate sends."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        raise Blocked(f"only the gate sends: {request.url.host}")
