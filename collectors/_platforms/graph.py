"""Meta's Graph API, which Facebook, Instagram and Threads share: how it is asked, page by page.

The token travels in a header only. Of `paging` the cursor alone is taken: `paging.next` is an address with the token
in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

import httpx2
from pydantic import BaseModel, BeforeValidator, Field

from collectors._kit.answers import Part, Text, answer_of
from collectors._kit.fetch import fetch, host_of
from collectors._kit.paging import Fresh
from collectors._kit.times import moment
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
    """A page of a listing. Neither `last` nor `capped` means: more can be read, now or, at Meta's limit, later."""

    items: list[Any]
    last: bool
    capped: bool


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
        """The pages of a listing. `told` where Meta says with `next` that more follows; else a cursor says so."""
        after, fresh = "", Fresh()
        for number in range(1, most + 1):
            page = self.read(Data, path, {**params, **({"after": after} if after else {})}, spend)
            after = page.paging.cursors.after
            more = bool(page.data) and bool(page.paging.next or not told) and fresh(after)
            yield Sheet(page.data, last=not more, capped=more and number == most)
            if not more or self.pause is not None:
                return


def past(value: object) -> datetime | None:
    """A time as Meta writes it, not ahead of ours."""
    at = moment(value)
    return min(at, datetime.now(UTC)) if at else None


def counted(counts: dict[str, int | None]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count is not None}
