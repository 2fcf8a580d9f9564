"""Limits how often one key, or one address without a key, may send requests, over all web processes of a database.

A sliding window from two fixed ones: what the last window counted weighs as much as of it still lies in the past
window of that length.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db import Database
from app.models.workspace import WINDOW
from app.problems import Problem

COUNT = text("""
    WITH before AS (
        SELECT coalesce(sum(requests), 0) AS requests FROM request_count
        WHERE subject = :subject AND counted_in = :window - 1
    ), now AS (
        INSERT INTO request_count AS counted (subject, counted_in, requests)
        SELECT :subject, :window, 1 FROM before WHERE floor(before.requests * :remains) + 1 <= :most
        ON CONFLICT (subject, counted_in) DO UPDATE SET requests = counted.requests + 1
        WHERE floor((SELECT requests FROM before) * :remains) + counted.requests + 1 <= :most
        RETURNING requests
    )
    SELECT CAST(floor(before.requests * :remains) AS bigint), now.requests FROM before LEFT JOIN now ON true
""")


TAKES_NO_WRITE = frozenset({"53100", "25006"})
"""SQLSTATE of a full disk and of a read-only database: what can be answered still is, and is not counted."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Requests a minute. `key` counts every request of one key; `costly` those that call other servers or read a lot.

    `refused` counts bad keys, `sent` counts what is sent to one source.
    """

    key: int = 6000
    costly: int = 120
    refused: int = 300
    sent: int = 600


class Limits:
    """The counters, in the database. Thread-safe. `now` is the clock."""

    def __init__(self, db: Database, rates: Rates | None = None, now: Callable[[], datetime] | None = None) -> None:
        self.rates = rates or Rates()
        self._db, self._now = db, now or (lambda: datetime.now(UTC))

    def count_request(self, key_id: str, *, costly: bool = False) -> dict[str, str]:
        """Counts a request. Returns the headers that say what is left. Raises Problem 429."""
        if costly:
            self._count("costly", self.rates.costly, key_id)
        return self._count("key", self.rates.key, key_id)

    def count_delivery(self, source_id: str) -> None:
        """Counts what is sent to a source. Raises Problem 429."""
        self._count("sent", self.rates.sent, source_id)

    def count_refusal(self, address: str) -> None:
        """Counts a request whose key is not valid. Raises Problem 429."""
        self._count("refused", self.rates.refused, address)

    def _count(self, kind: str, most: int, who: str) -> dict[str, str]:
        window, into = divmod(self._now().timestamp(), WINDOW)
        asked = {"subject": f"{kind}:{who}", "window": int(window), "remains": 1 - into / WINDOW, "most": most}
        try:
            with self._db.engine.begin() as connection:
                connection.execute(text("SET LOCAL synchronous_commit = off"))
                before, requests = connection.execute(COUNT, asked).one()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in TAKES_NO_WRITE:
                raise
            before, requests = 0, 1
        left = 0 if requests is None else max(0, most - before - requests)
        headers = headers_of(kind, most, left, max(1, ceil(WINDOW - into)))
        if requests is None:
            raise refusal(headers)
        return headers


def headers_of(kind: str, most: int, left: int, seconds: int) -> dict[str, str]:
    """The headers that tell a limit: `most` requests a window, `left` of them left for `seconds`."""
    return {
        "RateLimit-Policy": f'"{kind}";q={most};w={WINDOW}',
        "RateLimit": f'"{kind}";r={left};t={seconds}',
        "RateLimit-Limit": str(most),
        "RateLimit-Remaining": str(left),
        "RateLimit-Reset": str(seconds),
    }


def refusal(headers: dict[str, str]) -> Problem:
    """The Problem 429 of a limit that is reached, with the headers that tell it."""
    return Problem(
        "too-many-requests",
        429,
        "Too many requests: wait {seconds} seconds.",
        seconds=headers["RateLimit-Reset"],
        headers=headers | {"Retry-After": headers["RateLimit-Reset"]},
    )
