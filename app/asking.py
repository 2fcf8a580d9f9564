"""A query as conditions on stored mentions, which hold exactly where the matcher finds it in their words and fields.

What full-text search can say comes first, for its index: `matching.lexemes`. Fields are compared as `matching.fields`
compares them, in the columns.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    and_,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from app.models import Match, Mention, Source
from matching.fields import LINK_STARTS, QUESTION_MARKS, STARS, midnight
from matching.lexemes import is_whole, to_tsquery
from matching.nodes import And, Comparison, Field, Near, Not, Or, Phrase, Query
from matching.patterns import is_pattern

ABOUT = (
    Mention.title, Mention.text, Mention.author, Mention.author_id, Mention.author_followers, Mention.host, Mention.url,
    Mention.platform, Mention.language, Mention.rating, Mention.rating_scale, Mention.reach, Mention.parent_id,
)  # fmt: skip
"""The columns that `matching.fields.About` reads, beside `published_at`."""

COMPARE: dict[Comparison, Callable[[ColumnElement[float], float], ColumnElement[bool]]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def condition(query: Query, user_id: UUID | None = None) -> ColumnElement[bool]:
    """True of the mentions that a query finds. `user_id` is who asks, for `assignee:me`."""
    found = to_tsquery(query)
    if found is None:
        return _exactly(query, user_id)
    if is_whole(query):
        return _search(found)
    return and_(_search(found), _exactly(query, user_id))


def _search(tsquery: str) -> ColumnElement[bool]:
    return Mention.search.bool_op("@@")(cast(literal(tsquery), TSQUERY))


def _exactly(query: Query, user_id: UUID | None) -> ColumnElement[bool]:
    """Never NULL, so that NOT is the opposite."""
    found = to_tsquery(query)
    if is_whole(query) and found is not None:
        return _search(found)
    if isinstance(query, Not):
        return not_(_exactly(query.part, user_id))
    if isinstance(query, And):
        return and_(*(_exactly(part, user_id) for part in query.parts))
    if isinstance(query, Or):
        return or_(*(_exactly(part, user_id) for part in query.parts))
    if isinstance(query, Phrase | Near):
        return _with_blanks(query) if isinstance(query, Phrase) else false()
    return func.coalesce(_field(query, user_id), false())


def _with_blanks(phrase: Phrase) -> ColumnElement[bool]:
    """A phrase in which letters are left open: its words are compared one by one, where the search column has them."""
    tables: list[str] = []
    conditions: list[str] = []
    places: list[BindParameter[str]] = []
    for number, word in enumerate(phrase.words):
        tables.append(
            f"unnest(mention.search) AS l{number}, unnest(l{number}.positions, l{number}.weights)"
            f" AS p{number}(place, weight)"
        )
        places.append(bindparam(f"word_{number}", _like(word), unique=True))
        conditions.append(f"l{number}.lexeme LIKE :word_{number}")
        if phrase.zone:
            conditions.append(f"p{number}.weight = '{'A' if phrase.zone == 'title' else 'D'}'")
        if number:
            conditions.append(f"p{number}.place = p0.place + {number}")
    words = select(literal(1)).select_from(text(", ".join(tables)))
    return words.where(text(" AND ".join(conditions)).bindparams(*places)).exists()


def _like(word: str) -> str:
    """Folded words hold no sign that LIKE knows."""
    return word.replace("*", "%").replace("?", "_") if is_pattern(word) else word


def _field(field: Field, user_id: UUID | None) -> ColumnElement[bool]:
    if isinstance(field.value, float):
        return COMPARE[field.comparison](_number(field.name), field.value)
    if field.name == "assignee":
        return _assigned_to(field.value, user_id)
    return CONDITIONS[field.name](field.value)


def _by_author(name: str) -> ColumnElement[bool]:
    spellings = (name, f"@{name}")
    return or_(func.lower(Mention.author).in_(spellings), func.lower(Mention.author_id).in_(spellings))


def _on_site(site: str) -> ColumnElement[bool]:
    host = func.lower(Mention.host)
    return or_(host == site, host.endswith(f".{site}", autoescape=True))


def _number(name: str) -> ColumnElement[float]:
    match name:
        case "rating":
            return func.coalesce(Mention.rating * STARS / func.nullif(Mention.rating_scale, 0), Mention.rating)
        case "reach":
            return cast(Mention.reach, Mention.rating.type)
    return cast(Mention.author_followers, Mention.rating.type)


def _kind_of_text(value: str) -> ColumnElement[bool]:
    match value:
        case "reply":
            return Mention.parent_id.is_not(None)
        case "question":
            texts = (Mention.title, Mention.text)
            return or_(*(func.strpos(each, mark) > 0 for mark in QUESTION_MARKS for each in texts))
        case "link":
            return or_(*(func.strpos(Mention.text, start) > 0 for start in LINK_STARTS))
    return exists().where(
        Match.workspace_id == Mention.workspace_id, Match.mention_id == Mention.id, Match.lead.is_(False)
    )


def _with_stance(stance: str) -> ColumnElement[bool]:
    return exists().where(
        Match.workspace_id == Mention.workspace_id, Match.mention_id == Mention.id, Match.stance == stance
    )


def _from_source(name: str) -> ColumnElement[bool]:
    return exists().where(
        Source.workspace_id == Mention.workspace_id, Source.id == Mention.source_id, func.lower(Source.name) == name
    )


def _tagged(tag: str) -> ColumnElement[bool]:
    return exists().where(func.lower(func.unnest(Mention.tags).column_valued("tag")) == tag)


def _assigned_to(name: str, user_id: UUID | None) -> ColumnElement[bool]:
    if name in ("none", "personne"):
        return and_(Mention.assignee_id.is_(None), Mention.assignee.is_(None))
    if name in ("me", "moi") and user_id is not None:
        return Mention.assignee_id == user_id
    return func.lower(Mention.assignee) == name


CONDITIONS: dict[str, Callable[[str], ColumnElement[bool]]] = {
    "author": _by_author,
    "site": _on_site,
    "url": lambda part: func.strpos(func.lower(Mention.url), part) > 0,
    "lang": lambda code: or_(Mention.language == code, Mention.language.startswith(f"{code}-", autoescape=True)),
    "platform": lambda name: func.lower(Mention.platform) == name,
    "after": lambda day: Mention.published_at >= midnight(day),
    "before": lambda day: Mention.published_at < midnight(day),
    "status": lambda status: Mention.status == status,
    "is": _kind_of_text,
    "has": _kind_of_text,
    "stance": _with_stance,
    "source": _from_source,
    "tag": _tagged,
}
