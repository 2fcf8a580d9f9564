"""Leaves out the brands whose query cannot be read, so that they keep no other brand from being matched.

Forms and the API refuse such a query, so it got there without them. The page of the brand says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog

from matching.narrowing import Narrowing, exclusions, narrowing_of
from matching.query import QueryError, parse

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A brand, its query, and the columns of what narrows it."""

    id: UUID
    query: str
    context: dict[str, Any] = field(default_factory=dict)
    exclude: dict[str, Any] = field(default_factory=dict)

    @property
    def narrowing(self) -> Narrowing:
        return narrowing_of(self.context, self.exclude)


def readable(brands: Iterable[Asked]) -> list[Asked]:
    """Those of the brands whose query can be read. The log names the others."""
    return [brand for brand in brands if is_readable(brand)]


def is_readable(brand: Asked) -> bool:
    """Whether the query of the brand can be read, with what narrows it; if not, the log says so."""
    try:
        exclusions(brand.narrowing)
        parse(brand.query)
    except QueryError as error:
        log.warning("the query of a brand cannot be read", brand=str(brand.id), error=str(error))
        return False
    return True
