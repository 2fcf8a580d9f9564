"""Asks Meta's Graph API, which Facebook, Instagram and Threads share, page by page.

The token travels in a header only. Of `paging` only the cursor is used, because `paging.next` is an address that
contains the token.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

import httpx2
from pydantic import BaseModel, BeforeValidator, Field

from collectors._kit.answers import Part, Text, answer_of
from collectors._kit.fetch import fetch, host_of
from collectors._kit.walk import Leg, walk
from collectors.base import Spend

from .graph_refusals import GRAPH, nearly_full

M = TypeVar("M", bound=BaseModel)

MOST_SHEETS = 10


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
    """The calls of one run. `pause` is set once Meta's limit is nearly reached; the run then makes no more calls."""

    def __init__(self, http: httpx2.Client, base: str, token: str) -> None:
        self._http, self._base = http, base
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self.host = host_of(base)
        self.pause: timedelta | None = None

    def read(self, model: type[M], path: str, params: Mapping[str, str | int], spend: Spend | None = None) -> M:
        """The answer at a path, as the model describes it. Raises SourceError."""
        url = f"{self._base}/{quote(path, safe='/')}"
        answer = fetch(self._http, url, headers=self._headers, params=params, refusals=GRAPH, spend=spend)
        self.pause = max(filter(None, (self.pause, nearly_full(answer.headers))), default=None)
        return answer_of(model, answer)

    def sheets(
        self,
        path: str,
        params: Mapping[str, str | int],
        most: int = MOST_SHEETS,
        announces_next: bool = True,
        spend: Spend | None = None,
    ) -> Iterator[Leg[list[Any], str]]:
        """The items of a listing, page by page, as far as Meta's limit allows. Raises SourceError.

        `announces_next`: Meta sends `next` where a further page follows; otherwise a cursor says so.
        """

        def ask(after: str | None) -> tuple[list[Any], str | None]:
            page = self.read(Data, path, {**params, **({"after": after} if after else {})}, spend)
            more = page.data and (page.paging.next or not announces_next)
            return page.data, page.paging.cursors.after if more else None

        for leg in walk(ask, most=most):
            yield leg
            if self.pause is not None:
                return


def known_counts(counts: dict[str, int | None]) -> dict[str, int]:
    """The counts without those that Meta leaves out."""
    return {name: count for name, count in counts.items() if count is not None}
