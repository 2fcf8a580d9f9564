"""The query language that defines brands, and in which people search.

    acme "service client" -jobs            both, without jobs
    (acme OR #acme_fr) AND NOT (jobs OR emploi)
    banqu* NEAR/5 (frais OU agios)         a word that begins with banqu, at most five words from one of the two
    acme title:panne rating:<3 -site:jobs.example

A text must hold all of the words that stand side by side. AND, OR and NOT (ET, OU, SAUF) are upper case, so that one
can search for the words «or» and «not»; AND binds tighter than OR. `-word` excludes. «…» and “…” quote as "…" does. A
term made of several words (coca-cola, aujourd'hui, @acme_fr) is a phrase; signs other than letters, digits and emoji do
not count. `ground.words` says how words compare, `grammar` is the grammar, `fields` are the fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lark import Token, Tree
from lark.exceptions import UnexpectedToken

from ground.words import to_tsvector, words

from .fields import KINDS, NAMES, ZONES, FieldFault, is_stored_only
from .grammar import QueryError, fault, grammar, lex, start
from .lexemes import to_tsquery
from .nodes import And, Field, Near, Not, Or, Phrase, Query, Zone, leaves
from .patterns import is_pattern, stem, words_of

__all__ = [
    "And",
    "Field",
    "Near",
    "Not",
    "Or",
    "Phrase",
    "Query",
    "QueryError",
    "anchors",
    "check_collected",
    "parse",
    "terms",
    "to_tsquery",
    "to_tsvector",
    "words",
]

SIZE_LIMIT = 5_000  # code points
TERM_LIMIT = 500
DEPTH_LIMIT = 10
DISTANCE, DISTANCE_LIMIT = 5, 30
NEAR_LIMIT = 10
"""How many alternatives may stand on each side of NEAR."""
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))


@dataclass(frozen=True, slots=True)
class _Name:
    """A field whose value is being read, and where its name stands, up to the colon."""

    name: str
    at: int
    end: int


def terms(text: str) -> Iterator[tuple[str, int]]:
    """The words of a query as typed outside quotes, operators and values of fields left out, and where each begins.

    Raises QueryError for a quotation mark that is never closed.
    """
    before = ""
    for token in lex(text.translate(_QUOTES)):
        if token.type == "TERM" and before != "FIELD":
            yield str(token), start(token)
        before = token.type


def parse(text: str) -> Query:
    """Reads a query. `parse(str(query)) == query`.

    Raises QueryError for one that cannot be read, that passes a limit (5,000 characters, 500 terms, 10 levels of
    parentheses), or that would match texts by nothing it asks for, as `NOT jobs` does.
    """
    _check_size(text)
    straight = text.translate(_QUOTES)
    tokens = lex(straight)
    _check_tokens(tokens)
    try:
        tree = grammar().parse(straight)
    except UnexpectedToken as error:
        raise fault(error, tokens) from None
    query = _either(tree.children[0])  # type: ignore[arg-type] # the grammar begins with one
    _check_asks(query, tokens)
    return query


def check_collected(query: Query) -> None:
    """Raises QueryError where a query asks for what only stored mentions have, such as their status: a brand is
    recognised before anybody has worked on a mention."""
    for leaf, _ in leaves(query):
        if isinstance(leaf, Field) and is_stored_only(leaf):
            raise QueryError(
                "“{field}:” is known of stored mentions only, not while they are collected.",
                at=leaf.at,
                hint="Use it in a search or a saved view; a brand is recognised by its words.",
                field=leaf.name,
            )


def anchors(query: Query, negated: bool = False) -> frozenset[str] | None:
    """Words of which every matching text contains at least one: the fewest, then the longest. None when there are none.

    `banqu*` stands for any word that begins so.
    """
    if isinstance(query, Not):
        return anchors(query.part, not negated)
    if isinstance(query, And | Or):
        sides = [anchors(part, negated) for part in query.parts]
        known = [side for side in sides if side is not None]
        if isinstance(query, Or) is not negated:  # one of the parts is enough (De Morgan turns the two round)
            return frozenset().union(*known) if len(known) == len(sides) else None
        return _best(known)
    if negated or isinstance(query, Field):
        return None
    if isinstance(query, Near):
        return _best([frozenset(map(_anchor, side)) for side in (query.left, query.right)])
    return frozenset({_anchor(query)})


def _best(sides: list[frozenset[str]]) -> frozenset[str] | None:
    return min(sides, key=lambda side: (len(side), -min(map(len, side))), default=None)


def _anchor(phrase: Phrase) -> str:
    """The longest word of a phrase, whole words before patterns."""
    word = max(phrase.words, key=lambda word: (not is_pattern(word), len(word)))
    return f"{stem(word)}*" if is_pattern(word) else word


def _check_size(text: str) -> None:
    if not text.strip():
        raise QueryError("The query is empty.", at=0, hint='Type a name, such as acme or "acme bank".')
    if len(text) > SIZE_LIMIT:
        raise QueryError(
            "This query has {size} characters; {limit} are allowed.",
            at=SIZE_LIMIT,
            hint="Shorten it, or split it between two brands.",
            size=len(text),
            limit=SIZE_LIMIT,
        )


def _check_tokens(tokens: list[Token]) -> None:
    """Raises QueryError for too many terms, or parentheses nested too deep."""
    several = [token for token in tokens if token.type in ("TERM", "QUOTED")]
    if len(several) > TERM_LIMIT:
        raise QueryError(
            "This query has {count} terms; {limit} are allowed.",
            at=start(several[TERM_LIMIT]),
            hint="Split it between two brands, or drop the rarest terms.",
            count=len(several),
            limit=TERM_LIMIT,
        )
    depth = 0
    for token in tokens:
        depth += (token.type == "LPAR") - (token.type == "RPAR")
        if depth > DEPTH_LIMIT:
            raise QueryError(
                "Parentheses are nested more than {limit} deep.", at=start(token), hint="Simplify.", limit=DEPTH_LIMIT
            )


def _check_asks(query: Query, tokens: list[Token]) -> None:
    """Raises QueryError where a text may match by nothing that the query asks for."""
    if _asks(query):
        return
    at = next((start(token) for token in tokens if token.type in ("NOT", "MINUS")), 0)
    if isinstance(query, Or):
        at = next(_beginning(part, tokens) for part in query.parts if not _asks(part))
    raise QueryError(
        "This query, or one side of an OR in it, only says what to leave out.",
        at=at,
        hint="Say what is wanted beside what is not: acme AND NOT jobs.",
    )


def _asks(query: Query, negated: bool = False) -> bool:
    """Whether every matching text has something that the query asks for."""
    if isinstance(query, Not):
        return _asks(query.part, not negated)
    if isinstance(query, And | Or):
        every = isinstance(query, Or) is not negated
        return (all if every else any)(_asks(part, negated) for part in query.parts)
    return not negated


def _beginning(part: Query, tokens: list[Token]) -> int:
    """Where a part of the query begins: before its first condition stand its signs, parentheses and fields."""
    first = next(leaves(part))[0].at
    places = [start(token) for token in tokens]
    number = places.index(first)
    while number and tokens[number - 1].type in ("NOT", "MINUS", "LPAR", "FIELD"):
        number -= 1
    return places[number]


def _either(tree: Tree[Token], field: _Name | None = None) -> Query:
    return _join(Or, [_both(part, field) for part in tree.children if isinstance(part, Tree)])


def _both(tree: Tree[Token], field: _Name | None) -> Query:
    return _join(And, [_one(part, field) for part in tree.children if isinstance(part, Tree)])


def _one(tree: Tree[Token], field: _Name | None) -> Query:
    *signs, near = tree.children
    operand = _near(near, field) if isinstance(near, Tree) else _leaf(near, field)
    if len(signs) % 2 == 0:
        return operand
    return operand.part if isinstance(operand, Not) else Not(operand)


def _near(tree: Tree[Token], field: _Name | None) -> Query:
    left, *rest = (_operand(child, field) for child in tree.children if not _is_near(child))
    operator = next((child for child in tree.children if _is_near(child)), None)
    if not isinstance(operator, Token):
        return left
    at, distance = start(operator), int(operator.partition("/")[2] or DISTANCE)
    if not 1 <= distance <= DISTANCE_LIMIT:
        raise QueryError(
            "{operator} measures from 1 to {limit} words.",
            at=at,
            hint="Write NEAR/5 for at most five words.",
            operator=str(operator),
            limit=DISTANCE_LIMIT,
        )
    sides = [_side(side, str(operator), at) for side in (left, *rest)]
    return Near(sides[0], sides[1], distance, operator.startswith("O"), at)


def _is_near(child: object) -> bool:
    return isinstance(child, Token) and child.type == "NEAR"


def _side(query: Query, operator: str, at: int) -> tuple[Phrase, ...]:
    parts = query.parts if isinstance(query, Or) else (query,)
    phrases = tuple(part for part in parts if isinstance(part, Phrase) and not part.has_blanks)
    if len(phrases) < len(parts) or len(parts) > NEAR_LIMIT:
        raise QueryError(
            "On each side of {operator} stands a term, or up to {limit} of them with OR between, without a ?.",
            at=at,
            hint="Put AND, NOT and fields outside: (a OR b) NEAR/5 c AND NOT d.",
            operator=operator,
            limit=NEAR_LIMIT,
        )
    return phrases


def _operand(child: Tree[Token] | Token, field: _Name | None) -> Query:
    if isinstance(child, Token):
        return _leaf(child, field)
    first, last = child.children[0], child.children[-1]
    if child.data == "group":
        return _either(first, field)  # type: ignore[arg-type] # by the grammar
    if field is not None:
        raise QueryError(
            "A field takes a value, not another field.",
            at=start(first),  # type: ignore[arg-type]
            hint="Write title:panne AND lang:fr.",
        )
    name = str(first)[:-1].lower()
    return _operand(last, _Name(NAMES.get(name, name), start(first), start(first) + len(str(first))))  # type: ignore[arg-type]


def _leaf(token: Token, field: _Name | None) -> Query:
    raw = str(token)[1:-1] if token.type == "QUOTED" else str(token)
    if field is None or field.name in ZONES:
        zone: Zone = "" if field is None else "title" if field.name == "title" else "text"
        return Phrase(words_of(raw, start(token)), zone, start(token), raw)
    try:
        value, comparison = KINDS[field.name].read(field.name, raw)
    except FieldFault as found:
        raise QueryError(found.text, at=start(token), hint=found.hint, **found.places) from None
    return Field(field.name, value, comparison, field.at if start(token) == field.end else start(token))


def _join(kind: type[And] | type[Or], parts: list[Query]) -> Query:
    flat: list[Query] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else (part,))
    return flat[0] if len(flat) == 1 else kind(tuple(flat))
