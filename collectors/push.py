"""Mentions that are brought to Vigie, by its API or by an import, rather than fetched."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
from pydantic import BaseModel, ConfigDict

from .base import Collector, Cursor, Page


class Nothing(BaseModel):
    """There is nothing to set up."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def pages(params: Nothing, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:  # noqa: ARG001  # the seam's signature
    """No page: nothing is ever fetched."""
    return iter(())


collector = Collector(
    kind="push",
    title={"en": "API and imports", "fr": "API et imports"},
    help={
        "en": "Receives what your own tools send to POST /api/v1/mentions, and what `vigie import` reads from a file.",
        "fr": "Reçoit ce que vos outils envoient à POST /api/v1/mentions, et ce que `vigie import` lit d'un fichier.",
    },
    params=Nothing,
    pages=pages,
    group="own",
    auth="key",
    polled=False,
    history={"en": "whatever you send", "fr": "tout ce que vous envoyez"},
)
