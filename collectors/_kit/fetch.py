"""Asks an address once, and says in a sentence what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2

from collectors.base import SourceBusy, SourceError, SourceRefused, Spend

from .limits import until_reset

LONGEST_WAIT = timedelta(hours=24)

SENTENCES: dict[type[Exception], str] = {
    httpx2.ConnectTimeout: "{host} did not answer in time: it is slow or down; the next reading is automatic",
    httpx2.ReadTimeout: "{host} stopped answering half-way: it is slow or down; the next reading is automatic",
    httpx2.ConnectError: "{host} cannot be reached: check the address, or wait until the site is back",
    httpx2.RemoteProtocolError: "{host} broke off, or does not speak HTTP; the next reading is automatic",
    httpx2.DecodingError: "the answer of {host} is badly compressed and cannot be unpacked: tell its owner",
    httpx2.TooManyRedirects: "{host} redirects in a circle: check the address in a browser and paste the final one",
    httpx2.UnsupportedProtocol: "only addresses that start with http:// or https:// can be read",
}
"""By exact type: a subclass of these carries its own sentence."""


class Missing(SourceError):
    """There is nothing at this one address (404), or the site fails to make it (500); others may well answer."""


REFUSALS = {
    401: "{host} asks for a name and a password, or refuses those given (401): check them",
    402: "{host} asks for money to read this address (402)",
    403: "{host} refuses to show this to Vigie (403): check the rights, or ask its owner to allow it",
    407: "a proxy on the way to {host} asks for a password (407): ask your administrator",
    451: "{host} may not show this for legal reasons (451)",
}


def fetch(
    http: httpx2.Client,
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str | int] | None = None,
    auth: tuple[str, str] | None = None,
    json: object = None,
    data: Mapping[str, str] | None = None,
    spend: Spend | None = None,
    limit: int | None = None,
    follow: bool = True,
    judge: Callable[[httpx2.Response], SourceError | None] | None = None,
) -> httpx2.Response:
    """The answer of `url` when its status is 2xx or 304, read in full.

    `spend` is what the request uses up of a meter; `limit` is the most bytes of an answer where 8 MB do not fit.
    Without `follow`, an answer that leads elsewhere is given back as it is.
    `judge` looks at every answer first, those that look well too, for the errors that only this platform writes so.

    Raises SourceBusy (429, 503, or any failure with Retry-After), SourceRefused (401, 403, 410, …), else SourceError.
    """
    given: dict[str, Any] = {name: value for name, value in (("json", json), ("data", data)) if value is not None}
    if auth:  # httpx2 reads `auth=None` as "none", and a client may have its own
        given["auth"] = auth
    if not follow:
        given["follow_redirects"] = False
    extensions = {name: value for name, value in (("spend", spend), ("limit", limit)) if value is not None}
    try:
        answer = http.request(method, url, headers=headers, params=params, extensions=extensions, **given)
    except httpx2.RequestError as error:
        raise _broken(error, url) from error
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise SourceError("this address is not written correctly: check it") from error
    told = judge(answer) if judge else None
    if told is not None:
        raise told
    if answer.is_success or answer.status_code == 304 or (not follow and answer.has_redirect_location):
        return answer
    raise refused(answer, datetime.now(UTC))


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """The pause of a Retry-After header, in seconds or as an HTTP date; None when absent or unreadable.

    Between zero and 24 hours, whatever the header says.
    """
    if not value:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return LONGEST_WAIT if len(text) > 6 else min(timedelta(seconds=int(text)), LONGEST_WAIT)
    try:
        then = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    then = then.replace(tzinfo=UTC) if then.tzinfo is None else then
    return max(timedelta(), min(then - now, LONGEST_WAIT))


def pause_of(answer: httpx2.Response) -> timedelta | None:
    """The pause that a refusal asks for: its Retry-After, else until its limits begin anew; None when it says none."""
    now = datetime.now(UTC)
    wait = retry_after(answer.headers.get("retry-after"), now)
    return until_reset(answer.headers, now) if wait is None else wait


def host_of(url: str) -> str:
    """The host of an address, for a sentence: paths may hold secrets."""
    try:
        return urlsplit(url).hostname or "the site"
    except ValueError:
        return "the site"


def _broken(error: httpx2.RequestError, url: str) -> SourceError:
    sentence = SENTENCES.get(type(error))
    if sentence:
        return SourceError(sentence, host=host_of(url))
    if type(error).__module__.partition(".")[0] != "httpx2" and str(error):
        return SourceError("{reason}", reason=str(error))
    return SourceError("{host} could not be read ({reason})", host=host_of(url), reason=str(error) or "no details")


def refused(answer: httpx2.Response, now: datetime) -> SourceError:
    """What an answer that brings nothing means, and what to do about it."""
    host, status = host_of(str(answer.url)), answer.status_code
    wait = retry_after(answer.headers.get("retry-after"), now)
    if wait is None and status == 429:
        wait = until_reset(answer.headers, now)
    if status == 410:
        return SourceRefused("{host} says that this address is gone for ever (410): remove it", gone=True, host=host)
    if status in REFUSALS:
        return SourceRefused(REFUSALS[status], host=host)
    if status == 429:
        return SourceBusy("{host} asks us to read less often (429)", wait=wait, host=host)
    if status == 503 or (wait is not None and status >= 400):
        return SourceBusy("{host} is busy and asks us to come back ({status})", wait=wait, host=host, status=status)
    if status >= 500:
        kind = Missing if status == 500 else SourceError
        return kind("{host} has a problem of its own ({status}); the next reading is automatic", **_both(answer))
    if status == 404:
        return Missing("{host} has nothing at this address (404): check it in a browser", host=host)
    if answer.is_redirect:
        return SourceError("{host} redirects ({status}) to nowhere: paste the final address", **_both(answer))
    return SourceError("{host} answered {status}, which is no content: check the address", **_both(answer))


def _both(answer: httpx2.Response) -> dict[str, str | int]:
    return {"host": host_of(str(answer.url)), "status": answer.status_code}
