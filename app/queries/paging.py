"""Lists that can be paged through while rows are added: a page starts after a row, not at a number."""

from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Row, Select, SQLColumnExpression, tuple_
from sqlalchemy.orm import Session

from app.problems import FieldError, Problem, invalid

LIMIT = 50
LIMIT_MAX = 500

T = TypeVar("T")
U = TypeVar("U")
Value = datetime | int | None


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """One page, and the cursors of its neighbours; None where there is none."""

    items: list[T]
    next: str | None = None
    prev: str | None = None

    def map(self, make: Callable[[list[T]], list[U]]) -> Slice[U]:
        """The same page with other items: `make` converts them all at once, in order."""
        return Slice(make(self.items), self.next, self.prev)


@dataclass(frozen=True, slots=True)
class Order:
    """What a list is sorted by: a date or a whole number, then the id. Without `value`, by id: ids sort by time."""

    name: str
    id: SQLColumnExpression[UUID]
    value: SQLColumnExpression[Any] | None = None
    descending: bool = True
    kind: type[datetime] | type[int] = datetime


@dataclass(frozen=True, slots=True)
class Cursor:
    """The row next to which a page starts."""

    backward: bool
    value: Value
    id: UUID


def encode(cursor: Cursor, order: Order) -> str:
    """The cursor as an opaque string."""
    value = cursor.value.isoformat() if isinstance(cursor.value, datetime) else cursor.value
    plain = json.dumps([order.name, int(cursor.backward), value, cursor.id.hex], separators=(",", ":"))
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def decode(text: str, order: Order) -> Cursor:
    """What encode() wrote for the same order. Raises Problem 422 on anything else."""
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        name, backward, value, row = json.loads(plain)
        cursor = Cursor(bool(backward), _value(value, order), UUID(hex=row))
        if name == order.name and encode(cursor, order) == text:
            return cursor
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError, binascii.Error):
        pass
    raise cursor_refused()


def _value(value: Any, order: Order) -> Value:
    if order.value is None:
        return None
    if order.kind is int:
        if type(value) is not int or abs(value) >= 2**63:
            raise ValueError
        return value
    read = datetime.fromisoformat(value)
    if read.tzinfo is None:
        raise ValueError
    return read


def cursor_refused() -> Problem:
    return invalid(
        FieldError(
            "cursor",
            "This cursor does not come from this list.",
            hint="Start again without a cursor, with the same filters and sort.",
        )
    )


def page(
    session: Session, statement: Select[*tuple[Any, ...]], order: Order, after: str | None, limit: int = LIMIT
) -> Slice[Row[*tuple[Any, ...]]]:
    """One page of the statement's rows, whose last columns are the key. Raises Problem 422 on a foreign cursor."""
    cursor = decode(after, order) if after else None
    rows = list(session.execute(_beside(statement, order, cursor).limit(limit + 1)))
    more = len(rows) > limit
    del rows[limit:]
    if not rows:
        return Slice([])
    if cursor is not None and cursor.backward:
        rows.reverse()
        return Slice(rows, _cursor_at(rows[-1], order), _cursor_at(rows[0], order, back=True) if more else None)
    return Slice(
        rows,
        _cursor_at(rows[-1], order) if more else None,
        _cursor_at(rows[0], order, back=True) if cursor is not None else None,
    )


def _beside(statement: Select[*tuple[Any, ...]], order: Order, cursor: Cursor | None) -> Select[*tuple[Any, ...]]:
    """The rows after the cursor, or before it and then nearest first; the columns of the key are added at their end."""
    falling = order.descending is not (cursor is not None and cursor.backward)
    key = [order.id] if order.value is None else [order.value, order.id]
    keyed = statement.add_columns(*(column.label(f"key_{n}") for n, column in enumerate(key)))
    if cursor is not None:
        start = (cursor.id,) if order.value is None else (cursor.value, cursor.id)
        mine, theirs = tuple_(*key), tuple_(*start)
        keyed = keyed.where(mine < theirs if falling else mine > theirs)
    return keyed.order_by(*(column.desc() if falling else column.asc() for column in key))


def _cursor_at(row: Row[*tuple[Any, ...]], order: Order, *, back: bool = False) -> str:
    return encode(Cursor(back, None if order.value is None else row.key_0, row[-1]), order)


def page_by_name(rows: Mapping[str, T], what: str, after: str | None, limit: int = LIMIT) -> Slice[T]:
    """One page of a mapping by name, in the order of the names. Raises Problem 422 on a foreign cursor."""
    names = sorted(rows)
    backward, start = _named_cursor(after, what) if after else (False, "")
    if backward:
        end = bisect_left(names, start)
        begin = max(0, end - limit)
    else:
        begin = bisect_right(names, start)
        end = begin + limit
    shown = names[begin:end]
    return Slice(
        [rows[name] for name in shown],
        _name_cursor(what, shown[-1], back=False) if shown and end < len(names) else None,
        _name_cursor(what, shown[0], back=True) if shown and begin > 0 else None,
    )


def _name_cursor(what: str, name: str, *, back: bool) -> str:
    plain = json.dumps([what, int(back), name], separators=(",", ":"))
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _named_cursor(text: str, what: str) -> tuple[bool, str]:
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        of, back, name = json.loads(plain)
        if of == what and isinstance(name, str) and _name_cursor(what, name, back=bool(back)) == text:
            return bool(back), name
    except (ValueError, TypeError, RecursionError):
        pass
    raise cursor_refused()
