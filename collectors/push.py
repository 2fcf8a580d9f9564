"""Mentions that people and tools bring to Vigie, by its API or by an import."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
from pydantic import BaseModel, ConfigDict

from ._kit.texts import texts_of
from .base import Collector, Cursor, Page


class Nothing(BaseModel):
    """There is nothing to set up."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def pages(params: Nothing, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:  # noqa: ARG001  # the seam's signature
    """No page: nothing is ever fetched."""
    return iter(())


collector = Collector(
    kind="push",
    **texts_of(__name__),
    params=Nothing,
    pages=pages,
    ids="source",
    group="own",
    auth="key",
    polled=False,
)
