"""Leaves out the brands whose query cannot be read, so that they keep no other brand from being matched.

Forms and the API refuse such a query, so it got there without them. The page of the brand says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import structlog

from matching.query import QueryError, parse

log = structlog.get_logger(__name__)


def readable(brands: Iterable[tuple[UUID, str]]) -> list[tuple[UUID, str]]:
    """The brands, each with its query, whose query can be read. The log names the others."""
    return [(brand_id, query) for brand_id, query in brands if is_readable(brand_id, query)]


def is_readable(brand_id: UUID, query: str) -> bool:
    """Whether the query of the brand can be read; if not, the log says so."""
    try:
        parse(query)
    except QueryError as error:
        log.warning("the query of a brand cannot be read", brand=str(brand_id), error=str(error))
        return False
    return True
