"""Recounts hourly buckets from rows, so that they cannot drift after a retry or a correction; sums up their days."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.orm import Session

from alerts import base as alerts
from app.models import Bucket, DayBucket, DirtyHour
from sentiment.mixture import CELLS as NUMBER_OF_CELLS
from sentiment.mixture import STEPS

EVERY_SOURCE = UUID(int=2**128 - 1)
"""Stands for the source in the rows of totals, which answer most questions."""

WRITER = (
    "mention.platform || ' ' || "
    "coalesce(nullif(mention.author_id, ''), nullif(lower(mention.author), ''), mention.id::text)"
)
"""SQL: the writer of a mention on its platform; a mention that names nobody has a writer of its own."""

REACH = "greatest(coalesce(mention.reach, mention.author_followers, 1), 1)"

STORY = "coalesce(mention.story_id, mention.id)"
"""SQL: what copies of one text have in common."""

HERE = "PARTITION BY weight, hour, origin.language"
CELLS = ", ".join(
    f"coalesce(sum(w * (1 - fixed) * greatest(0, 1 - greatest(abs({STEPS} * negative - {a}), "
    f"abs({STEPS} * neutral - {b}), abs({STEPS} * positive - {STEPS - a - b})))), 0)"
    for a in range(STEPS + 1)
    for b in range(STEPS + 1 - a)
)
"""SQL: what the texts weigh in each cell of the histogram, the same as `sentiment.mixture.histogram` gives."""

RECOUNT = text(
    f"""
    INSERT INTO bucket (
        workspace_id, brand_id, weight, hour, source_id, language, number, promoters, passives, detractors,
        fixed_promoters, fixed_passives, fixed_detractors, model_number, histogram, squares
    )
    SELECT :workspace_id, :brand_id, weight, hour,
        CASE WHEN grouping(source_id) = 1 THEN CAST(:every AS uuid) ELSE source_id END, language,
        sum(w), sum(w * (stance = 'promoter')::int), sum(w * (stance = 'passive')::int),
        sum(w * (stance = 'detractor')::int), sum(w * fixed * (stance = 'promoter')::int),
        sum(w * fixed * (stance = 'passive')::int), sum(w * fixed * (stance = 'detractor')::int),
        sum(w * (1 - fixed)), ARRAY[{CELLS}],
        CASE WHEN grouping(source_id) = 1 THEN sum(w * (of_author + of_story - of_both))
            ELSE sum(w * (of_author_here + of_story_here - of_both_here)) END
    FROM (
        SELECT weight, w, hour, origin.source_id, origin.language, fixed, m.stance, m.negative, m.neutral, m.positive,
            sum(w) OVER ({HERE}, writer) AS of_author, sum(w) OVER ({HERE}, story) AS of_story,
            sum(w) OVER ({HERE}, writer, story) AS of_both,
            sum(w) OVER ({HERE}, origin.source_id, writer) AS of_author_here,
            sum(w) OVER ({HERE}, origin.source_id, story) AS of_story_here,
            sum(w) OVER ({HERE}, origin.source_id, writer, story) AS of_both_here
        FROM match m
        JOIN mention ON mention.workspace_id = m.workspace_id AND mention.id = m.mention_id
        CROSS JOIN LATERAL (
            SELECT (m.stance_source <> 'model')::int AS fixed, coalesce(mention.language, '') AS language,
                coalesce(mention.source_id, '00000000-0000-0000-0000-000000000000') AS source_id,
                date_trunc('hour', m.published_at, 'UTC') AS hour, {WRITER} AS writer,
                {STORY} AS story
        ) AS origin
        CROSS JOIN LATERAL (VALUES
            ('mentions', 1.0::float8),
            ('stories', m.lead::int::float8),
            ('reach', {REACH}::float8)
        ) AS weights(weight, w)
        WHERE m.workspace_id = :workspace_id AND m.brand_id = :brand_id
          AND m.published_at >= :low AND m.published_at < :high
          AND hour = ANY(:hours)
          AND m.stance IS NOT NULL AND mention.status <> 'irrelevant' AND NOT mention.published_guessed AND w > 0
    ) AS counted
    GROUP BY GROUPING SETS ((weight, hour, source_id, language), (weight, hour, language))
    """  # noqa: S608 - the pieces are ours
).bindparams(bindparam("hours", type_=ARRAY(TIMESTAMP(timezone=True))))


COUNTED = (
    "number", "promoters", "passives", "detractors", "fixed_promoters", "fixed_passives", "fixed_detractors",
    "model_number", "squares",
)  # fmt: skip
"""The columns of a bucket that are added up, beside the histogram."""

SUM_UP = text(
    f"""
    INSERT INTO day_bucket (workspace_id, brand_id, day, weight, language, {", ".join(COUNTED)}, histogram)
    SELECT :workspace_id, :brand_id, day, weight, language, {", ".join(f"sum({name})" for name in COUNTED)},
        ARRAY[{", ".join(f"sum(histogram[{cell + 1}])" for cell in range(NUMBER_OF_CELLS))}]
    FROM unnest(CAST(:days AS date[])) AS day
    JOIN bucket ON bucket.hour >= day::timestamp AT TIME ZONE 'UTC'
        AND bucket.hour < (day + 1)::timestamp AT TIME ZONE 'UTC'
    WHERE workspace_id = :workspace_id AND brand_id = :brand_id AND source_id = :every
    GROUP BY day, weight, language
    """  # noqa: S608 - the pieces are ours
)


def recount(session: Session, workspace_id: UUID, brand_id: UUID, hours: Sequence[datetime]) -> None:
    """Replaces the buckets of these hours by counts of the rows, without irrelevant, unscored and undated mentions.

    `squares` sums weight × weight over all pairs by one writer or of one story: ten mentions by one person in an hour
    are one voice, and so is a text that ten people pass on (Kish's design effect, clusters in two ways).
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
    sum_up_days(session, workspace_id, brand_id, {hour.astimezone(UTC).date() for hour in hours})


def sum_up_days(session: Session, workspace_id: UUID, brand_id: UUID, days: Collection[date]) -> None:
    """Replaces the sums of these days of UTC by those of their buckets."""
    here = (DayBucket.workspace_id == workspace_id, DayBucket.brand_id == brand_id)
    session.execute(delete(DayBucket).where(*here, DayBucket.day.in_(days)))
    places = {"workspace_id": workspace_id, "brand_id": brand_id, "every": EVERY_SOURCE, "days": sorted(days)}
    session.execute(SUM_UP, places)


def recount_dirty(session: Session, workspace_id: UUID, brand_id: UUID) -> int:
    """Recounts the hours of a brand that `dirty_hour` names, and forgets them there. Returns how many there were."""
    hours = session.scalars(
        delete(DirtyHour)
        .where(DirtyHour.workspace_id == workspace_id, DirtyHour.brand_id == brand_id)
        .returning(DirtyHour.hour)
    ).all()
    recount(session, workspace_id, brand_id, hours)
    return len(hours)


def hourly(
    session: Session, workspace_id: UUID, brand_id: UUID, start: datetime, end: datetime
) -> list[alerts.HourCounts]:
    """The counts of every hour from `start` to `end`, both included, oldest first; zeros where nothing was counted."""
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
    counts: dict[datetime, dict[str, tuple[int, int, int, int]]] = {}
    for hour, weight, number, promoters, passives, detractors in rows:
        counts.setdefault(hour, {})[weight] = (int(number), int(promoters), int(passives), int(detractors))
    nothing = (0, 0, 0, 0)
    hour, series = start.replace(minute=0, second=0, microsecond=0), []
    while hour <= end:
        here = counts.get(hour, {})
        series.append(alerts.HourCounts(hour, here.get("mentions", nothing)[0], *here.get("stories", nothing)))
        hour += timedelta(hours=1)
    return series
