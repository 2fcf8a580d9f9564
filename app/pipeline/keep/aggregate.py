"""Hourly buckets, recounted from rows: a retry or a correction cannot make them drift."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.orm import Session

from alerts import base as alerts
from app.models import Bucket, DirtyHour

EVERY_SOURCE = UUID(int=2**128 - 1)
"""The source of the rows that hold the totals: most questions are not about one source."""

WRITER = (
    "mention.platform || ' ' || "
    "coalesce(nullif(mention.author_id, ''), nullif(lower(mention.author), ''), mention.id::text)"
)
"""Who wrote a mention, on one platform; a mention that names nobody has a writer of its own."""

REACH = "greatest(coalesce(mention.reach, mention.author_followers, 1), 1)"

RECOUNT = text(
    f"""
    INSERT INTO bucket (
        workspace_id, brand_id, weight, hour, source_id, language, number, promoters, passives, detractors,
        fixed_promoters, fixed_passives, fixed_detractors, model_number, negative, neutral, positive, squares
    )
    SELECT :workspace_id, :brand_id, weight, hour,
        CASE WHEN grouping(source_id) = 1 THEN CAST(:every AS uuid) ELSE source_id END, language,
        sum(w), sum(w * (stance = 'promoter')::int), sum(w * (stance = 'passive')::int),
        sum(w * (stance = 'detractor')::int), sum(w * fixed * (stance = 'promoter')::int),
        sum(w * fixed * (stance = 'passive')::int), sum(w * fixed * (stance = 'detractor')::int),
        sum(w * (1 - fixed)), sum(w * (1 - fixed) * negative), sum(w * (1 - fixed) * neutral),
        sum(w * (1 - fixed) * positive),
        CASE WHEN grouping(source_id) = 1 THEN sum(w * of_author) ELSE sum(w * of_author_here) END
    FROM (
        SELECT weight, w, hour, origin.source_id, origin.language, fixed, m.stance, m.negative, m.neutral, m.positive,
            sum(w) OVER (PARTITION BY weight, hour, origin.language, writer) AS of_author,
            sum(w) OVER (PARTITION BY weight, hour, origin.language, writer, origin.source_id) AS of_author_here
        FROM match m
        JOIN mention ON mention.workspace_id = m.workspace_id AND mention.id = m.mention_id
        CROSS JOIN LATERAL (
            SELECT (m.stance_source <> 'model')::int AS fixed, coalesce(mention.language, '') AS language,
                coalesce(mention.source_id, '00000000-0000-0000-0000-000000000000') AS source_id,
                date_trunc('hour', m.published_at, 'UTC') AS hour, {WRITER} AS writer
        ) AS origin
        CROSS JOIN LATERAL (VALUES
            ('mentions', 1.0::float8),
            ('stories', m.lead::int::float8),
            ('reach', {REACH}::float8)
        ) AS weights(weight, w)
        WHERE m.workspace_id = :workspace_id AND m.brand_id = :brand_id
          AND m.published_at >= :low AND m.published_at < :high
          AND hour = ANY(:hours)
          AND m.stance IS NOT NULL AND mention.status <> 'irrelevant' AND w > 0
    ) AS counted
    GROUP BY GROUPING SETS ((weight, hour, source_id, language), (weight, hour, language))
    """  # noqa: S608 - the pieces are ours
).bindparams(bindparam("hours", type_=ARRAY(TIMESTAMP(timezone=True))))


def recount(session: Session, workspace_id: UUID, brand_id: UUID, hours: Sequence[datetime]) -> None:
    """The buckets of these hours, from rows. Mentions marked irrelevant and those not scored yet do not count.

    `squares` is Σ over writers of (Σ weight)²: who writes ten times in an hour is one voice (Kish's design effect).
    """
    if not hours:
        return
    session.execute(
        delete(Bucket).where(
            Bucket.workspace_id == workspace_id, Bucket.brand_id == brand_id, Bucket.hour.in_(list(hours))
        )
    )
    bounds = {"low": min(hours), "high": max(hours) + timedelta(hours=1), "hours": list(hours)}
    session.execute(RECOUNT, {"workspace_id": workspace_id, "brand_id": brand_id, "every": EVERY_SOURCE, **bounds})


def recount_dirty(session: Session, workspace_id: UUID, brand_id: UUID) -> int:
    """Serves the wishes of `dirty_hour` for one brand. Returns how many hours were recounted."""
    hours = session.scalars(
        delete(DirtyHour)
        .where(DirtyHour.workspace_id == workspace_id, DirtyHour.brand_id == brand_id)
        .returning(DirtyHour.hour)
    ).all()
    recount(session, workspace_id, brand_id, hours)
    return len(hours)


def hourly(session: Session, workspace_id: UUID, brand_id: UUID, start: datetime, end: datetime) -> list[alerts.Bucket]:
    """The hours from `start` to `end` without holes, oldest first, `end`'s own hour included."""
    rows = session.execute(
        select(
            Bucket.hour,
            Bucket.weight,
            func.sum(Bucket.number),
            func.sum(Bucket.promoters),
            func.sum(Bucket.passives),
            func.sum(Bucket.detractors),
        )
        .where(Bucket.workspace_id == workspace_id, Bucket.brand_id == brand_id, Bucket.source_id == EVERY_SOURCE)
        .where(Bucket.weight.in_(("stories", "mentions")), Bucket.hour >= start, Bucket.hour <= end)
        .group_by(Bucket.hour, Bucket.weight)
    )
    found: dict[datetime, dict[str, tuple[int, int, int, int]]] = {}
    for hour, weight, number, promoters, passives, detractors in rows:
        found.setdefault(hour, {})[weight] = (int(number), int(promoters), int(passives), int(detractors))
    none = (0, 0, 0, 0)
    hour, series = start.replace(minute=0, second=0, microsecond=0), []
    while hour <= end:
        here = found.get(hour, {})
        stories = here.get("stories", none)
        series.append(alerts.Bucket(hour, here.get("mentions", none)[0], *stories))
        hour += timedelta(hours=1)
    return series
