"""Google's ways in, for keys, service accounts and consents; its errors; its day, which ends in California."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
from pydantic import Field, SecretStr, ValidationError
from pydantic_core import from_json

from collectors._kit.answers import Part, answer_of
from collectors._kit.fetch import fetch, host_of, retry_after
from collectors._kit.tokens import signed
from collectors.base import SourceBusy, SourceError, SourceRefused
from ground.notice import Json

ZONE = "America/Los_Angeles"
TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105  # an address
TOKEN_LIFE = timedelta(minutes=55)
BY_JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SHORT_PAUSE = timedelta(minutes=2)

DAY_IS_OVER = {"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"}
TOO_FAST = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"}
REFUSALS: tuple[tuple[frozenset[str], str], ...] = (
    (
        frozenset({"KEY_EXPIRED"}),
        "this API key has expired: make a new one in the Google Cloud console and paste it here",
    ),
    (
        frozenset({"keyInvalid", "API_KEY_INVALID", "keyExpired"}),
        "Google does not know this API key: copy it again from the Google Cloud console, in one piece",
    ),
    (
        frozenset({"accessNotConfigured", "SERVICE_DISABLED"}),
        (
            "the interface {service} is not switched on in your Google Cloud project: open «APIs & Services» there, "
            "look for it and press Enable"
        ),
    ),
    (
        frozenset(
            {
                "API_KEY_SERVICE_BLOCKED",
                "API_KEY_HTTP_REFERRER_BLOCKED",
                "API_KEY_IP_ADDRESS_BLOCKED",
                "API_KEY_ANDROID_APP_BLOCKED",
                "API_KEY_IOS_APP_BLOCKED",
                "ipRefererBlocked",
            }
        ),
        (
            "this API key is restricted to other uses: open it in the Google Cloud console and allow {service}, from "
            "this server"
        ),
    ),
    (
        frozenset({"BILLING_DISABLED"}),
        "Google asks for a billing account before it answers: add one to your Google Cloud project",
    ),
    (
        frozenset({"CONSUMER_SUSPENDED", "CONSUMER_INVALID"}),
        "the Google Cloud project of this key is suspended or deleted: make a key in another project",
    ),
    (
        frozenset({"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions"}),
        "the consent given to Vigie does not cover this: give it again with the right that the steps name",
    ),
    (
        frozenset({"UNAUTHENTICATED", "authError", "CREDENTIALS_MISSING"}),
        "Google does not accept this access any more: check the key or the consent, and paste it again",
    ),
)
NOT_AN_ACCOUNT = (
    "this is not the JSON file of a service account: in the Google Cloud console, open the account, «Keys», «Add key», "
    "JSON, and paste the whole file"
)
ACCOUNT_REFUSALS = (
    ("signature", "this key of the service account was deleted: make a new one and paste the whole file"),
    ("account not found", "this service account was deleted: make another and paste its file"),
    ("timeframe", "the clock of this server is wrong, so Google refuses what it signs: set it"),
    ("", "Google does not accept this service account: make a new key and paste the whole file"),
)
CONSENT_REFUSALS = (
    ("expired or revoked", "the consent was withdrawn or has run out: give it again and paste the new refresh token"),
    ("client", "Google does not know this client: check its id and its secret"),
    ("grant", "Google does not accept this refresh token: give the consent again and paste the new one"),
)
Judge = Callable[[httpx2.Response], SourceError | None]


class Account(Part):
    """The part of a service account's file that is read. Where it says to ask for tokens is not followed."""

    client_email: str = Field(min_length=3)
    private_key: str = Field(min_length=50)
    private_key_id: str = ""


class Token(Part):
    access_token: str = Field(min_length=1)


def service_token(http: httpx2.Client, file: SecretStr, token_url: str, scope: str) -> str:
    """An access token for a service account, kept by nobody: it is asked for anew by each run. Raises SourceError."""
    try:
        account = Account.model_validate(from_json(file.get_secret_value()))
    except (ValueError, ValidationError, RecursionError):
        raise SourceRefused(NOT_AN_ACCOUNT) from None
    now = int(datetime.now(UTC).timestamp())
    claims: dict[str, Json] = {"iss": account.client_email, "scope": scope, "aud": token_url, "iat": now}
    claims["exp"] = now + int(TOKEN_LIFE.total_seconds())
    assertion = signed(claims, account.private_key, "RS256", account.private_key_id, NOT_AN_ACCOUNT)
    return _token(http, token_url, {"grant_type": BY_JWT, "assertion": assertion}, _no_account)


def consented_token(http: httpx2.Client, given: dict[str, str], token_url: str) -> str:
    """An access token for `client_id`, `client_secret` and `refresh_token`. Raises SourceError."""
    return _token(http, token_url, {"grant_type": "refresh_token", **given}, _no_consent)


def _token(http: httpx2.Client, token_url: str, form: dict[str, str], judge: Judge) -> str:
    return answer_of(Token, fetch(http, token_url, method="POST", data=form, judge=judge)).access_token


def _no_account(answer: httpx2.Response) -> SourceError | None:
    return _no_token(answer, ACCOUNT_REFUSALS)


def _no_consent(answer: httpx2.Response) -> SourceError | None:
    return _no_token(answer, CONSENT_REFUSALS)


def _no_token(answer: httpx2.Response, refusals: tuple[tuple[str, str], ...]) -> SourceError | None:
    """Errors are `{"error", "error_description"}`, the second in English."""
    if answer.status_code not in (400, 401, 403):
        return None
    body = _body(answer)
    said = f"{body.get('error', '')} {body.get('error_description', '')}".lower()
    found = next((sentence for sign, sentence in refusals if sign in said), None)
    return SourceRefused(found) if found else None


def judge(answer: httpx2.Response) -> SourceError | None:
    """What an error of one of Google's interfaces means; None when it says nothing of its own."""
    if answer.status_code < 400:
        return None
    error = _body(answer).get("error")
    error = error if isinstance(error, dict) else {}
    names, now = set(_names(error)), datetime.now(UTC)
    if names & DAY_IS_OVER or (names & TOO_FAST and _per_day(error)):
        return SourceBusy(
            "the daily quota of this Google key is used up: it starts anew at midnight in California",
            wait=until_midnight(now),
        )
    if names & TOO_FAST or answer.status_code == 429:
        wait = retry_after(answer.headers.get("retry-after"), now) or SHORT_PAUSE
        return SourceBusy("{host} asks us to read less often (429)", wait=wait, host=host_of(str(answer.url)))
    sentence = next((sentence for known, sentence in REFUSALS if names & known), None)
    return SourceRefused(sentence, service=_service(error, answer)) if sentence else None


def reasons(answer: httpx2.Response) -> set[str]:
    """The names that Google gives to what went wrong."""
    error = _body(answer).get("error")
    return set(_names(error)) if isinstance(error, dict) else set()


def quota_is_zero(answer: httpx2.Response) -> bool:
    """Whether no call at all is allowed: so Google answers projects that it has not granted an interface."""
    error = _body(answer).get("error")
    return isinstance(error, dict) and str(_metadata(error).get("quota_limit_value", "")) == "0"


def until_midnight(now: datetime) -> timedelta:
    """The time left until Google's quotas of a day start anew."""
    local = now.astimezone(ZoneInfo(ZONE))
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone(UTC) - now


def _names(error: dict[str, Any]) -> Iterator[str]:
    for part in _parts(error):
        yield from (value for name in ("reason", "status") if isinstance(value := part.get(name), str))
    message = str(error.get("message", "")).lower()
    if "api key expired" in message:
        yield "KEY_EXPIRED"
    if "api key not valid" in message:
        yield "API_KEY_INVALID"


def _parts(error: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield error
    for name in ("errors", "details"):
        listed = error.get(name)
        yield from (part for part in listed if isinstance(part, dict)) if isinstance(listed, list) else ()


def _metadata(error: dict[str, Any]) -> dict[str, Any]:
    found = [part["metadata"] for part in _parts(error) if isinstance(part.get("metadata"), dict)]
    return {name: value for metadata in found for name, value in metadata.items()}


def _per_day(error: dict[str, Any]) -> bool:
    metadata = _metadata(error)
    return any("/d/" in str(value) or "perday" in str(value).lower() for value in metadata.values())


def _service(error: dict[str, Any], answer: httpx2.Response) -> str:
    return str(_metadata(error).get("service") or host_of(str(answer.url)))[:100]


def _body(answer: httpx2.Response) -> dict[str, Any]:
    try:
        body = from_json(answer.content)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
