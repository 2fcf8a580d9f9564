"""Limits how often one key, or one address without a key, may send requests. Counts in the memory of this process."""

from __future__ import annotations

import time
from dataclasses import dataclass

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from app.problems import Problem


@dataclass(frozen=True, slots=True)
class Rates:
    """`key` counts every request of one key; `costly` those that call other servers or read a lot.

    `refused` counts bad keys, `sent` counts what is sent to one source.
    """

    key: str = "6000/minute"
    costly: str = "120/minute"
    refused: str = "300/minute"
    sent: str = "600/minute"


class Limits:
    """The counters. Thread-safe."""

    def __init__(self, rates: Rates | None = None) -> None:
        self.rates = rates or Rates()
        self._counter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._key, self._costly, self._refused = map(parse, (self.rates.key, self.rates.costly, self.rates.refused))
        self._sent = parse(self.rates.sent)

    def count_request(self, key_id: str, *, costly: bool = False) -> dict[str, str]:
        """Counts a request. Returns the headers that say what is left. Raises Problem 429."""
        if costly and not self._counter.hit(self._costly, "costly", key_id):
            raise self._wait(self._costly, "costly", key_id)
        if not self._counter.hit(self._key, "key", key_id):
            raise self._wait(self._key, "key", key_id)
        return self._headers(self._key, "key", key_id)

    def count_delivery(self, source_id: str) -> None:
        """Counts what is sent to a source. Raises Problem 429."""
        if not self._counter.hit(self._sent, "sent", source_id):
            raise self._wait(self._sent, "sent", source_id)

    def count_refusal(self, address: str) -> None:
        """Counts a request whose key is not valid. Raises Problem 429."""
        if not self._counter.hit(self._refused, "refused", address):
            raise self._wait(self._refused, "refused", address)

    def _headers(self, item: RateLimitItem, *who: str) -> dict[str, str]:
        window = self._counter.get_window_stats(item, *who)
        left, reset = max(0, window.remaining), max(1, round(window.reset_time - time.time()))
        return {
            "RateLimit-Policy": f'"{who[0]}";q={item.amount};w={item.get_expiry()}',
            "RateLimit": f'"{who[0]}";r={left};t={reset}',
            "RateLimit-Limit": str(item.amount),
            "RateLimit-Remaining": str(left),
            "RateLimit-Reset": str(reset),
        }

    def _wait(self, item: RateLimitItem, *who: str) -> Problem:
        headers = self._headers(item, *who)
        return Problem(
            "too-many-requests",
            429,
            "Too many requests: wait {seconds} seconds.",
            seconds=headers["RateLimit-Reset"],
            headers=headers | {"Retry-After": headers["RateLimit-Reset"]},
        )
