"""Asks Meta's Graph API, which Facebook, Instagram and Threads share, page by page.

The token travels in a header only. Of `paging` only the cursor is used, because `paging.next` is an address that
contains the token.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

import httpx2
from pydantic import BaseModel, BeforeValidator, Field

from collectors._kit.answers import Part, Text, answer_of
from collectors._kit.fetch import fetch, host_of
from collectors._kit.paging import Fresh
from collectors._kit.times import moment
from collectors._kit.times import past as not_ahead
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


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a listing. If it is neither `last` nor `capped`, more can be read: now, or once Meta's limit allows."""

    items: list[Any]
    last: bool
    capped: bool


class Graph:
    """The calls of one run. `pause` is set once Meta's limit is nearly reached; the run then makes no more calls."""

    def __init__(self, http: httpx2.Client, base: str, token: str) -> None:
        self._http, self._base = http, base
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self.host = host_of(base)
        self.pause: timedelta | None = None

    def read(self, model: type[M], path: str, params: Mapping[str, str | int], spend: Spend | None = None) -> M:
        """What stands at a path, read by the model. Raises SourceError."""
        url = f"{self._base}/{quote(path, safe='/')}"
        answer = fetch(self._http, url, headers=self._headers, params=params, refusals=GRAPH, spend=spend)
        self.pause = max(filter(None, (self.pause, nearly_full(answer.headers))), default=None)
        return answer_of(model, answer)

    def sheets(
        self,
        path: str,
        params: Mapping[str, str | int],
        most: int = MOST_SHEETS,
        told: bool = True,
        spend: Spend | None = None,
    ) -> Iterator[Sheet]:
        """The pages of a listing. `told`: Meta announces a further page by `next`; otherwise a cursor announces it."""
        after, fresh = "", Fresh()
        for number in range(1, most + 1):
            page = self.read(Data, path, {**params, **({"after": after} if after else {})}, spend)
            after = page.paging.cursors.after
            more = bool(page.data) and bool(page.paging.next or not told) and fresh(after)
            yield Sheet(page.data, last=not more, capped=more and number == most)
            if not more or self.pause is not None:
                return


def past(value: object) -> datetime | None:
    """A time as Meta writes it; now, where it lies ahead."""
    return not_ahead(moment(value))


def known_counts(counts: dict[str, int | None]) -> dict[str, int]:
    """The counts that Meta gives."""
    return {name: count for name, count in counts.items() if count is not None}
