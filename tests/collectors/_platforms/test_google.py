"""What all of Google's interfaces share: tokens signed or exchanged, errors, and a day that ends in California."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from collectors._platforms.google import consented_token, service_token, until_midnight
from collectors.base import SourceError, SourceRefused

KEY = rsa.generate_private_key(65537, 2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
GIVEN = {"client_id": "c", "client_secret": "shh", "refresh_token": "1//r"}


def account(**more: str) -> SecretStr:
    return SecretStr(json.dumps({"client_email": "vigie@nowhere.example", "private_key": PEM, **more}))


def test_a_service_account_signs_for_the_address_of_tokens_that_was_set_up_and_for_no_other(
    site: Any, http: httpx2.Client
) -> None:
    url = site.says("/token", '{"access_token": "t"}')
    file = account(token_uri="https://evil.example/token", private_key_id="k1")
    assert service_token(http, file, url, "scope") == "t"
    (sent,) = parse_qs(site.sent[-1].decode())["assertion"]
    claims = jwt.decode(sent, KEY.public_key(), algorithms=["RS256"], audience=url)
    assert (claims["iss"], claims["scope"]) == ("vigie@nowhere.example", "scope")
    assert claims["exp"] - claims["iat"] <= 3600
    assert jwt.get_unverified_header(sent)["kid"] == "k1"


@pytest.mark.parametrize(
    "text",
    ["", "not json", "[]", "{}", '{"client_email": "a@b", "private_key": "x"}', '{"client_email": "a@b.example"}'],
)
def test_what_is_no_file_of_an_account_is_told_without_being_shown(http: httpx2.Client, text: str) -> None:
    with pytest.raises(SourceRefused, match="JSON file of a service account"):
        service_token(http, SecretStr(text), "http://127.0.0.1:1/token", "scope")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("Invalid JWT Signature.", "key of the service account was deleted"),
        ("Invalid grant: account not found", "account was deleted"),
        ("Invalid JWT: Token must be a short-lived token in a reasonable timeframe", "clock of this server"),
        ("", "does not accept this service account"),
    ],
)
def test_each_refusal_of_a_service_account_says_what_to_do(
    site: Any, http: httpx2.Client, said: str, sentence: str
) -> None:
    url = site.says("/token", json.dumps({"error": "invalid_grant", "error_description": said}), status=400)
    with pytest.raises(SourceRefused, match=sentence):
        service_token(http, account(), url, "scope")


@pytest.mark.parametrize(
    ("error", "said", "sentence"),
    [
        ("invalid_grant", "Token has been expired or revoked.", "was withdrawn"),
        ("invalid_client", "The OAuth client was not found.", "check its id"),
        ("invalid_grant", "Bad Request", "paste the new one"),
    ],
)
def test_each_refusal_of_a_consent_says_what_to_do(
    site: Any, http: httpx2.Client, error: str, said: str, sentence: str
) -> None:
    url = site.says("/token", json.dumps({"error": error, "error_description": said}), status=400)
    with pytest.raises(SourceRefused, match=sentence) as refused:
        consented_token(http, GIVEN, url)
    assert "shh" not in str(refused.value)


def test_a_token_that_is_none_is_an_error(site: Any, http: httpx2.Client) -> None:
    with pytest.raises(SourceError):
        consented_token(http, GIVEN, site.says("/token", '{"access_token": ""}'))


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("2026-01-15T07:59:00+00:00", timedelta(minutes=1)),
        ("2026-01-15T08:00:00+00:00", timedelta(hours=24)),
        ("2026-07-15T06:30:00+00:00", timedelta(minutes=30)),
        ("2026-03-08T08:00:00+00:00", timedelta(hours=23)),
        ("2026-11-01T07:00:00+00:00", timedelta(hours=25)),
    ],
)
def test_midnight_is_that_of_california_in_winter_in_summer_and_when_the_clocks_change(
    now: str, left: timedelta
) -> None:
    assert until_midnight(datetime.fromisoformat(now)) == left
