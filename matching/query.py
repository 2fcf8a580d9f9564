"""The query language that defines brands, and in which people search.

    acme "service client" -jobs            both, without jobs
    (acme OR #acme_fr) AND NOT (jobs OR emploi)

A text must hold all of the words that stand side by side. AND, OR and NOT are upper case, so that one can search for
the words «or» and «not»; AND binds tighter than OR. `-word` excludes. «…» and “…” quote as "…" does. A term made of
several words (coca-cola, aujourd'hui, @acme_fr) is a phrase; signs other than letters, digits and emoji do not
count. `ground.words` says how words compare.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ground.notice import Json, Notice
from ground.words import quote_lexeme, to_tsvector, words

__all__ = [
    "And",
    "Not",
    "Or",
    "Phrase",
    "Query",
    "QueryError",
    "anchors",
    "parse",
    "terms",
    "to_tsquery",
    "to_tsvector",
    "words",
]

SIZE_LIMIT = 1024  # bytes of UTF-8
TERM_LIMIT = 50
DEPTH_LIMIT = 10


class QueryError(ValueError):
    """A query cannot be read. Text and hint are for whoever typed it; `at` is the code point at fault, from 0."""

    def __init__(self, text: str, *, at: int, hint: str | None = None, **args: Json) -> None:
        self.notice = Notice(text, args)
        self.at = at
        self.hint = hint
        super().__init__(str(self.notice))


@dataclass(frozen=True, slots=True)
class Phrase:
    """Folded words in a row; most often one."""

    words: tuple[str, ...]

    def __str__(self) -> str:
        return self.words[0] if len(self.words) == 1 else f'"{" ".join(self.words)}"'


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Query, ...]

    def __str__(self) -> str:
        return " AND ".join(f"({part})" if isinstance(part, Or) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Query, ...]

    def __str__(self) -> str:
        return " OR ".join(map(str, self.parts))


@dataclass(frozen=True, slots=True)
class Not:
    part: Query

    def __str__(self) -> str:
        return f"NOT ({self.part})" if isinstance(self.part, And | Or) else f"NOT {self.part}"


Query = Phrase | And | Or | Not

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
_LEXEME = re.compile(
    r"""(?P<open>\() | (?P<close>\)) | "(?P<phrase>[^"]*)" | (?P<unclosed>")
      | (?P<operator>(?:AND|OR|NOT)(?![^\s()"])) | (?P<minus>-(?=[^\s)])) | (?P<term>[^\s()"]+)""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # open, close, phrase, AND, OR, NOT, end
    at: int
    words: tuple[str, ...] = ()


def terms(text: str) -> Iterator[tuple[str, int]]:
    """The words of a query as typed outside quotes, operators left out, and where each begins."""
    for m in _LEXEME.finditer(text.translate(_QUOTES)):
        if m.lastgroup == "term":
            yield m["term"], m.start()


def _tokens(text: str) -> Iterator[_Token]:
    for m in _LEXEME.finditer(text.translate(_QUOTES)):
        kind = str(m.lastgroup)
        if kind == "unclosed":
            raise QueryError("A quotation mark is opened here and never closed.", at=m.start(), hint='Add a closing ".')
        if kind == "operator":
            yield _Token(m[0], m.start())
        elif kind == "minus":
            yield _Token("NOT", m.start())
        elif kind in {"phrase", "term"}:
            yield _Token("phrase", m.start(), _words_of_term(m[kind], m.start()))
        else:
            yield _Token(kind, m.start())
    yield _Token("end", len(text))


def _words_of_term(term: str, at: int) -> tuple[str, ...]:
    if term.endswith("*") and words(term):
        hint = "Write out each form: (subscribe OR subscriber OR subscribers)."
        raise QueryError(
            "Vigie cannot search for the beginning of a word, such as “{term}”.", at=at, hint=hint, term=term
        )
    folded = tuple(word for word, _, _ in words(term))
    if not folded:
        raise QueryError(
            "“{term}” contains no word to search for.",
            at=at,
            hint="Vigie searches for letters, digits and emoji.",
            term=term,
        )
    return folded


class _Parser:
    """Recursive descent over the tokens. The `depth` of parentheses bounds the recursion."""

    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.place = 0
        self.depth = 0
        self.only_negative: int | None = None  # where the first side of an OR that only excludes starts
        terms = [token for token in self.tokens if token.kind == "phrase"]
        if len(terms) > TERM_LIMIT:
            raise QueryError(
                "This query has {count} terms; {limit} are allowed.",
                at=terms[TERM_LIMIT].at,
                hint="Split it between two brands, or drop the rarest terms.",
                count=len(terms),
                limit=TERM_LIMIT,
            )

    @property
    def next(self) -> _Token:
        return self.tokens[self.place]

    def take(self, kind: str) -> bool:
        if self.next.kind != kind:
            return False
        self.place += 1
        return True

    def query(self) -> Query:
        query = self.disjunction()
        if self.next.kind == "close":
            raise QueryError(
                "This parenthesis was never opened.", at=self.next.at, hint="Remove it, or open one before it."
            )
        return query

    def disjunction(self) -> Query:
        starts, parts = [self.next.at], [self.conjunction()]
        while self.take("OR"):
            starts.append(self.next.at)
            parts.append(self.conjunction())
        if len(parts) > 1 and self.only_negative is None:
            self.only_negative = next((at for at, part in zip(starts, parts, strict=True) if not anchors(part)), None)
        return _join(Or, parts)

    def conjunction(self) -> Query:
        parts = [self.negation()]
        while self.take("AND") or self.next.kind in {"phrase", "open", "NOT"}:
            parts.append(self.negation())
        return _join(And, parts)

    def negation(self) -> Query:
        negated = False
        while self.take("NOT"):
            negated = not negated
        operand = self.operand()
        if not negated:
            return operand
        return operand.part if isinstance(operand, Not) else Not(operand)

    def operand(self) -> Query:
        token = self.next
        if self.take("phrase"):
            return Phrase(token.words)
        if self.take("open"):
            return self.group(token.at)
        if token.kind in {"AND", "OR"}:
            hint = "To look for the word itself, write it in lower case."
            raise QueryError("{operator} has nothing before it.", at=token.at, hint=hint, operator=token.kind)
        raise self.missing(token)

    def group(self, opened: int) -> Query:
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise QueryError(
                "Parentheses are nested more than {limit} deep.", at=opened, hint="Simplify.", limit=DEPTH_LIMIT
            )
        query = self.disjunction()
        self.depth -= 1
        if not self.take("close"):
            raise QueryError("This parenthesis is never closed.", at=opened, hint="Add a closing ) where it ends.")
        return query

    def missing(self, token: _Token) -> QueryError:
        before = self.tokens[self.place - 1] if self.place else None
        if before is None or before.kind == "end":
            return QueryError("The query is empty.", at=0, hint='Type a name, such as acme or "acme bank".')
        if before.kind == "open":
            if token.kind == "end":
                hint = "Add a closing ) where it ends."
                return QueryError("This parenthesis is never closed.", at=before.at, hint=hint)
            hint = "Write something between the two, or remove them."
            return QueryError("There is nothing between these parentheses.", at=before.at, hint=hint)
        hint = "Add a word after it. To look for the word itself, write it in lower case."
        return QueryError("{operator} has nothing after it.", at=before.at, hint=hint, operator=before.kind)


def _join(kind: type[And] | type[Or], parts: list[Query]) -> Query:
    flat: list[Query] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else (part,))
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def parse(text: str) -> Query:
    """Reads a query. `parse(str(query)) == query`.

    Raises QueryError for one that cannot be read, that passes a limit (1 KB, 50 terms, 10 levels of parentheses), or
    that would match texts without any of its words, as `NOT jobs` does.
    """
    size = len(text.encode("utf-8", "replace"))
    if size > SIZE_LIMIT:
        hint = "Shorten it, or split it between two brands."
        raise QueryError(
            "This query takes {size} bytes; {limit} are allowed.", at=0, hint=hint, size=size, limit=SIZE_LIMIT
        )
    if not text.strip():
        raise QueryError("The query is empty.", at=0, hint='Type a name, such as acme or "acme bank".')
    parser = _Parser(text)
    query = parser.query()
    if anchors(query) is None:
        first = next(token.at for token in parser.tokens if token.kind == "NOT")
        at = first if parser.only_negative is None else parser.only_negative
        hint = "Say what is wanted beside what is not: acme AND NOT jobs."
        raise QueryError("This query, or one side of an OR in it, only says what to leave out.", at=at, hint=hint)
    return query


def anchors(query: Query, negated: bool = False) -> frozenset[str] | None:
    """Words of which every matching text contains at least one: the fewest, then the longest. None when there are
    none."""
    if isinstance(query, Phrase):
        return None if negated else frozenset({max(query.words, key=len)})
    if isinstance(query, Not):
        return anchors(query.part, not negated)
    sides = [anchors(part, negated) for part in query.parts]
    known = [side for side in sides if side is not None]
    if isinstance(query, Or) is not negated:  # one of the parts is enough (De Morgan turns the two round)
        return frozenset().union(*known) if len(known) == len(sides) else None
    return min(known, key=lambda side: (len(side), -min(map(len, side))), default=None)


def to_tsquery(query: Query) -> str:
    """A PostgreSQL tsquery literal, to be bound as a parameter and cast ::tsquery."""
    if isinstance(query, Phrase):
        phrase = " <-> ".join(map(quote_lexeme, query.words))
        return phrase if len(query.words) == 1 else f"({phrase})"
    if isinstance(query, Not):
        return f"!({to_tsquery(query.part)})"
    return "(" + (" & " if isinstance(query, And) else " | ").join(map(to_tsquery, query.parts)) + ")"
