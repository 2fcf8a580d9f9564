"""What narrows a brand beside its query: the words it is spoken of with, and sites and authors that are not about it.

«Orange» is the operator only near words such as «forfait» or «réseau». What is left out in this way is either not
collected, so that no trace of it stays, or collected and hidden, so that people can look at it and bring it back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .nodes import And, Field, Not, Or, Query
from .query import QueryError, check_collected, parse

How = Literal["not_collected", "hidden"]
Why = Literal["no_context", "other_context", "site", "author"]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A mention must have one of `any` and none of `none`, terms of the query language; it stands on none of the sites,
    and is by none of the authors. `context_how` and `exclude_how` say what becomes of the others."""

    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    context_how: How = "hidden"
    sites: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    exclude_how: How = "hidden"


NOTHING = Narrowing()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a mention is left out, and by which word, site or author; nothing where it lacks one."""

    why: Why
    what: str = ""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A condition that leaves a mention out where it holds."""

    query: Query
    reason: Reason
    how: How


def narrowing_of(context: Mapping[str, Any], exclude: Mapping[str, Any]) -> Narrowing:
    """The narrowing that the columns of a brand hold: see `Narrowing` for their keys."""
    return Narrowing(
        tuple(context.get("any", ())),
        tuple(context.get("none", ())),
        context.get("how", "hidden"),
        tuple(exclude.get("sites", ())),
        tuple(exclude.get("authors", ())),
        exclude.get("how", "hidden"),
    )


def exclusions(narrowing: Narrowing) -> list[Exclusion]:
    """The conditions of a narrowing, in the order in which they are told. Raises QueryError for a term that cannot be
    read, or a site that is none."""
    return list(_exclusions(narrowing))


def wanted(query: Query, narrowing: Narrowing) -> Query:
    """The query with what is not collected left out: what full-text search may look for."""
    left_out = tuple(Not(each.query) for each in exclusions(narrowing) if each.how == "not_collected")
    return And((query, *left_out)) if left_out else query


def _exclusions(narrowing: Narrowing) -> Iterator[Exclusion]:
    for site in narrowing.sites:
        yield Exclusion(_field("site", site), Reason("site", site), narrowing.exclude_how)
    for author in narrowing.authors:
        yield Exclusion(_field("author", author), Reason("author", author), narrowing.exclude_how)
    for term in narrowing.none:
        yield Exclusion(_term(term), Reason("other_context", term), narrowing.context_how)
    if narrowing.any:
        yield Exclusion(Not(_one_of(narrowing.any)), Reason("no_context"), narrowing.context_how)


def _one_of(terms: Sequence[str]) -> Query:
    return _term(terms[0]) if len(terms) == 1 else Or(tuple(map(_term, terms)))


def _term(term: str) -> Query:
    query = parse(term)
    check_collected(query)
    return query


def _field(name: str, value: str) -> Field:
    query = parse(f'{name}:"{value.replace(chr(34), " ")}"')
    if not isinstance(query, Field):
        raise QueryError("“{value}” is not a name.", at=0, hint="Write the name alone.", value=value)
    return query
