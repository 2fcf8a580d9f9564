"""Exchanges a refresh token for an access token, by the standard (RFC 6749, 6)."""

from __future__ import annotations

import httpx2

from collectors._kit.answers import Part, Text, read
from collectors._kit.fetch import fetch, host_of
from collectors._kit.refusals import Refusal, Refusals, any_body
from collectors.base import SourceRefused

REFUSALS = Refusals(
    (
        Refusal(
            SourceRefused,
            "the authorization given to Vigie was withdrawn or has expired: give a new refresh token",
            status={400, 401},
            codes={"invalid_grant"},
        ),
        Refusal(
            SourceRefused,
            "{host} does not know this client id and secret: check both",
            status={400, 401},
            codes={"invalid_client", "unauthorized_client"},
        ),
        Refusal(
            SourceRefused,
            "{host} refuses to renew the authorization: check what you entered here",
            status={400, 401},
        ),
    ),
    codes=("error",),
)


class TokenAnswer(Part):
    """The part of the answer that we use."""

    access_token: str
    token_type: Text = ""


def refresh_access(http: httpx2.Client, token_url: str, client_id: str, client_secret: str, refresh_token: str) -> str:
    """An access token. Raises SourceRefused when the authorization was withdrawn, or the application is unknown."""
    form = {"grant_type": "refresh_token", "client_id": client_id, "refresh_token": refresh_token}
    if client_secret:
        form["client_secret"] = client_secret
    answer = fetch(http, token_url, method="POST", data=form, refusals=REFUSALS)
    return read(TokenAnswer, any_body(answer), host_of(token_url)).access_token
