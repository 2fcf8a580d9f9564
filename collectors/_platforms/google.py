"""Google's access tokens, for service accounts and consents; and the time left of its day, which ends in California."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx2
from pydantic import Field, SecretStr, ValidationError
from pydantic_core import from_json

from collectors._kit.answers import Part, answer_of
from collectors._kit.fetch import fetch
from collectors._kit.refusals import Refusal, Refusals
from collectors._kit.tokens import sign
from collectors.base import SourceRefused
from ground.notice import Json

ZONE = "America/Los_Angeles"
TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105  # an address
TOKEN_LIFE = timedelta(minutes=55)
BY_JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"

NOT_AN_ACCOUNT = (
    "this is not the JSON file of a service account: in the Google Cloud console, open the account, «Keys», «Add key», "
    "JSON, and paste the whole file"
)


NO_TOKEN = {400, 401, 403}
ACCOUNT_REFUSALS = Refusals(
    (
        Refusal(
            SourceRefused,
            "this key of the service account was deleted: make a new one and paste the whole file",
            status=NO_TOKEN,
            phrase="signature",
        ),
        Refusal(
            SourceRefused,
            "this service account was deleted: make another and paste its file",
            status=NO_TOKEN,
            phrase="account not found",
        ),
        Refusal(
            SourceRefused,
            "the clock of this server is wrong, so Google refuses what it signs: set the clock",
            status=NO_TOKEN,
            phrase="timeframe",
        ),
        Refusal(
            SourceRefused,
            "Google does not accept this service account: make a new key and paste the whole file",
            status=NO_TOKEN,
        ),
    ),
    words=("error", "error_description"),
)
CONSENT_REFUSALS = Refusals(
    (
        Refusal(
            SourceRefused,
            "the consent was withdrawn or has expired: give it again and paste the new refresh token",
            status=NO_TOKEN,
            phrase="expired or revoked",
        ),
        Refusal(
            SourceRefused,
            "Google does not know this client: check its id and its secret",
            status=NO_TOKEN,
            phrase="client",
        ),
        Refusal(
            SourceRefused,
            "Google does not accept this refresh token: give the consent again and paste the new one",
            status=NO_TOKEN,
            phrase="grant",
        ),
    ),
    words=("error", "error_description"),
)
"""The address of tokens answers errors as `{"error", "error_description"}`, the second in English."""


class ServiceAccount(Part):
    """The part of a service account's file that we read. We ignore the address of tokens that it names."""

    client_email: str = Field(min_length=3)
    private_key: str = Field(min_length=50)
    private_key_id: str = ""


class Token(Part):
    access_token: str = Field(min_length=1)


def service_token(http: httpx2.Client, file: SecretStr, token_url: str, scope: str) -> str:
    """An access token for a service account. It is never stored: each run asks for a new one. Raises SourceError."""
    try:
        account = ServiceAccount.model_validate(from_json(file.get_secret_value()))
    except (ValueError, ValidationError, RecursionError):
        raise SourceRefused(NOT_AN_ACCOUNT) from None
    now = int(datetime.now(UTC).timestamp())
    claims: dict[str, Json] = {"iss": account.client_email, "scope": scope, "aud": token_url, "iat": now}
    claims["exp"] = now + int(TOKEN_LIFE.total_seconds())
    assertion = sign(claims, account.private_key, "RS256", account.private_key_id, NOT_AN_ACCOUNT)
    return _token(http, token_url, {"grant_type": BY_JWT, "assertion": assertion}, ACCOUNT_REFUSALS)


def consented_token(http: httpx2.Client, consent: dict[str, str], token_url: str) -> str:
    """An access token for `client_id`, `client_secret` and `refresh_token`. Raises SourceError."""
    return _token(http, token_url, {"grant_type": "refresh_token", **consent}, CONSENT_REFUSALS)


def _token(http: httpx2.Client, token_url: str, form: dict[str, str], refusals: Refusals) -> str:
    return answer_of(Token, fetch(http, token_url, method="POST", data=form, refusals=refusals)).access_token


def until_midnight(now: datetime) -> timedelta:
    """The time left until Google's daily quotas start anew."""
    local = now.astimezone(ZoneInfo(ZONE))
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone(UTC) - now
