"""Reddit's API: the token of a run, its limits, and what its refusals mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import httpx2
from pydantic import Field
from pydantic_core import from_json

from collectors._kit.answers import Part, Text, answer_of
from collectors._kit.fetch import fetch, host_of, retry_after
from collectors._kit.limits import until_reset, used_up
from collectors._kit.walk import Leg, walk
from collectors.base import SourceBusy, SourceError, SourceRefused

SHEET = 100
MOST_SHEETS = 10  # Reddit gives about 1,000 entries of a listing, whatever is asked
TOKEN_PAUSE = timedelta(minutes=10)  # its limits are counted over ten minutes

CLOSED = {
    "private": "r/{name} is private: only its members may read it. Remove the source, or ask its moderators",
    "quarantined": "Reddit has put r/{name} in quarantine and does not show it to applications: remove the source",
    "gated": "Reddit shows r/{name} only to people who confirmed that they want to see it: remove the source",
    "banned": "Reddit has banned r/{name}: there is nothing to read any more. Remove the source",
    "employees_only": "only Reddit's own staff may read r/{name}: remove the source",
    "gold_only": "only paying members of Reddit may read r/{name}: remove the source",
    "premium_only": "only paying members of Reddit may read r/{name}: remove the source",
}


class Token(Part):
    access_token: str = Field(min_length=1)


class Listed(Part):
    children: Annotated[list[Any], Field(max_length=2_000)]
    after: Text = ""


class Listing(Part):
    data: Listed


class Reddit:
    """One run's questions. Its token is asked for once and kept in memory. `pause` is set when no more may be asked."""

    def __init__(self, http: httpx2.Client, base: str, login: str, client: tuple[str, str]) -> None:
        self._http, self._base, self._login, self._client = http, base, login, client
        self._token = ""
        self.host = host_of(base)
        self.pause: timedelta | None = None

    def listing(self, path: str, params: Mapping[str, str | int]) -> Listed:
        """One page of a listing. Raises SourceError."""
        answer = fetch(
            self._http,
            f"{self._base}{path}",
            headers={"Authorization": f"Bearer {self._token or self._log_in()}"},
            params={**params, "raw_json": 1, "limit": SHEET},
            judge=lambda given: judge(given, path),
        )
        self.pause = used_up(answer.headers, datetime.now(UTC), least=2) or self.pause
        return answer_of(Listing, answer).data

    def sheets(self, path: str, params: Mapping[str, str | int], start: str = "") -> Iterator[Leg[list[Any], str]]:
        """The entries of a listing, newest first, page by page, as far as Reddit's limit allows.

        Reddit ends a listing after about 1,000 entries as if nothing followed: that is told as `capped`.
        """

        def ask(after: str | None) -> tuple[list[Any], str | None]:
            page = self.listing(path, {**params, **({"after": after} if after else {})})
            return page.children, page.after if page.children else None

        count = 0
        for leg in walk(ask, start or None, most=MOST_SHEETS):
            count += len(leg.answer)
            cut = leg.ended and count >= SHEET * (MOST_SHEETS - 1)
            yield replace(leg, ended=False, capped=True) if cut else leg
            if self.pause is not None:
                return

    def _log_in(self) -> str:
        answer = fetch(
            self._http,
            f"{self._login}/api/v1/access_token",
            method="POST",
            data={"grant_type": "client_credentials"},
            auth=self._client,
            judge=_judge_login,
        )
        self._token = answer_of(Token, answer).access_token
        return self._token


def judge(answer: httpx2.Response, path: str) -> SourceError | None:
    """What a refusal means for this listing; None where the general sentence will do."""
    name = path.split("/")[2] if path.startswith("/r/") else ""
    status = answer.status_code
    if answer.history and answer.is_success and name and f"/r/{name}/".lower() not in f"{answer.url.path}/".lower():
        return _no_such(name)
    if status == 401:
        return SourceRefused("Reddit does not accept its own token any more (401): check that the app still exists")
    if status == 403 or (status == 404 and name):
        reason = _reason(answer)
        if name and reason in CLOSED:
            return SourceRefused(CLOSED[reason], name=name)
        return _no_such(name) if status == 404 else _forbidden(name)
    return _busy(answer) if status == 429 else None


def _forbidden(name: str) -> SourceRefused:
    if name:
        return SourceRefused(
            "Reddit does not let this app read r/{name} (403): check that it is public, and that the app is approved",
            name=name,
        )
    return SourceRefused("Reddit does not let this app search (403): check that Reddit has approved it")


def _no_such(name: str) -> SourceRefused:
    return SourceRefused("there is no r/{name} on Reddit (any more): check its name", name=name)


def _judge_login(answer: httpx2.Response) -> SourceError | None:
    if answer.status_code == 429:
        return _busy(answer)
    if answer.status_code in (400, 401, 403):
        return SourceRefused(
            "Reddit refuses the client id or the secret ({status}): copy both again from the app, or see whether it "
            "was revoked",
            status=answer.status_code,
        )
    told = _object(answer) if answer.is_success else {}
    if "error" in told and "access_token" not in told:
        return SourceRefused("Reddit gives no token for this app: it has to be of the type «script» or «web app»")
    return None


def _busy(answer: httpx2.Response) -> SourceBusy:
    now = datetime.now(UTC)
    wait = retry_after(answer.headers.get("retry-after"), now) or until_reset(answer.headers, now)
    return SourceBusy(
        "{host} asks us to read less often (429)", wait=wait or TOKEN_PAUSE, host=host_of(str(answer.url))
    )


def _reason(answer: httpx2.Response) -> str:
    reason = _object(answer).get("reason")
    return reason.lower() if isinstance(reason, str) else ""


def _object(answer: httpx2.Response) -> dict[str, Any]:
    try:
        value = from_json(answer.content)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
