"""Reads what a site allows programs: its robots.txt (RFC 9309), and the paths reserved against mining (TDMRep)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

import httpx2
from protego import Protego
from pydantic_core import from_json

from collectors._kit.fetch import fetch, host_of
from collectors._kit.refusals import CLIENT_ERRORS, Refusal, Refusals
from collectors._kit.times import moment
from collectors.base import Cursor, SourceBusy, SourceError, SourceRefused
from ground.isolate import Isolated, isolated
from ground.notice import Json

NAME = "Vigie"
LARGEST, KEPT = 500 * 1024, 20_000  # bytes that are read of a robots.txt; characters that a cursor holds
VALID = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a site allows, read at the moment `at`. `text` is its robots.txt; `reserved` are paths (TDMRep)."""

    site: str
    at: datetime
    text: str = ""
    reserved: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """The policy for a cursor; empty when robots.txt is too long for one, so that it is fetched again."""
        if len(self.text) > KEPT:
            return {}
        return {"site": self.site, "at": self.at.isoformat(), "text": self.text, "reserved": list(self.reserved)}

    def reserves(self, url: str) -> bool:
        """Whether the site reserves the texts of this address against mining (TDM Reservation Protocol)."""
        path = urlsplit(url).path or "/"
        return any(path.startswith(place.rstrip("*")) or fnmatchcase(path, place) for place in self.reserved)


class _Absent(SourceError):
    """The site has no robots.txt."""


ABSENT = Refusals((Refusal(_Absent, "there is no robots.txt", status={*CLIENT_ERRORS} - {429}),))


def site_of(url: str) -> str:
    """The scheme and the host of an address: what a robots.txt holds for."""
    return "{0.scheme}://{0.netloc}".format(urlsplit(url))


def policy_of(http: httpx2.Client, url: str, cursor: Cursor, now: datetime) -> Policy:
    """The policy of an address's site, from the cursor for a day. Raises SourceError when it cannot be read."""
    site = site_of(url)
    saved = _of_cursor(cursor.get("robots"), site, now)
    if saved is not None:
        return saved
    policy = Policy(site, now.astimezone(UTC), _robots(http, site))
    open_to_us = may_ask(policy, f"{site}/.well-known/tdmrep.json")
    return replace(policy, reserved=_reserved_paths(http, site)) if open_to_us else policy


def delay_for(policy: Policy, url: str) -> float:
    """The seconds that robots.txt wants between two requests. Raises SourceRefused when it closes the address to us."""
    allowed, delay = _rules_for(policy.text, url)
    if not allowed:
        raise SourceRefused(
            "the robots.txt of {host} closes this page to programs: ask its owner, or choose another page",
            host=host_of(url),
        )
    return delay


def may_ask(policy: Policy, url: str) -> bool:
    """Whether robots.txt leaves an address open to us."""
    return _rules_for(policy.text, url)[0]


def _rules_for(text: str, url: str) -> tuple[bool, float]:
    if not text.strip():
        return True, 0.0
    try:
        return isolated(read_robots, text, url, seconds=5)
    except Isolated:
        raise SourceError(
            "the robots.txt of {host} is too complex to be read: tell its owner", host=host_of(url)
        ) from None


def read_robots(text: str, url: str) -> tuple[bool, float]:
    """Whether we may fetch an address, and the delay it wants in seconds. Runs in a process that can be killed."""
    rules = Protego.parse(text)
    return bool(rules.can_fetch(url, NAME)), float(rules.crawl_delay(NAME) or 0.0)


def _robots(http: httpx2.Client, site: str) -> str:
    """The text of robots.txt; empty where there is none, which leaves everything open."""
    try:
        answer = fetch(http, f"{site}/robots.txt", refusals=ABSENT, limit=2 * LARGEST)
    except _Absent:
        return ""
    except SourceBusy:
        raise
    except SourceError as error:
        raise SourceError(
            "Vigie cannot read the robots.txt of {host}, so it asks the site for nothing for now ({reason})",
            host=host_of(site),
            reason=str(error),
        ) from error
    return answer.content[:LARGEST].decode("utf-8-sig", "replace").replace("\x00", "")


def _reserved_paths(http: httpx2.Client, site: str) -> tuple[str, ...]:
    """The paths that a site reserves in its tdmrep.json; none when it has no such file."""
    try:
        answer = fetch(http, f"{site}/.well-known/tdmrep.json", limit=LARGEST)
        listed = from_json(answer.content[:LARGEST])
    except (SourceError, ValueError, RecursionError):
        return ()
    rules: Sequence[Any] = listed if isinstance(listed, list) else []
    places = [rule.get("location") for rule in rules if isinstance(rule, dict) and rule.get("tdm-reservation") == 1]
    return tuple(place[:200] for place in places if isinstance(place, str) and place.startswith("/"))[:50]


def _of_cursor(value: object, site: str, now: datetime) -> Policy | None:
    """The policy as `as_json` gave it; None for another site's, one older than a day, or none at all."""
    if not isinstance(value, dict) or value.get("site") != site:
        return None
    at, text, reserved = moment(value.get("at")), value.get("text"), value.get("reserved")
    if at is None or not timedelta() <= now - at < VALID or not isinstance(text, str):
        return None
    return Policy(site, at, text, tuple(map(str, reserved)) if isinstance(reserved, list) else ())
