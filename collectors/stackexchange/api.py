"""What all answers of Stack Exchange share: their wrapper, who wrote a post, their errors and their pauses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any

import httpx2
from pydantic import BeforeValidator, Field

from collectors._kit.answers import Count, Part, Text
from collectors._kit.fetch import LONGEST_WAIT, host_of
from collectors._kit.items import fit
from collectors.base import SourceBusy, SourceError, SourceRefused

CALLS = 3
"""Calls of one slice: the questions, the answers that match, the answers themselves."""
WITHOUT_KEY = "the calls that {host} allows from here are used up: a key of your own gives 10,000 a day"
WITH_KEY = "the calls that {host} allows with this key are used up; the next reading is automatic"
MORE_IN = re.compile(r"available in (\d{1,7}) seconds?")


def _person(value: object) -> object:
    return value if isinstance(value, dict) else {}


class Owner(Part):
    """Who wrote a post. Of somebody who left, nothing may be known."""

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


def pause(said: Sequence[Wrapper], reserve: float) -> timedelta | None:
    """The pause asked for: `backoff` seconds, however few, or until midnight UTC when the day's calls are used up."""
    wait = timedelta(seconds=min(max(one.backoff for one in said), LONGEST_WAIT.total_seconds()))
    left, most = said[-1].quota_remaining, said[-1].quota_max or 0
    if left is not None and left < max(CALLS, most * reserve):
        wait = max(wait, until_midnight(datetime.now(UTC)))
    return wait or None


def until_midnight(now: datetime) -> timedelta:
    """The quotas of Stack Exchange begin anew at midnight UTC."""
    return datetime.combine(now.date() + timedelta(days=1), time(), UTC) - now


def judged(answer: httpx2.Response) -> SourceError | None:
    """The errors of Stack Exchange, by their names: the status is 400 for nearly all of them."""
    told = _error_of(answer)
    name, said, host = str(told.get("error_name", "")), fit(told.get("error_message"), 200), host_of(str(answer.url))
    if "error_id" not in told:
        return None
    if name == "throttle_violation":
        more = MORE_IN.search(said)
        wait = min(timedelta(seconds=int(more[1])), LONGEST_WAIT) if more else timedelta(minutes=5)
        return SourceBusy(WITH_KEY if answer.url.params.get("key") else WITHOUT_KEY, host=host, wait=wait)
    if name == "temporarily_unavailable":
        return SourceBusy("{host} is down for a moment; the next reading is automatic", host=host)
    if name in ("bad_parameter", "no_method", "key_required", "access_denied", "invalid_access_token"):
        return SourceRefused(
            "{host} refuses this: «{said}» Check the site and the key of the source", host=host, said=said or name
        )
    return SourceError("{host} has a problem: «{said}»; the next reading is automatic", host=host, said=said or name)


def _error_of(answer: httpx2.Response) -> Mapping[str, Any]:
    if b"error_id" not in answer.content[:2_000]:
        return {}
    try:
        told = json.loads(answer.content)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
