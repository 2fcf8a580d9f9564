"""What all answers of Stack Exchange share: their wrapper, the author of a post, errors and pauses."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any

import httpx2
from pydantic import BeforeValidator, Field

from collectors._kit.answers import Count, Part, Text
from collectors._kit.items import fit
from collectors._kit.limits import LONGEST_WAIT
from collectors._kit.refusals import Complaint, Refusal, Refusals, any_body
from collectors.base import SourceBusy, SourceError, SourceRefused
from ground.notice import Json

CALLS = 3
"""Calls for one slice: the questions, the answers that match, these answers in full."""
WITHOUT_KEY = "the calls that {host} allows from here are used up: a key of your own gives 10,000 a day"
WITH_KEY = "the calls that {host} allows with this key are used up; the next reading is automatic"
MORE_IN = re.compile(r"available in (\d{1,7}) seconds?")


def _person(value: object) -> object:
    return value if isinstance(value, dict) else {}


class Owner(Part):
    """The author of a post; empty for somebody who has left."""

    user_id: Text = ""
    display_name: Text = ""


class Post(Part):
    """What a question and an answer share."""

    owner: Annotated[Owner, BeforeValidator(_person)] = Owner()
    creation_date: Count = None
    last_edit_date: Count = None
    score: Count = None
    body: Text = ""
    link: Text = ""


class Wrapper(Part):
    items: Annotated[list[Any], Field(max_length=1_000)]
    has_more: bool = False
    backoff: float = Field(default=0, ge=0, allow_inf_nan=False)
    quota_max: Count = None
    quota_remaining: Count = None


def pause(answers: Sequence[Wrapper], reserve: float) -> timedelta | None:
    """The pause to make: `backoff` seconds, however few, or until midnight UTC when the day's calls are used up."""
    wait = timedelta(seconds=min(max(answer.backoff for answer in answers), LONGEST_WAIT.total_seconds()))
    remaining, most = answers[-1].quota_remaining, answers[-1].quota_max or 0
    if remaining is not None and remaining < max(CALLS, most * reserve):
        wait = max(wait, until_midnight(datetime.now(UTC)))
    return wait or None


def until_midnight(now: datetime) -> timedelta:
    """The time until midnight UTC, when the quotas of Stack Exchange begin anew."""
    return datetime.combine(now.date() + timedelta(days=1), time(), UTC) - now


def _error(answer: httpx2.Response) -> Json:
    """The error of an answer, whatever its status: nearly all have 400."""
    if b"error_id" not in answer.content[:2_000]:
        return None
    body = any_body(answer)
    return body if isinstance(body, dict) and "error_id" in body else None


def _is_error(complaint: Complaint) -> bool:
    return complaint.body is not None


def _has_key(complaint: Complaint) -> bool:
    return bool(httpx2.URL(complaint.url).params.get("key"))


def _wait(complaint: Complaint) -> timedelta:
    more = MORE_IN.search(complaint.words)
    return min(timedelta(seconds=int(more[1])), LONGEST_WAIT) if more else timedelta(minutes=5)


def _facts(complaint: Complaint) -> Mapping[str, Json]:
    """The message of the error, else its name."""
    return {"said": fit(complaint.words, 200) or next(iter(complaint.codes), "")}


REFUSALS = Refusals(
    (
        Refusal(SourceBusy, WITH_KEY, codes={"throttle_violation"}, when=_has_key, wait=_wait),
        Refusal(SourceBusy, WITHOUT_KEY, codes={"throttle_violation"}, wait=_wait),
        Refusal(
            SourceBusy,
            "{host} is down for a moment; the next reading is automatic",
            codes={"temporarily_unavailable"},
        ),
        Refusal(
            SourceRefused,
            "{host} refuses this: «{said}» Check the site and the key of the source",
            codes={"bad_parameter", "no_method", "key_required", "access_denied", "invalid_access_token"},
        ),
        Refusal(SourceError, "{host} has a problem: «{said}»; the next reading is automatic", when=_is_error),
    ),
    codes=("error_name",),
    words=("error_message",),
    read=_error,
    facts=_facts,
)
