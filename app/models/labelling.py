"""What people answered when asked: labels of a random sample, and surveys. Neither is counted in the score."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import REAL, ForeignKeyConstraint, Index, SmallInteger, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Tenant


class AuditMatch(Tenant, Base):
    """A match drawn at random to be labelled blind. It holds no text, and is deleted with its mention.

    `week` is the Monday (UTC) for which it was drawn; `model` and the probabilities are those of that moment. `label`
    is negative, neutral, positive, or skip where nobody can tell.
    """

    __tablename__ = "audit_match"
    __table_args__ = (
        UniqueConstraint("workspace_id", "brand_id", "mention_id"),
        ForeignKeyConstraint(
            ["workspace_id", "mention_id"], ["mention.workspace_id", "mention.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["workspace_id", "brand_id"], ["brand.workspace_id", "brand.id"], ondelete="CASCADE"),
        Index("ix_audit_match_mention", "workspace_id", "mention_id"),
        Index("ix_audit_match_week", "workspace_id", "week"),
        Index("ix_audit_match_labelled", "workspace_id", "labelled_at", postgresql_where=text("label IS NOT NULL")),
    )
    brand_id: Mapped[UUID]
    mention_id: Mapped[UUID]
    week: Mapped[date]
    drawn_at: Mapped[datetime]
    model: Mapped[str]
    negative: Mapped[float] = mapped_column(REAL)
    neutral: Mapped[float] = mapped_column(REAL)
    positive: Mapped[float] = mapped_column(REAL)
    label: Mapped[str | None]
    labelled_by: Mapped[str | None]
    labelled_at: Mapped[datetime | None]


class SurveyResponse(Tenant, Base):
    """One answer, 0 to 10, to «would you recommend us?». The survey NPS stands beside the score, never in it."""

    __tablename__ = "survey_response"
    __table_args__ = (
        UniqueConstraint("workspace_id", "brand_id", "external_id"),
        ForeignKeyConstraint(["workspace_id", "brand_id"], ["brand.workspace_id", "brand.id"], ondelete="CASCADE"),
        Index("ix_survey_response_answered", "workspace_id", "brand_id", "answered_at", "id"),
        Index("ix_survey_response_respondent", "workspace_id", "respondent", postgresql_where=text("respondent <> ''")),
    )
    brand_id: Mapped[UUID]
    external_id: Mapped[str]
    score: Mapped[int] = mapped_column(SmallInteger)
    comment: Mapped[str] = mapped_column(server_default="")
    answered_at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(server_default="")
    respondent: Mapped[str] = mapped_column(server_default="")
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
