"""What was said: mentions, their stories, and their matches with brands."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import REAL, Float, ForeignKeyConstraint, Index, Integer, LargeBinary, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Json, Tenant


class Story(Tenant, Base):
    """Near-identical mentions: they share one of the `bands`, and their simhashes are close (matching/story.py)."""

    __tablename__ = "story"
    __table_args__ = (
        Index("ix_story_bands", "bands", postgresql_using="gin"),
        Index("ix_story_last", "workspace_id", "last_at"),
        Index("ix_story_copies", "workspace_id", "copies"),
    )
    simhash: Mapped[int]
    bands: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    copies: Mapped[int] = mapped_column(server_default="1")


class Mention(Tenant, Base):
    """One public message that matched a brand when it was collected. Three clocks: published, collected, updated.

    `source_id` may name a source that was deleted since: no constraint, or its deletion would write all its mentions.
    `published_guessed`: its date is not known, and `published_at` only puts it in its place in a list;
    `date_spelling` is what its source wrote instead. `assignee` is the name of the member `assignee_id`; alone, the
    name of somebody who left, or what was typed before there were members.
    """

    __tablename__ = "mention"
    __table_args__ = (
        UniqueConstraint("workspace_id", "fingerprint"),
        *(
            Index(f"ix_mention_{key}", "workspace_id", key, postgresql_where=text(f"{key} IS NOT NULL"))
            for key in ("page_key", "guid_key", "words_key")
        ),
        ForeignKeyConstraint(
            ["workspace_id", "story_id"], ["story.workspace_id", "story.id"], ondelete="SET NULL (story_id)"
        ),
        ForeignKeyConstraint(
            ["workspace_id", "assignee_id"],
            ["member.workspace_id", "member.user_id"],
            ondelete="SET NULL (assignee_id)",
        ),
        Index("ix_mention_published", "workspace_id", "published_at", "id"),
        Index("ix_mention_collected", "workspace_id", "collected_at", "id"),
        Index("ix_mention_source", "workspace_id", "source_id", "published_at"),
        Index("ix_mention_undated", "workspace_id", "source_id", postgresql_where=text("published_guessed")),
        Index("ix_mention_story", "workspace_id", "story_id", postgresql_where=text("story_id IS NOT NULL")),
        Index("ix_mention_thread", "workspace_id", "kind", "thread_id", postgresql_where=text("thread_id IS NOT NULL")),
        Index("ix_mention_search", "search", postgresql_using="gin"),
        Index("ix_mention_platform", "workspace_id", "platform", "published_at", "id"),
        Index("ix_mention_language", "workspace_id", "language", "published_at", "id"),
        Index("ix_mention_author", "workspace_id", text("lower(author)"), "published_at", "id"),
        Index("ix_mention_status", "workspace_id", "status", "published_at", "id"),
        Index(
            "ix_mention_assignee",
            "workspace_id",
            "assignee_id",
            "published_at",
            "id",
            postgresql_where=text("assignee_id IS NOT NULL"),
        ),
        Index(
            "ix_mention_answered",
            "workspace_id",
            "answered_at",
            postgresql_where=text("answered_at IS NOT NULL"),
        ),
        Index("ix_mention_reach", "workspace_id", text("COALESCE(reach, '-1'::bigint)"), "id"),
        Index("ix_mention_hidden", "workspace_id", "published_at", "id", postgresql_where=text("hidden IS NOT NULL")),
        Index("ix_mention_tags", "tags", postgresql_using="gin"),
        Index("ix_mention_rated", "workspace_id", "id", postgresql_where=text("rating IS NOT NULL")),
    )
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    page_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    guid_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    words_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    source_id: Mapped[UUID | None]
    story_id: Mapped[UUID | None]
    kind: Mapped[str]
    external_id: Mapped[str]
    url: Mapped[str | None]
    canonical_url: Mapped[str | None]
    host: Mapped[str]
    platform: Mapped[str]
    outlet: Mapped[str]
    author: Mapped[str]
    author_id: Mapped[str]
    author_followers: Mapped[int | None]
    title: Mapped[str]
    text: Mapped[str]
    language: Mapped[str | None]
    published_at: Mapped[datetime]
    published_guessed: Mapped[bool]
    date_spelling: Mapped[str | None]
    collected_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    thread_id: Mapped[str | None]
    parent_id: Mapped[str | None]
    rating: Mapped[float | None] = mapped_column(Float)
    rating_scale: Mapped[float | None] = mapped_column(Float)
    reach: Mapped[int | None]
    likes: Mapped[int | None]
    shares: Mapped[int | None]
    comments: Mapped[int | None]
    search: Mapped[str] = mapped_column(TSVECTOR)
    sample: Mapped[bool] = mapped_column(server_default="false")

    status: Mapped[str] = mapped_column(server_default="new")
    hidden: Mapped[Json | None]
    """Why Vigie itself set the status to irrelevant: {"brand_id", "why", "what"}; None where a person has said what it
    is."""
    answered_at: Mapped[datetime | None]
    """When somebody first said that it was answered."""
    assignee: Mapped[str | None]
    assignee_id: Mapped[UUID | None]
    tags: Mapped[list[str]] = mapped_column(server_default="{}")
    note: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default="1")


class Revision(Tenant, Base):
    """What a mention said before its author edited it, or what a person changed."""

    __tablename__ = "revision"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "mention_id"], ["mention.workspace_id", "mention.id"], ondelete="CASCADE"
        ),
        Index("ix_revision_mention", "workspace_id", "mention_id", "id"),
    )
    mention_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor: Mapped[str] = mapped_column(server_default="")
    change: Mapped[Json]


class Match(Base):
    """Mention × brand: it carries the stance. Some columns repeat the mention's, so that one index answers the feed.

    `lead`: whether it is the first mention of its story for this brand; only leads count in the score by stories. The
    stance is a person's, else the rating's, else a phrase's, else the model's, which is `unsure` where no label is
    likely enough; None until scored. `model` scored the text last: the text is scored again where that is not the
    model in force, or where the score is `provisional`.
    """

    __tablename__ = "match"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "mention_id"], ["mention.workspace_id", "mention.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["workspace_id", "brand_id"], ["brand.workspace_id", "brand.id"], ondelete="CASCADE"),
        Index("ix_match_feed", "workspace_id", "brand_id", "published_at", "mention_id"),
        Index("ix_match_stance", "workspace_id", "brand_id", "stance", "published_at", "mention_id"),
        Index(
            "ix_match_unsure",
            "workspace_id",
            "published_at",
            "mention_id",
            postgresql_where=text("stance = 'unsure' AND lead"),
        ),
        Index(
            "ix_match_corrected",
            "workspace_id",
            "corrected_at",
            postgresql_where=text("corrected_at IS NOT NULL"),
        ),
        Index("ix_match_mention", "workspace_id", "mention_id"),
        Index("ix_match_unscored", "collected_at", postgresql_where=text("scored_at IS NULL")),
        Index("ix_match_urgent", "published_at", postgresql_where=text("scored_at IS NULL")),
        Index("ix_match_model", "model", "collected_at", postgresql_where=text("model IS NOT NULL")),
    )
    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    brand_id: Mapped[UUID] = mapped_column(primary_key=True)
    mention_id: Mapped[UUID] = mapped_column(primary_key=True)
    spans: Mapped[Json] = mapped_column(server_default="{}")
    published_at: Mapped[datetime]
    collected_at: Mapped[datetime]
    lead: Mapped[bool]
    scored_at: Mapped[datetime | None]
    negative: Mapped[float | None] = mapped_column(REAL)
    neutral: Mapped[float | None] = mapped_column(REAL)
    positive: Mapped[float | None] = mapped_column(REAL)
    model: Mapped[str | None]
    provisional: Mapped[bool] = mapped_column(server_default="false")
    stance: Mapped[str | None]
    stance_source: Mapped[str | None]
    corrected_by: Mapped[str | None]
    corrected_at: Mapped[datetime | None]


class Counts:
    """What is counted of the mentions of a brand in some time, in one weight and one language.

    `promoters`, `passives` and `detractors` count all stances, `fixed_*` those that the model did not decide, and
    `model_number` those it did; `histogram` (15) says with which probabilities, see sentiment/mixture.py. `squares` is
    Σ weight × weight over all pairs by one author or of one story within an hour, from which the effective number of
    voices follows.
    """

    number: Mapped[float] = mapped_column(Float)
    promoters: Mapped[float] = mapped_column(Float)
    passives: Mapped[float] = mapped_column(Float)
    detractors: Mapped[float] = mapped_column(Float)
    fixed_promoters: Mapped[float] = mapped_column(Float)
    fixed_passives: Mapped[float] = mapped_column(Float)
    fixed_detractors: Mapped[float] = mapped_column(Float)
    model_number: Mapped[float] = mapped_column(Float)
    histogram: Mapped[list[float]] = mapped_column(ARRAY(Float))
    squares: Mapped[float] = mapped_column(Float)


class Bucket(Counts, Base):
    """Counts of one brand over one hour of publication, recounted from rows.

    One row per weight, source and language, and one over all sources (aggregate.EVERY_SOURCE) per weight and language;
    `weight` is mentions, stories or reach.
    """

    __tablename__ = "bucket"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "brand_id"], ["brand.workspace_id", "brand.id"], ondelete="CASCADE"),
        Index("ix_bucket_hour", "workspace_id", "brand_id", "hour"),
    )
    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    brand_id: Mapped[UUID] = mapped_column(primary_key=True)
    weight: Mapped[str] = mapped_column(primary_key=True)
    source_id: Mapped[UUID] = mapped_column(primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)


class DayBucket(Counts, Base):
    """The buckets of one brand over all sources, summed over one day of UTC, so that a year is read in 365 rows."""

    __tablename__ = "day_bucket"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "brand_id"], ["brand.workspace_id", "brand.id"], ondelete="CASCADE"),
    )
    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    brand_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    weight: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)


class DirtyHour(Base):
    """An hour of a brand whose buckets must be recounted, and `since` when: the moment of the latest change."""

    __tablename__ = "dirty_hour"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "brand_id"], ["brand.workspace_id", "brand.id"], ondelete="CASCADE"),
    )
    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    brand_id: Mapped[UUID] = mapped_column(primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(server_default=func.now())
