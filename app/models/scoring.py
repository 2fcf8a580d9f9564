"""Which sentiment models have scored here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Json


class ScorerRow(Base):
    """A model as a worker told of it at its start, for those who show its scores without loading it.

    `since` is when it last took over from another; the newest is the one that scores. `measured` is empty when nobody
    measured it.
    """

    __tablename__ = "scorer"
    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    matrices: Mapped[Json]
    measured: Mapped[Json]
    since: Mapped[datetime]
