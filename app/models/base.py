"""What tables share: the declarative base, ids that sort by time, and the columns of a tenant."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Dialect, ForeignKey, MetaData, Text, TypeDecorator, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeEngine

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Json = dict[str, Any]


class JsonObject(TypeDecorator[Json]):
    """A JSON object. Whatever else somebody wrote into the column is read as an object that holds it.

    Nothing of ours takes that for what it expects, so the row is refused where it is used, and is no trouble where it
    is only listed.
    """

    impl = JSONB
    cache_ok = True
    should_evaluate_none = True  # as JSONB itself: None is the null of JSON

    def process_result_value(self, value: object, dialect: Dialect) -> Json | None:
        return value if value is None or isinstance(value, dict) else {"unreadable": value}

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        compared: TypeEngine[Any] = self.impl_instance.coerce_compared_value(op, value)
        return compared


class Ids:
    """Makes UUIDs of version 7 (RFC 9562): 48 bits of milliseconds since 1970, then 74 random ones.

    Each is greater than the one before, also within a millisecond (method 2 of §6.2): rows that one process made sort
    in the order in which it made them. Safe to use from several threads.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock, self._lock = clock, Lock()
        self._last = 0

    def __call__(self) -> UUID:
        stamp = int(self._clock() * 1000) & (2**48 - 1)
        with self._lock:
            fresh = stamp << 74 | int.from_bytes(os.urandom(10), "big") >> 6
            self._last = fresh if stamp > self._last >> 74 else self._last + 1 + int.from_bytes(os.urandom(4), "big")
            return _version7(self._last)


def _version7(value: int) -> UUID:
    """The UUID that holds these 122 bits around its version and variant."""
    stamp, a, b = value >> 74, value >> 62 & 0xFFF, value & (2**62 - 1)
    return UUID(int=stamp << 80 | 0x7 << 76 | a << 64 | 0x2 << 62 | b)


uuid7 = Ids()
"""A new id, greater than those this process made before."""


class Base(DeclarativeBase):
    """The declarative base. Every date carries a time zone."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a plain class attribute
        datetime: DateTime(timezone=True),
        str: Text,
        int: BigInteger,
        Json: JsonObject,
        list[str]: ARRAY(Text),
    }


class Tenant:
    """A row of one workspace. The workspace is part of the key, so that the database itself keeps tenants apart."""

    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)


class Dated:
    """When a row was made, and when it was last changed."""

    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
