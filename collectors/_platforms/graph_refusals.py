"""What the errors of Meta's Graph API mean, and what its headers say about its limits.

Our sentences never repeat what Meta writes in an error, since it may quote the token.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import httpx2
from pydantic_core import from_json

from collectors._kit.limits import LONGEST_WAIT, retry_after
from collectors._kit.refusals import SERVER_ERRORS, Complaint, Refusal, Refusals, any_body, codes_at
from collectors.base import SourceBusy, SourceChanged, SourceError, SourceRefused
from ground.notice import Json

FULL = 95  # per cent of what may be asked: at 100 the next call is refused, and counts all the same
WITHOUT_ESTIMATE = timedelta(minutes=30)  # the window is an hour that slides
PERMISSION = (
    r"(?a-i:\b(?:pages|instagram|threads|business|public)_[a-z_]{3,60}|\b(?:Pages?|Instagram) Public \w+ Access)"
)


class NoLongerOffered(SourceChanged):
    """The version of the API that we use no longer offers this (error 12)."""


class TokenRefused(SourceRefused):
    """Meta no longer accepts this access token (errors 102 and 190)."""


class UnusedHashtag(SourceRefused):
    """Nobody has used the hashtag yet (error 24)."""


def nearly_full(headers: Mapping[str, str]) -> timedelta | None:
    """The pause to make before the next call, once the limit is nearly reached; None before that."""
    wait, most = _usage(headers)
    return wait or (WITHOUT_ESTIMATE if most >= FULL else None)


def _error(answer: httpx2.Response) -> Json:
    """The error of an answer: Meta also writes some with status 200."""
    if answer.is_success and b'"error"' not in answer.content[:40]:
        return None
    body = any_body(answer)
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else None


def _is_error(complaint: Complaint) -> bool:
    return complaint.body is not None


def _subcode_is(number: int) -> Callable[[Complaint], bool]:
    return lambda complaint: number in codes_at(complaint.body, ("error_subcode",))


def _mentions_public(complaint: Complaint) -> bool:
    """Whether the app lacks the permission to read what is public."""
    return "Public" in complaint.words


def _facts(complaint: Complaint) -> Mapping[str, Json]:
    """The number of the error, 0 when it has none, and the permission that its message names."""
    number = next((code for code in complaint.codes if isinstance(code, int) and code > 0), 0)
    match = re.search(PERMISSION, complaint.words)
    return {"code": number, "permission": match[0] if match else ""}


def _wait(complaint: Complaint) -> timedelta:
    estimate = _usage(complaint.headers)[0]
    return estimate or retry_after(complaint.headers.get("retry-after"), complaint.now) or WITHOUT_ESTIMATE


def _usage(headers: Mapping[str, str]) -> tuple[timedelta | None, float]:
    """The pause that Meta estimates, and the highest of its counts, in per cent of the limit."""
    waits, shares = [0.0], [0.0]
    for name in ("x-app-usage", "x-page-usage", "x-business-use-case-usage"):
        for counts in _counts(headers.get(name, "")):
            waits.append(_float(counts.get("estimated_time_to_regain_access")))
            shares += [_float(counts.get(key)) for key in ("call_count", "total_cputime", "total_time")]
    wait = min(timedelta(minutes=min(max(waits), 10_000)), LONGEST_WAIT)
    return wait or None, max(shares)


def _counts(text: str) -> Iterator[dict[str, Any]]:
    """The counts of a header: `{…}` for an app or a page, `{"<id>": [{…}, …]}` for business use cases."""
    try:
        value = from_json(text)
    except (ValueError, RecursionError):
        return
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from (part for part in inner if isinstance(part, dict)) if isinstance(inner, list) else ()


def _float(value: object) -> float:
    try:
        number = float(value) if isinstance(value, int | float | str) else 0.0
    except (ValueError, OverflowError):
        return 0.0
    return number if abs(number) < 1e9 else 0.0


TOO_OFTEN = {4, 17, 32, 341, 613, *range(80000, 80015)}
TOKEN = {102, 190}
NOT_PERMITTED = {3, 10, *range(200, 300)}
OWN_FAULT = "{host} has a problem of its own ({status}); the next reading is automatic"
CONFIRM = "Meta wants the owner of the account to log in and confirm something: do so in a browser, then try again"
MISSING_PERMISSION = (
    "the permission «{permission}» is missing: have it approved for the app, and create the access token again"
)
GRAPH = Refusals(
    (
        Refusal(SourceBusy, "{host} received too many requests and asks for a pause", codes=TOO_OFTEN, wait=_wait),
        Refusal(
            SourceBusy,
            "Meta allows 30 different hashtags in 7 days, and they are used up",
            codes={18},
            wait=LONGEST_WAIT,
        ),
        Refusal(
            TokenRefused,
            "the account has removed the app: connect it again, and paste the new access token here",
            codes=TOKEN,
            when=_subcode_is(458),
        ),
        Refusal(TokenRefused, CONFIRM, codes=TOKEN, when=_subcode_is(459)),
        Refusal(
            TokenRefused,
            "the password of the account was changed, which ended the access token: create a new one and paste it here",
            codes=TOKEN,
            when=_subcode_is(460),
        ),
        Refusal(
            TokenRefused,
            "the access token has expired: create a new one (a long-lived one) and paste it here",
            codes=TOKEN,
            when=_subcode_is(463),
        ),
        Refusal(TokenRefused, CONFIRM, codes=TOKEN, when=_subcode_is(464)),
        Refusal(
            TokenRefused,
            "the access token was withdrawn: create a new one and paste it here",
            codes=TOKEN,
            when=_subcode_is(467),
        ),
        Refusal(
            TokenRefused,
            "the access token is not accepted: copy it again, whole, from where you created it",
            codes=TOKEN,
        ),
        Refusal(SourceRefused, MISSING_PERMISSION, codes=NOT_PERMITTED, phrase=PERMISSION),
        Refusal(
            SourceRefused,
            "the access token lacks a permission for this: create it again with all those of the steps",
            codes=NOT_PERMITTED,
        ),
        Refusal(SourceRefused, MISSING_PERMISSION, codes={100}, phrase=PERMISSION, when=_mentions_public),
        Refusal(
            SourceRefused,
            "Meta has blocked this account for a while, for breaking its rules: open it in a browser to see why",
            codes={368},
        ),
        Refusal(
            NoLongerOffered, "{host} no longer offers this in the version you chose: choose another one", codes={12}
        ),
        Refusal(UnusedHashtag, "nobody has used this hashtag yet", codes={24}),
        Refusal(
            SourceChanged,
            "{host} no longer knows something that Vigie asks for (100). Update Vigie, or report it",
            codes={100},
            phrase="(?-i:field|aram)",
        ),
        Refusal(
            SourceRefused,
            "Meta requires each request to be signed with the app secret: in the app, «Settings», «Advanced», switch "
            "«Require App Secret» off",
            codes={100},
            phrase="(?-i:appsecret_proof)",
        ),
        Refusal(
            SourceRefused,
            "there is no such page or account, or the access token may not see it: check its id",
            codes={100, 110, 803},
        ),
        Refusal(SourceError, OWN_FAULT, codes={1, 2}),
        Refusal(SourceError, OWN_FAULT, status=SERVER_ERRORS, when=_is_error),
        Refusal(SourceError, "{host} refused the request with its error {code}", when=_is_error),
    ),
    codes=("code",),
    words=("message",),
    read=_error,
    facts=_facts,
)
