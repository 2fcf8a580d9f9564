"""Which sentiment models have scored here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Json


class ScorerRow(Base):
    """A model that a worker wrote down when it started, so that the web shows its scores without loading it.

    `since` is when it last took over from another model; the newest one scores. `corrections` say how the
    shares follow from its probabilities; they are empty until the worker starts again after an update. `measured` is
    empty when nobody measured the model. `sureness` has from which probability on its stances are shown, for each of
    its parts by name and version, see `sentiment.base.Sureness`; `common` is the edition of the common phrases that
    counted beside it.
    """

    __tablename__ = "scorer"
    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    corrections: Mapped[Json] = mapped_column(server_default="{}")
    measured: Mapped[Json]
    sureness: Mapped[Json] = mapped_column(server_default="{}")
    common: Mapped[str] = mapped_column(server_default="")
    since: Mapped[datetime]
