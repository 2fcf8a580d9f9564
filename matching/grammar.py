"""The grammar of the query language, and the sentences for what does not follow it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from lark import Lark, Token
from lark.exceptions import UnexpectedToken

from ground.notice import Json, Notice

from .fields import KINDS, NAMES, ZONES

FIELD_NAMES = sorted({*KINDS, *NAMES, *ZONES}, key=lambda name: (-len(name), name))

GRAMMAR = rf"""
    start: either
    either: both (OR both)*
    both: one (AND? one)*
    one: (NOT | MINUS)* near
    near: operand (NEAR operand)?
    ?operand: TERM | QUOTED | group | field
    group: "(" either ")"
    field: FIELD operand

    AND.3: /(?:AND|ET)(?![^\s()"])/
    OR.3: /(?:OR|OU)(?![^\s()"])/
    NOT.3: /(?:NOT|SAUF)(?![^\s()"])/
    NEAR.3: /O?NEAR(?:\/\d+)?(?![^\s()"])/
    MINUS.3: /-(?=[^\s)])/
    FIELD.3: /(?:{"|".join(FIELD_NAMES)}):(?!\/\/)(?=[^\s)])/i
    QUOTED: /"[^"]*"/
    TERM: /[^\s()"]+/
    %ignore /\s+/
"""
"""AND binds tighter than OR, NOT tighter than AND, NEAR tighter than NOT. Side by side means AND."""

OPERATORS = ("AND", "OR", "NOT", "NEAR")


class QueryError(ValueError):
    """A query cannot be read. Text and hint are for whoever typed it; `at` is the code point at fault, from 0."""

    def __init__(self, text: str, *, at: int, hint: str | None = None, **args: Json) -> None:
        self.notice = Notice(text, args)
        self.at = at
        self.hint = hint
        super().__init__(str(self.notice))


@cache
def grammar() -> Lark:
    """The parser, made on first use."""
    return Lark(GRAMMAR, parser="lalr", lexer="basic")


def lex(text: str) -> list[Token]:
    """The tokens of a query whose quotation marks are straight and come in pairs. Raises QueryError otherwise."""
    if text.count('"') % 2:
        at = text.rindex('"')
        raise QueryError("A quotation mark is opened here and never closed.", at=at, hint='Add a closing ".')
    return list(grammar().lex(text))


def fault(error: UnexpectedToken, tokens: Sequence[Token]) -> QueryError:
    """What is wrong with a query that the grammar refuses, and where."""
    ended = error.token.type == "$END"
    before = [token for token in tokens if ended or start(token) < start(error.token)]
    last = before[-1] if before else None
    if ended:
        return _unfinished(last, _opened(before))
    if error.token.type == "RPAR":
        return _closed(error.token, last, _opened(before))
    if last is not None and last.type == "FIELD":
        return _nothing_follows(last)
    if error.token.type == "NEAR" and last is not None and last.type not in (*OPERATORS, "MINUS", "LPAR"):
        return QueryError(
            "{operator} stands between two terms only.",
            at=start(error.token),
            hint="Write a NEAR/5 b AND b NEAR/5 c, or put what is alike in parentheses: (a OR b) NEAR/5 c.",
            operator=str(error.token),
        )
    return QueryError(
        "{operator} has nothing before it.",
        at=start(error.token),
        hint="To look for the word itself, write it in lower case.",
        operator=str(error.token),
    )


def _closed(token: Token, last: Token | None, opened: Token | None) -> QueryError:
    """The fault of a closing parenthesis."""
    if last is not None and last.type == "LPAR":
        return QueryError(
            "There is nothing between these parentheses.",
            at=start(last),
            hint="Write something between the two, or remove them.",
        )
    if last is None or opened is None:
        return QueryError(
            "This parenthesis was never opened.", at=start(token), hint="Remove it, or open one before it."
        )
    return _nothing_after(last)


def _nothing_follows(field: Token) -> QueryError:
    return QueryError(
        "“{field}” is followed by nothing.",
        at=start(field),
        hint="Write the value right after the colon.",
        field=str(field),
    )


def start(token: Token) -> int:
    """Where a token begins, in code points from 0."""
    return token.start_pos or 0


def _unfinished(last: Token | None, opened: Token | None) -> QueryError:
    if last is None:
        return QueryError("The query is empty.", at=0, hint='Type a name, such as acme or "acme bank".')
    if last.type in (*OPERATORS, "MINUS", "FIELD"):
        return _nothing_after(last)
    return unclosed(start(opened or last))


def unclosed(at: int) -> QueryError:
    """The fault of a parenthesis that is opened here."""
    return QueryError("This parenthesis is never closed.", at=at, hint="Add a closing ) where it ends.")


def _nothing_after(last: Token) -> QueryError:
    return QueryError(
        "{operator} has nothing after it.",
        at=start(last),
        hint="Add a word after it. To look for the word itself, write it in lower case.",
        operator=str(last),
    )


def _opened(tokens: Sequence[Token]) -> Token | None:
    """The last parenthesis that is open after these tokens."""
    stack: list[Token] = []
    for token in tokens:
        if token.type == "LPAR":
            stack.append(token)
        elif token.type == "RPAR" and stack:
            stack.pop()
    return stack[-1] if stack else None
