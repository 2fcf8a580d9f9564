"""The clauses of a query: the alternatives that add mentions to it, and the conditions that narrow it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .nodes import And, Not, Or, Query, leaves


@dataclass(frozen=True, slots=True)
class Clause:
    """One part of a query. `without` is the query that remains when it is taken away; None where nothing remains.

    A part that `narrows` is required beside others, or excludes; any other one is an alternative, which adds.
    """

    part: Query
    without: Query | None
    narrows: bool

    @property
    def at(self) -> int:
        """Where it stands in what was typed, in code points from 0."""
        return next(leaves(self.part))[0].at


def clauses(query: Query) -> list[Clause]:
    """The clauses of a query, in its order: the alternatives of each OR that is not within another, and the rest."""
    return list(_clauses(query))


def _clauses(query: Query) -> Iterator[Clause]:
    required = query.parts if isinstance(query, And) else (query,)
    for number, part in enumerate(required):
        others = required[:number] + required[number + 1 :]
        if isinstance(part, Or):
            for place, alternative in enumerate(part.parts):
                left = _joined(Or, part.parts[:place] + part.parts[place + 1 :])
                without = _joined(And, (*required[:number], left, *required[number + 1 :]))
                yield Clause(alternative, without, narrows=False)
        else:
            yield Clause(part, _joined(And, others) if others else None, narrows=bool(others) or isinstance(part, Not))


def _joined(kind: type[And] | type[Or], parts: tuple[Query, ...]) -> Query:
    return parts[0] if len(parts) == 1 else kind(parts)
