"""A fresh access token for a refresh token, the same everywhere (RFC 6749, 6)."""

from __future__ import annotations

from typing import Any

import httpx2

from collectors._kit.answers import Part, Text, read
from collectors._kit.fetch import fetch, host_of
from collectors.base import SourceError, SourceRefused


class Granted(Part):
    """The part of the answer that is used."""

    access_token: str
    token_type: Text = ""


def refreshed(http: httpx2.Client, token_url: str, client_id: str, client_secret: str, refresh_token: str) -> str:
    """An access token. Raises SourceRefused when the authorization was withdrawn, or the application is unknown."""
    form = {"grant_type": "refresh_token", "client_id": client_id, "refresh_token": refresh_token}
    if client_secret:
        form["client_secret"] = client_secret
    answer = fetch(http, token_url, method="POST", data=form, judge=_judge)
    return read(Granted, _json(answer), host_of(token_url)).access_token


def _judge(answer: httpx2.Response) -> SourceError | None:
    if answer.status_code not in (400, 401):
        return None
    said, host = _json(answer), host_of(str(answer.url))
    code = said.get("error") if isinstance(said, dict) else None
    if code == "invalid_grant":
        return SourceRefused("the authorization given to Vigie was withdrawn or has expired: give a new refresh token")
    if code in ("invalid_client", "unauthorized_client"):
        return SourceRefused("{host} does not know this client id and secret: check both", host=host)
    return SourceRefused("{host} refuses to renew the authorization: check what was given here", host=host)


def _json(answer: httpx2.Response) -> Any:
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return None
