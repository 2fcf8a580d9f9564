"""One POST, and what its answer or its failure means for a delivery."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx2

from alerts.base import DeliveryError
from alerts.clean import one_line

PATIENCE = 15.0
"""Seconds: for each part of the exchange, and for reading the answer."""

ENOUGH = 65_536
"""Bytes of the answer that are read: Slack gives the message back, the others have little to say."""

LONGEST_WAIT = timedelta(days=1)
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)
_NEVER_SENT = (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError, httpx2.InvalidURL, UnicodeError)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receiver said, its first bytes as text; `wait` is the pause it asks for."""

    status: int
    body: str
    wait: timedelta | None


def post(http: httpx2.Client, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Sends once and follows no redirect, which would turn the POST into a GET or carry it elsewhere.

    Raises DeliveryError when no answer came: ambiguous unless nothing can have been sent.
    """
    try:
        with http.stream(
            "POST", url, content=body, headers=headers, timeout=PATIENCE, follow_redirects=False
        ) as response:
            return Answer(response.status_code, _beginning(response), _asked(response))
    except _NEVER_SENT as error:
        raise DeliveryError(f"cannot be sent: {_reason(error)}", permanent=True) from error
    except _NOT_SENT as error:
        raise DeliveryError(f"could not be reached: {_reason(error)}") from error
    except (httpx2.HTTPError, httpx2.StreamError) as error:
        raise DeliveryError(f"no answer came, it may have arrived: {_reason(error)}", ambiguous=True) from error


def refused(answer: Answer, who: str) -> DeliveryError | None:
    """What a status means wherever HTTP alone tells; None when the message was taken."""
    said = f": {one_line(answer.body, 200)}" if answer.body.strip() else ""
    if answer.status < 300:
        return None
    if answer.status < 400:
        return DeliveryError(f"{who} redirects elsewhere, which is refused: enter the final address", permanent=True)
    if answer.status == 410:
        return DeliveryError(f"{who} is gone for ever (410){said}", permanent=True, gone=True)
    if answer.status == 429:
        return DeliveryError(f"{who} asks for a pause (429){said}", wait=answer.wait)
    return DeliveryError(f"{who} answered {answer.status}{said}", wait=answer.wait)


def _beginning(response: httpx2.Response) -> str:
    """The first bytes; a body that is cut or slow changes nothing to the status that came before it."""
    read, until = bytearray(), time.monotonic() + PATIENCE
    try:
        for chunk in response.iter_bytes(ENOUGH):
            read += chunk
            if len(read) >= ENOUGH or time.monotonic() > until:
                break
    except httpx2.HTTPError:
        pass
    return bytes(read[:ENOUGH]).decode("utf-8", "replace")


def _asked(response: httpx2.Response) -> timedelta | None:
    """Retry-After in seconds or as a date (RFC 9110 §10.2.3), at most a day, never negative."""
    asked = response.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        wait = timedelta(seconds=min(int(asked[:9]), 86_400))
    else:
        try:
            date = parsedate_to_datetime(asked)
        except (TypeError, ValueError):
            return None
        wait = (date if date.tzinfo else date.replace(tzinfo=UTC)) - datetime.now(UTC)
    return max(timedelta(), min(wait, LONGEST_WAIT))


def _reason(error: Exception) -> str:
    return one_line(str(error), 200) or type(error).__name__
