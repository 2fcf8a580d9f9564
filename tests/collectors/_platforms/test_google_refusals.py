"""What the errors of Google's APIs mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from collectors._kit.fetch import own_refusal_of
from collectors._platforms.google import until_midnight
from collectors._platforms.google_refusals import GOOGLE
from collectors.base import SourceBusy, SourceError, SourceRefused


def answer(status: int, body: Any) -> httpx2.Response:
    request = httpx2.Request("GET", "https://places.example/v1")
    return httpx2.Response(status, json=body, request=request)


def judge(given: httpx2.Response) -> SourceError | None:
    return own_refusal_of(given, GOOGLE, datetime.now(UTC))


def error(code: int, reason: str, **more: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": "m", "errors": [{"domain": "d", "reason": reason}], **more}}


def info(reason: str, **metadata: str) -> dict[str, Any]:
    kind = "type.googleapis.com/google.rpc.ErrorInfo"
    return {"details": [{"@type": kind, "reason": reason, "domain": "googleapis.com", "metadata": metadata}]}


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (error(400, "keyInvalid"), 400, "does not know this API key"),
        (error(400, "badRequest", **info("API_KEY_INVALID")), 400, "does not know this API key"),
        ({"error": {"code": 400, "message": "API key expired. Please renew the API key."}}, 400, "has expired"),
        ({"error": {"code": 400, "message": "API key not valid. Please pass a valid API key."}}, 400, "does not know"),
        (error(403, "accessNotConfigured"), 403, "is not switched on"),
        (error(403, "forbidden", **info("SERVICE_DISABLED", service="youtube.googleapis.com")), 403, "youtube.google"),
        (error(403, "forbidden", **info("API_KEY_SERVICE_BLOCKED")), 403, "restricted to other uses"),
        (error(403, "forbidden", **info("BILLING_DISABLED")), 403, "billing account"),
        (error(401, "authError", status="UNAUTHENTICATED"), 401, "no longer accepts this access"),
    ],
)
def test_refusals_are_told_apart(body: Any, status: int, sentence: str) -> None:
    told = judge(answer(status, body))
    assert isinstance(told, SourceRefused)
    assert sentence in str(told)


@pytest.mark.parametrize(
    "body",
    [
        error(403, "quotaExceeded"),
        error(403, "dailyLimitExceeded"),
        error(429, "rateLimitExceeded", **info("RATE_LIMIT_EXCEEDED", quota_unit="1/d/{project}")),
        error(429, "rateLimitExceeded", **info("RATE_LIMIT_EXCEEDED", quota_limit="defaultSearchListPerDayPerProject")),
    ],
)
def test_a_quota_of_the_day_waits_for_midnight_in_california(body: Any) -> None:
    told = judge(answer(body["error"]["code"], body))
    assert isinstance(told, SourceBusy)
    assert told.wait
    assert abs(told.wait - until_midnight(datetime.now(UTC))) < timedelta(seconds=5)


@pytest.mark.parametrize(
    "body", [error(403, "userRateLimitExceeded"), error(429, "x", status="RESOURCE_EXHAUSTED"), {}]
)
def test_too_many_calls_in_a_minute_wait_for_minutes(body: Any) -> None:
    told = judge(answer(429, body))
    assert isinstance(told, SourceBusy)
    assert told.wait == timedelta(minutes=2)


@pytest.mark.parametrize("body", [None, [], "x", {"error": "x"}, {"error": {"errors": "x", "details": [1, None]}}])
def test_what_google_does_not_explain_is_left_to_the_status(body: Any) -> None:
    assert judge(answer(403, body)) is None
    assert judge(answer(200, error(403, "quotaExceeded"))) is None
