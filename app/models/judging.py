"""What decides a stance beside the model, and how fast the models score."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Float, ForeignKeyConstraint, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Dated, Tenant


class Phrase(Tenant, Dated, Base):
    """Words that decide the stance of a mention that holds them, whatever the model says.

    `words` are the folded words of `text`, with a space between. None as brand or language means every one.
    """

    __tablename__ = "phrase"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "brand_id"], ["brand.workspace_id", "brand.id"], ondelete="CASCADE"),
        Index(
            "uq_phrase_scope", "workspace_id", "words", "brand_id", "language",
            unique=True, postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip
    text: Mapped[str]
    words: Mapped[str]
    stance: Mapped[str]
    brand_id: Mapped[UUID | None]
    language: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default="1")


class Restance(Tenant, Base):
    """A request to decide stances again: of the mentions that hold `words`, or of the rated ones when `words` is None;
    of every mention when `everything`. Several phrases stand in lines of their own.

    The job goes from the newest mention back; `before` is the last one it has done. `done` and `total` count mentions.
    """

    __tablename__ = "restance"
    phrase_id: Mapped[UUID | None]
    words: Mapped[str | None]
    everything: Mapped[bool] = mapped_column(server_default="false")
    before: Mapped[UUID | None]
    done: Mapped[int] = mapped_column(server_default="0")
    total: Mapped[int | None]
    requested_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ModelRun(Base):
    """A model that scores here. The one with the latest `started_at` is in force, and scores again what others scored.

    `per_second`: texts that one worker scores; `quick_per_second`: the same for the quick part of the model.
    """

    __tablename__ = "model_run"
    model: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    at: Mapped[datetime]
    per_second: Mapped[float | None] = mapped_column(Float)
    quick_per_second: Mapped[float | None] = mapped_column(Float)
