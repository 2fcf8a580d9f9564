"""What the errors of Google's APIs mean: of YouTube, Google Play, Google Maps and its business profiles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from collectors._kit.refusals import Complaint, Refusal, Refusals, pause_or, values_at
from collectors.base import SourceBusy, SourceRefused
from ground.notice import Json

from .google import until_midnight

SHORT_PAUSE = timedelta(minutes=2)


def quota_is_zero(complaint: Complaint) -> bool:
    """Whether no call at all is allowed: Google sends quota 0 to projects without access to the API."""
    return str(_metadata(complaint).get("quota_limit_value", "")) == "0"


def _until_midnight(complaint: Complaint) -> timedelta:
    return until_midnight(complaint.now)


def _counts_by_day(complaint: Complaint) -> bool:
    values = [str(value).lower() for value in _metadata(complaint).values()]
    return any("/d/" in value or "perday" in value for value in values)


def _service(complaint: Complaint) -> Mapping[str, Json]:
    """The API that was asked, by the name that Google gives it."""
    return {"service": str(_metadata(complaint).get("service") or complaint.host)[:100]}


def _metadata(complaint: Complaint) -> dict[str, Json]:
    """The metadata of all parts of an error, as one."""
    places = ("error.metadata", "error.errors.*.metadata", "error.details.*.metadata")
    values = [value for place in places for value in values_at(complaint.body, place)]
    return {name: value for metadata in values if isinstance(metadata, dict) for name, value in metadata.items()}


DAY_IS_OVER = "the daily quota of this Google key is used up: it resets at midnight in California"
TOO_FAST = "{host} asks us to read less often (429)"
KEY_EXPIRED = "this API key has expired: make a new one in the Google Cloud console and paste it here"
KEY_UNKNOWN = "Google does not know this API key: copy it again from the Google Cloud console, in one piece"
RATES = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"}
GOOGLE = Refusals(
    (
        Refusal(
            SourceBusy,
            DAY_IS_OVER,
            codes={"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"},
            wait=_until_midnight,
        ),
        Refusal(SourceBusy, DAY_IS_OVER, codes=RATES, when=_counts_by_day, wait=_until_midnight),
        Refusal(SourceBusy, TOO_FAST, codes=RATES, wait=pause_or(SHORT_PAUSE)),
        Refusal(SourceBusy, TOO_FAST, status={429}, wait=pause_or(SHORT_PAUSE)),
        Refusal(SourceRefused, KEY_EXPIRED, codes={"KEY_EXPIRED"}),
        Refusal(SourceRefused, KEY_EXPIRED, phrase="api key expired"),
        Refusal(SourceRefused, KEY_UNKNOWN, codes={"keyInvalid", "API_KEY_INVALID", "keyExpired"}),
        Refusal(SourceRefused, KEY_UNKNOWN, phrase="api key not valid"),
        Refusal(
            SourceRefused,
            "the interface {service} is not switched on in your Google Cloud project: open «APIs & Services» there, "
            "look for it and press Enable",
            codes={"accessNotConfigured", "SERVICE_DISABLED"},
        ),
        Refusal(
            SourceRefused,
            "this API key is restricted to other uses: open it in the Google Cloud console and allow {service}, from "
            "this server",
            codes={
                "API_KEY_SERVICE_BLOCKED",
                "API_KEY_HTTP_REFERRER_BLOCKED",
                "API_KEY_IP_ADDRESS_BLOCKED",
                "API_KEY_ANDROID_APP_BLOCKED",
                "API_KEY_IOS_APP_BLOCKED",
                "ipRefererBlocked",
            },
        ),
        Refusal(
            SourceRefused,
            "Google asks for a billing account before it answers: add one to your Google Cloud project",
            codes={"BILLING_DISABLED"},
        ),
        Refusal(
            SourceRefused,
            "the Google Cloud project of this key is suspended or deleted: make a key in another project",
            codes={"CONSUMER_SUSPENDED", "CONSUMER_INVALID"},
        ),
        Refusal(
            SourceRefused,
            "the consent given to Vigie does not cover this: give it again with the right that the steps name",
            codes={"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions"},
        ),
        Refusal(
            SourceRefused,
            "Google no longer accepts this access: check the key or the consent, and paste it again",
            codes={"UNAUTHENTICATED", "authError", "CREDENTIALS_MISSING"},
        ),
    ),
    codes=tuple(f"error.{part}{name}" for part in ("", "errors.*.", "details.*.") for name in ("reason", "status")),
    words=("error.message",),
    facts=_service,
)
"""For errors of any of Google's APIs. Where no row fits, `fetch` decides by the status."""
