"""Asks an address once. Where that fails, the error says why, and what people can do about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2

from collectors.base import SourceBusy, SourceError, SourceRefused, Spend

from .limits import retry_after
from .refusals import NONE, SERVER_ERRORS, Complaint, Refusal, Refusals, judge, must_judge, stated_pause

SENTENCES: dict[type[Exception], str] = {
    httpx2.ConnectTimeout: "{host} did not answer in time: it is slow or down; the next reading is automatic",
    httpx2.ReadTimeout: "{host} stopped answering half-way: it is slow or down; the next reading is automatic",
    httpx2.ConnectError: "{host} cannot be reached: check the address, or wait until the site is back",
    httpx2.RemoteProtocolError: "{host} broke off, or does not speak HTTP; the next reading is automatic",
    httpx2.DecodingError: "the answer from {host} is badly compressed and cannot be unpacked: tell its owner",
    httpx2.TooManyRedirects: "{host} keeps redirecting: check the address in a browser and paste the final one",
    httpx2.UnsupportedProtocol: "only addresses that start with http:// or https:// can be read",
}
"""By exact type, because subclasses carry a sentence of their own."""


class Missing(SourceError):
    """Nothing at this one address (404), or the site cannot build it (500); other addresses may answer."""


BUSY = "{host} is busy and asks Vigie to come back later ({status})"
FAULTY = "{host} has a problem of its own ({status}); the next reading is automatic"


def retry_pause(complaint: Complaint) -> timedelta | None:
    """The pause of the header Retry-After, which any failure may carry."""
    return retry_after(complaint.headers.get("retry-after"), complaint.now)


def has_retry_pause(complaint: Complaint) -> bool:
    return retry_pause(complaint) is not None


DEFAULTS = Refusals(
    (
        Refusal(
            SourceRefused, "{host} says that this address is gone for ever (410): remove it", status={410}, gone=True
        ),
        Refusal(
            SourceRefused,
            "{host} asks for a name and a password, or refuses those given (401): check them",
            status={401},
        ),
        Refusal(SourceRefused, "{host} charges for access to this address (402)", status={402}),
        Refusal(
            SourceRefused,
            "{host} refuses to show this to Vigie (403): check the rights, or ask its owner to allow it",
            status={403},
        ),
        Refusal(
            SourceRefused,
            "a proxy on the way to {host} asks for a password (407): ask your administrator",
            status={407},
        ),
        Refusal(SourceRefused, "{host} may not show this for legal reasons (451)", status={451}),
        Refusal(SourceBusy, "{host} asks us to read less often (429)", status={429}, wait=stated_pause),
        Refusal(SourceBusy, BUSY, status={503}, wait=retry_pause),
        Refusal(SourceBusy, BUSY, status=range(400, 1000), when=has_retry_pause, wait=retry_pause),
        Refusal(Missing, FAULTY, status={500}),
        Refusal(SourceError, FAULTY, status=SERVER_ERRORS),
        Refusal(Missing, "{host} has nothing at this address (404): check it in a browser", status={404}),
        Refusal(
            SourceError,
            "{host} redirects ({status}) without saying where: paste the final address",
            status=range(300, 400),
        ),
        Refusal(SourceError, "{host} answered {status}, without any content: check the address"),
    )
)
"""What a refusal means, whichever server sent it. The last row holds for every answer."""


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
    refusals: Refusals = NONE,
) -> httpx2.Response:
    """The answer of `url` when its status is 2xx or 304, read in full.

    `spend` is what the request uses up of a meter; `limit` is the most bytes to accept where 8 MB is not the right cap.
    Without `follow`, an answer that redirects is returned as it is.
    `refusals` is the platform's table. It sees every answer, since some platforms write errors with status 200.

    Raises SourceBusy (429, 503, or any failure with Retry-After), SourceRefused (401, 403, 410, …), else SourceError.
    """
    options: dict[str, Any] = {"json": json, "data": data, "auth": auth, "follow_redirects": None if follow else False}
    extensions = {"spend": spend, "limit": limit}
    try:
        answer = http.request(
            method, url, headers=headers, params=params, extensions=_without_none(extensions), **_without_none(options)
        )
    except httpx2.RequestError as error:
        raise connection_error(error, url) from error
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise SourceError("this address is not written correctly: check it") from error
    now = datetime.now(UTC)
    own_refusal = own_refusal_of(answer, refusals, now)
    if own_refusal is not None:
        raise own_refusal
    if answer.is_success or answer.status_code == 304 or (not follow and answer.has_redirect_location):
        return answer
    raise refusal_of(answer, now)


def _without_none(arguments: dict[str, Any]) -> dict[str, Any]:
    """Leaves out what is None: to httpx2, `auth=None` means no password, even where the client has one."""
    return {name: value for name, value in arguments.items() if value is not None}


def own_refusal_of(answer: httpx2.Response, refusals: Refusals, now: datetime) -> SourceError | None:
    """The error of an answer by the platform's table; None when no row matches."""
    return judge(refusals, _complaint(answer, refusals, now))


def refusal_of(answer: httpx2.Response, now: datetime, refusals: Refusals = NONE) -> SourceError:
    """The error of an answer: by the platform's table, else by the rows for any server."""
    complaint = _complaint(answer, refusals, now)
    return judge(refusals, complaint) or must_judge(DEFAULTS, complaint)


def _complaint(answer: httpx2.Response, refusals: Refusals, now: datetime) -> Complaint:
    url = str(answer.url)
    return Complaint(
        host=host_of(url),
        now=now,
        status=answer.status_code,
        asked=str(answer.history[0].url) if answer.history else url,
        url=url,
        headers=answer.headers,
        body=refusals.read(answer),
    )


def host_of(url: str) -> str:
    """The host of an address. Sentences name nothing else of it, because paths may hold secrets."""
    try:
        return urlsplit(url).hostname or "the site"
    except ValueError:
        return "the site"


def connection_error(error: httpx2.RequestError, url: str) -> SourceError:
    """The error of a request without an answer. Errors of production's client carry a sentence of their own."""
    sentence = SENTENCES.get(type(error))
    if sentence:
        return SourceError(sentence, host=host_of(url))
    if type(error).__module__.partition(".")[0] != "httpx2" and str(error):
        return SourceError("{reason}", reason=str(error))
    return SourceError("{host} could not be read ({reason})", host=host_of(url), reason=str(error) or "no details")
