"""What the errors of a MediaWiki mean: most come with status 200."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import httpx2

from collectors._kit.limits import retry_after, seconds
from collectors._kit.refusals import Complaint, Refusal, Refusals, any_body, values_at
from collectors.base import SourceBusy, SourceError, SourceRefused
from ground.notice import Json


def _error(answer: httpx2.Response) -> Json:
    """The error of an answer, whatever its status."""
    body = any_body(answer)
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else None


def _is_error(complaint: Complaint) -> bool:
    return complaint.body is not None


def _wait(complaint: Complaint) -> timedelta | None:
    """The pause of the header, else the seconds by which the database lags behind."""
    stated = retry_after(complaint.headers.get("retry-after"), complaint.now)
    return seconds(next(values_at(complaint.body, "lag"), None)) if stated is None else stated


def _facts(complaint: Complaint) -> Mapping[str, Json]:
    return {"reason": complaint.words[:200] or next(iter(complaint.codes), "")}


REFUSALS = Refusals(
    (
        Refusal(
            SourceRefused,
            "{host} refuses Vigie (403): Wikimedia requires programs to name a contact. Ask your administrator to"
            " set one",
            status={403},
        ),
        Refusal(SourceError, "{host} is not a MediaWiki, or not at this address: check the address", status={404}),
        Refusal(
            SourceBusy,
            "{host} is busy and asks Vigie to come back later",
            status=range(200, 300),
            codes={"maxlag", "ratelimited", "readonly"},
            wait=_wait,
        ),
        Refusal(
            SourceRefused,
            "{host} shows its pages to members only",
            status=range(200, 300),
            codes={"readapidenied", "permissiondenied", "badtoken"},
        ),
        Refusal(SourceError, "{host} answered: {reason}", status=range(200, 300), when=_is_error),
    ),
    codes=("code",),
    words=("info",),
    read=_error,
    facts=_facts,
)
