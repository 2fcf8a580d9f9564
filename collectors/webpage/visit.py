"""Goes through the pages of one source, as their site allows it, and reads what each holds."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urldefrag

import httpx2

from collectors._kit.fetch import fetch, host_of
from collectors._kit.walk import Leg, walk
from collectors.base import SourceChanged, SourceError, SourceRefused
from ground.isolate import Crashed, TooSlow, isolated
from ground.links import clean_link

from .items import Contents, Selectors, read_page
from .robots import Policy, delay_for, may_ask, policy_of, site_of

LARGEST_PAGE = 4 * 1024 * 1024
LONGEST_DELAY = 10.0  # seconds to wait between two pages; of a site that wants more, one page is read at a time
MOST_HOPS = 6
ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"


@dataclass(frozen=True, slots=True)
class Reading:
    """One page of a source: the answer of its site, and what it holds."""

    answer: httpx2.Response
    contents: Contents

    @property
    def newest(self) -> datetime | None:
        return max((item.published_at for item in self.contents.mentions if item.published_at), default=None)


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit to a source: `url` is its first page, `selectors` say where its fields are, `now` is when it began."""

    http: httpx2.Client
    url: str
    selectors: Selectors
    now: datetime

    def ask(
        self, url: str, policy: Policy, validators: Mapping[str, str] | None = None
    ) -> tuple[httpx2.Response, Policy]:
        """The page, and the policy of the site that it came from after all redirects.

        Raises SourceRefused where the robots.txt of a site on the way closes its address to us.
        """
        for _ in range(MOST_HOPS):
            delay_for(policy, url)
            headers = {"Accept": ACCEPT, **(validators or {})}
            answer = fetch(self.http, url, headers=headers, limit=LARGEST_PAGE, follow=False)
            if not answer.has_redirect_location:
                return answer, policy
            url = _onward(answer)
            if site_of(url) != policy.site:
                policy = policy_of(self.http, url, {}, self.now)
        raise SourceError(
            "{host} keeps redirecting: check the address in a browser and paste the final one", host=host_of(url)
        )

    def walk(self, first: httpx2.Response, policy: Policy, most: int) -> Iterator[Leg[Reading, str]]:
        """The pages from `first` on, by their addresses, with the pause between two that the site asks for."""
        home = str(first.url)
        delay = delay_for(policy, home)

        def read(url: str | None) -> tuple[Reading, str | None]:
            answer = first
            if url is not None and url != home:
                time.sleep(delay)
                answer, _ = self.ask(url, policy)
            reading = Reading(answer, self._contents(answer, first=answer is first))
            return reading, _next(reading.contents, policy, home) if delay <= LONGEST_DELAY else None

        return walk(read, home, most=most)

    def _contents(self, answer: httpx2.Response, *, first: bool) -> Contents:
        """What an answer holds. Raises SourceError when it cannot be read, or is the first one and holds nothing."""
        host, content_type = host_of(str(answer.url)), answer.headers.get("content-type", "")
        address = str(answer.url)
        try:
            contents = isolated(read_page, answer.content, content_type, address, self.url, self.selectors, self.now)
        except (TooSlow, Crashed):
            raise SourceError("this page is too large or too complex to read: choose another one", host=host) from None
        if first and (contents.absent or not contents.mentions):
            raise _nothing(self.selectors, contents, host)
        return contents


def _next(contents: Contents, policy: Policy, home: str) -> str | None:
    """The address of the page after this one; None after an empty one, and where we may not go on."""
    url = contents.following
    leads_on = contents.mentions and url and host_of(url) == host_of(home) and may_ask(policy, url)
    return url if leads_on else None


def _onward(answer: httpx2.Response) -> str:
    """The address that an answer redirects to. Raises SourceError when it is no address."""
    onward = clean_link(answer.headers["location"], str(answer.url))
    if onward is None:
        raise SourceError(
            "{host} redirects ({status}) without saying where: paste the final address",
            host=answer.url.host,
            status=answer.status_code,
        )
    return urldefrag(onward)[0]


def _nothing(selectors: Selectors, contents: Contents, host: str) -> SourceError:
    """Why a page shows nothing, and what to do about it: SourceRefused, SourceChanged or SourceError."""
    if contents.hint == "challenge":
        return SourceRefused(
            "{host} wants proof that a person is reading (CAPTCHA). Vigie does not get round that: ask its owner",
            host=host,
        )
    if contents.hint == "login":
        return SourceRefused(
            "{host} shows this page only to people who are logged in: Vigie reads only public pages", host=host
        )
    if contents.absent and (selectors.item or contents.absent != ("item",)):
        name = contents.absent[0]
        return SourceChanged(
            "the selector «{selector}» ({name}) finds nothing at {host}: check whether the page has changed",
            selector=getattr(selectors, name),
            name=name,
            host=host,
        )
    if contents.hint == "scripted":
        return SourceError(
            "{host} sends an empty page that only a browser fills in: look for a feed or another page",
            host=host,
        )
    return SourceError(
        "this page does not say where its reviews are: give the selector of each review or comment", host=host
    )
