"""Posts once, and says what the reply or the failure means for a delivery."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from alerts.base import DeliveryError
from alerts.clean import one_line
from ground.credentials import without_secret

PATIENCE = 15.0
"""Seconds that each part of the exchange may take, and the reading of the reply."""

ENOUGH = 65_536
"""Bytes of the reply that are read: Slack gives the message back, the others have little to say."""

LONGEST_WAIT = timedelta(days=1)
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)
_NEVER_SENT = (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError, httpx2.InvalidURL, UnicodeError)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the receiver replied: its first bytes as text, less our address if it quotes that, and the pause it asks
    for."""

    status: int
    body: str
    wait: timedelta | None


def post(http: httpx2.Client, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    """Sends once. Follows no redirect: it would turn the POST into a GET, or carry the message elsewhere.

    Raises DeliveryError without a reply; it is ambiguous unless nothing can have been sent.
    """
    try:
        with http.stream(
            "POST", url, content=body, headers=headers, timeout=PATIENCE, follow_redirects=False
        ) as response:
            words = without_secret(_read_beginning(response), url)
            return Reply(response.status_code, words, _retry_after(response))
    except _NEVER_SENT as error:
        raise DeliveryError(f"cannot be sent: {_reason(error, url)}", permanent=True) from error
    except _NOT_SENT as error:
        raise DeliveryError(f"could not be reached: {_reason(error, url)}") from error
    except (httpx2.HTTPError, httpx2.StreamError) as error:
        raise DeliveryError(f"no answer came, it may have arrived: {_reason(error, url)}", ambiguous=True) from error


def refusal(reply: Reply, who: str) -> DeliveryError | None:
    """The error that the HTTP status alone stands for; None when the message was accepted."""
    words = f": {one_line(reply.body, 200)}" if reply.body.strip() else ""
    if reply.status < 300:
        return None
    if reply.status < 400:
        return DeliveryError(f"{who} redirects elsewhere, which is refused: enter the final address", permanent=True)
    if reply.status == 410:
        return DeliveryError(f"{who} is gone for ever (410){words}", permanent=True, gone=True)
    if reply.status == 429:
        return DeliveryError(f"{who} asks for a pause (429){words}", wait=reply.wait)
    return DeliveryError(f"{who} answered {reply.status}{words}", wait=reply.wait)


def answered(reply: Reply) -> dict[str, Any]:
    """The JSON object of a reply; an empty one where it holds none."""
    try:
        told = json.loads(reply.body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _read_beginning(response: httpx2.Response) -> str:
    """The first bytes as text. A body that breaks off or is slow is no error: the status has come already."""
    read, until = bytearray(), time.monotonic() + PATIENCE
    try:
        for chunk in response.iter_bytes(ENOUGH):
            read += chunk
            if len(read) >= ENOUGH or time.monotonic() > until:
                break
    except httpx2.HTTPError:
        pass
    return bytes(read[:ENOUGH]).decode("utf-8", "replace")


def _retry_after(response: httpx2.Response) -> timedelta | None:
    """The pause of a Retry-After in seconds or as a date (RFC 9110 §10.2.3): at most a day, never negative."""
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        wait = timedelta(seconds=min(int(value[:9]), 86_400))
    else:
        try:
            date = parsedate_to_datetime(value)
        except (TypeError, ValueError):
            return None
        wait = (date if date.tzinfo else date.replace(tzinfo=UTC)) - datetime.now(UTC)
    return max(timedelta(), min(wait, LONGEST_WAIT))


def _reason(error: Exception, url: str) -> str:
    return one_line(without_secret(str(error), url), 200) or type(error).__name__
