"""Reddit's API: the token of a run, and the pages of a listing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import httpx2
from pydantic import Field

from collectors._kit.answers import Part, Text, answer_of
from collectors._kit.fetch import fetch, host_of
from collectors._kit.limits import used_up
from collectors._kit.walk import Leg, walk

from .refusals import OF_A_LOGIN, OF_A_SEARCH, OF_A_SUBREDDIT, subreddit_of

SHEET = 100
MOST_SHEETS = 10  # Reddit gives about 1,000 entries of a listing, whatever we ask for


class Token(Part):
    access_token: str = Field(min_length=1)


class ListingPage(Part):
    children: Annotated[list[Any], Field(max_length=2_000)]
    after: Text = ""


class Listing(Part):
    data: ListingPage


class Reddit:
    """The requests of one run, with a token kept in memory. `pause` is set when no more requests are allowed."""

    def __init__(self, http: httpx2.Client, base: str, login: str, client: tuple[str, str]) -> None:
        self._http, self._base, self._login, self._client = http, base, login, client
        self._token = ""
        self.host = host_of(base)
        self.pause: timedelta | None = None

    def listing(self, path: str, params: Mapping[str, str | int]) -> ListingPage:
        """One page of a listing. Raises SourceError."""
        name = subreddit_of(path)
        answer = fetch(
            self._http,
            f"{self._base}{path}",
            headers={"Authorization": f"Bearer {self._token or self._log_in()}"},
            params={**params, "raw_json": 1, "limit": SHEET},
            refusals=OF_A_SUBREDDIT.about(name=name) if name else OF_A_SEARCH,
        )
        self.pause = used_up(answer.headers, datetime.now(UTC), least=2) or self.pause
        return answer_of(Listing, answer).data

    def sheets(self, path: str, params: Mapping[str, str | int], start: str = "") -> Iterator[Leg[list[Any], str]]:
        """The entries of a listing, newest first, page by page, as far as Reddit's limit allows.

        Reddit ends a listing after about 1,000 entries as if nothing followed: the last leg is then `capped`.
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
        """Asks for a token. Raises SourceRefused."""
        answer = fetch(
            self._http,
            f"{self._login}/api/v1/access_token",
            method="POST",
            data={"grant_type": "client_credentials"},
            auth=self._client,
            refusals=OF_A_LOGIN,
        )
        self._token = answer_of(Token, answer).access_token
        return self._token
