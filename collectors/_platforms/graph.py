"""Meta's Graph API, which Facebook, Instagram and Threads share: asking, paging, limits, and what its errors mean.

The token travels in a header only. Of `paging` the cursor alone is taken: `paging.next` is an address with the token
in it. What Meta writes in an error is not repeated, since it may quote the token.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

import httpx2
from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import from_json

from collectors._kit.answers import Part, Text, answer_of
from collectors._kit.fetch import fetch, host_of, retry_after
from collectors._kit.walk import Leg, walk
from collectors.base import SourceBusy, SourceChanged, SourceError, SourceRefused, Spend

M = TypeVar("M", bound=BaseModel)

MOST_SHEETS = 10
FULL = 95  # per cent of what may be asked: at 100 the next call is refused, and counts all the same
WITHOUT_ESTIMATE = timedelta(minutes=30)  # the window is an hour that slides
LONGEST = timedelta(hours=24)
PERMISSION = re.compile(
    r"\b(?:pages|instagram|threads|business|public)_[a-z_]{3,60}|\b(?:Pages?|Instagram) Public \w+ Access", re.ASCII
)

TOKEN = {
    458: "the account has removed the app: connect it again, and paste the new access token here",
    459: "Meta wants the owner of the account to log in and confirm something: do so in a browser, then try again",
    460: "the password of the account was changed, which ended the access token: create a new one and paste it here",
    463: "the access token has expired: create a new one (a long-lived one) and paste it here",
    464: "Meta wants the owner of the account to log in and confirm something: do so in a browser, then try again",
    467: "the access token was withdrawn: create a new one and paste it here",
}


class Withdrawn(SourceChanged):
    """Meta does not give this any more, in the version asked for (error 12)."""


class TokenRefused(SourceRefused):
    """Nothing can be read with this access token any more (errors 102 and 190)."""


class NotUsed(SourceRefused):
    """A hashtag that does not exist (error 24)."""


def _dict(value: object) -> object:
    return value if isinstance(value, dict) else {}


class Cursors(Part):
    after: Text = ""


class Paging(Part):
    cursors: Annotated[Cursors, BeforeValidator(_dict)] = Cursors()
    next: Text = ""


class Data(Part):
    """A page of a listing."""

    data: Annotated[list[Any], Field(max_length=1_000)]
    paging: Annotated[Paging, BeforeValidator(_dict)] = Paging()


class Graph:
    """One run's questions. `pause` is set once Meta's limit is nearly reached: ask no more then."""

    def __init__(self, http: httpx2.Client, base: str, token: str) -> None:
        self._http, self._base = http, base
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self.host = host_of(base)
        self.pause: timedelta | None = None

    def read(self, model: type[M], path: str, params: Mapping[str, str | int], spend: Spend | None = None) -> M:
        """What is at a path, as the model promises it. Raises SourceError."""
        url = f"{self._base}/{quote(path, safe='/')}"
        answer = fetch(self._http, url, headers=self._headers, params=params, judge=judge, spend=spend)
        self.pause = max(filter(None, (self.pause, nearly_full(answer.headers))), default=None)
        return answer_of(model, answer)

    def sheets(
        self,
        path: str,
        params: Mapping[str, str | int],
        most: int = MOST_SHEETS,
        told: bool = True,
        spend: Spend | None = None,
    ) -> Iterator[Leg[list[Any], str]]:
        """The items of a listing, page by page, as far as Meta's limit allows.

        `told` where Meta says with `next` that more follows; else a cursor says so. Raises SourceError.
        """

        def ask(after: str | None) -> tuple[list[Any], str | None]:
            page = self.read(Data, path, {**params, **({"after": after} if after else {})}, spend)
            more = page.data and (page.paging.next or not told)
            return page.data, page.paging.cursors.after if more else None

        for leg in walk(ask, most=most):
            yield leg
            if self.pause is not None:
                return


def judge(answer: httpx2.Response) -> SourceError | None:
    """What an error of the Graph API means, and what to do about it; None where there is none."""
    error = _error_of(answer)
    if error is None:
        return None
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    said = error.get("message")
    return _judged(code, subcode, said if isinstance(said, str) else "", answer)


def nearly_full(headers: Mapping[str, str]) -> timedelta | None:
    """The pause that an answer asks for, also one that was given: when next to nothing more may be asked."""
    wait, most = _usage(headers)
    return wait or (WITHOUT_ESTIMATE if most >= FULL else None)


def _judged(code: int, subcode: int, said: str, answer: httpx2.Response) -> SourceError:
    host = host_of(str(answer.url))
    if code in (4, 17, 32, 341, 613) or 80000 <= code <= 80014:
        wait = _usage(answer.headers)[0] or retry_after(answer.headers.get("retry-after"), datetime.now(UTC))
        return SourceBusy("{host} has been asked too often and wants a pause", wait=wait or WITHOUT_ESTIMATE, host=host)
    if code == 18:
        return SourceBusy("Meta allows 30 different hashtags in 7 days, and they are used up", wait=LONGEST)
    if told := _not_allowed(code, subcode, said) or _not_there(code, said, host):
        return told
    if answer.status_code >= 500 or code in (1, 2):
        return SourceError(
            "{host} has a problem of its own ({status}); the next reading is automatic",
            host=host,
            status=answer.status_code,
        )
    return SourceError("{host} refused the request with its error {code}", host=host, code=code)


def _not_allowed(code: int, subcode: int, said: str) -> SourceError | None:
    if code in (102, 190):
        return TokenRefused(
            TOKEN.get(subcode, "the access token is not accepted: copy it again, whole, from where you created it")
        )
    if code in (3, 10) or 200 <= code <= 299 or (code == 100 and "Public" in said and PERMISSION.search(said)):
        return _permission(said)
    if code == 368:
        return SourceRefused(
            "Meta has blocked this account for a while, for breaking its rules: open it in a browser to see why"
        )
    return None


def _not_there(code: int, said: str, host: str) -> SourceError | None:
    if code == 12:
        return Withdrawn("{host} does not give this any more in this version: choose another one", host=host)
    if code == 24:
        return NotUsed("nobody has used this hashtag yet")
    if code == 100 and ("field" in said or "aram" in said):
        return SourceChanged(
            "{host} does not know what is asked for any more (100). Update Vigie, or report it", host=host
        )
    if code == 100 and "appsecret_proof" in said:
        return SourceRefused(
            "Meta wants each request proved with the app secret: in the app, «Settings», «Advanced», switch «Require "
            "App Secret» off"
        )
    if code in (100, 110, 803):
        return SourceRefused("there is no such page or account, or the access token may not see it: check its id")
    return None


def _permission(said: str) -> SourceRefused:
    named = PERMISSION.search(said)
    if named is None:
        return SourceRefused(
            "the access token lacks a permission for this: create it again with all those of the steps"
        )
    return SourceRefused(
        "the permission «{permission}» is missing: have it approved for the app, and create the access token again",
        permission=named[0],
    )


def _error_of(answer: httpx2.Response) -> dict[str, Any] | None:
    if answer.is_success and b'"error"' not in answer.content[:40]:
        return None
    try:
        value = from_json(answer.content)
    except (ValueError, RecursionError):
        return None
    error = value.get("error") if isinstance(value, dict) else None
    return error if isinstance(error, dict) else None


def _usage(headers: Mapping[str, str]) -> tuple[timedelta | None, float]:
    """The pause Meta estimates, and the fullest of what it counts, in per cent."""
    waits, shares = [0.0], [0.0]
    for name in ("x-app-usage", "x-page-usage", "x-business-use-case-usage"):
        for counted in _counted(headers.get(name, "")):
            waits.append(_float(counted.get("estimated_time_to_regain_access")))
            shares += [_float(counted.get(key)) for key in ("call_count", "total_cputime", "total_time")]
    wait = min(timedelta(minutes=min(max(waits), 10_000)), LONGEST)
    return wait or None, max(shares)


def _counted(text: str) -> Iterator[dict[str, Any]]:
    """The counts of a header: `{…}` for an app or a page, `{"<id>": [{…}, …]}` for business use cases."""
    try:
        value = from_json(text)
    except (ValueError, RecursionError):
        return
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from (one for one in inner if isinstance(one, dict)) if isinstance(inner, list) else ()


def _float(value: object) -> float:
    try:
        number = float(value) if isinstance(value, int | float | str) else 0.0
    except (ValueError, OverflowError):
        return 0.0
    return number if abs(number) < 1e9 else 0.0


def _number(value: object) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def counted(counts: dict[str, int | None]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count is not None}
