"""Reads the mentions that explain a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, distinct, func, literal_column, select
from sqlalchemy.orm import Session

from alerts.base import Counted, Explanation, OneText, Sample, Verdict
from alerts.explain import explain
from app.models import Brand, Match, Mention
from app.pipeline.keep.aggregate import WRITER, hourly
from ground.words import folded_words

RECENT, USUAL = 300, 300
"""How many mentions are read at most: of the verdict's window, and of the month before it."""
MONTH = timedelta(days=30)
OF_MENTION = and_(Match.workspace_id == Mention.workspace_id, Match.mention_id == Mention.id)
LEAST_COPIES, LEAST_SHARE = 3, 0.2
"""From how many mentions, and from which share of all, a text that was passed on is worth a word."""
WRITERS: ColumnElement[str] = literal_column(WRITER)
STANCES: dict[Counted, str] = {"detractors": "detractor", "promoters": "promoter"}


def explain_verdict(
    session: Session, brand: Brand, verdict: Verdict, now: datetime, known: Sequence[ColumnElement[bool]] = ()
) -> Explanation:
    """The facts of a verdict, and what sets the mentions of its window apart from the brand's usual ones.

    `known` narrows them to those that were known at a moment of the past.
    """
    since = verdict.since or now - timedelta(hours=verdict.window_hours)
    recent = recent_samples(session, brand, STANCES.get(verdict.counted), since, now, known)
    usual = usual_texts(session, brand, since, known)
    own_words = set(folded_words(f"{brand.name} {brand.query}"))
    end = last_hour(verdict, since, now)
    hours = [] if known else hourly(session, brand.workspace_id, brand.id, since, end)  # buckets know the present only
    passed_on = one_text(session, brand, STANCES.get(verdict.counted), since, now, known)
    return explain(verdict, recent, usual, brand=sorted(own_words), hours=hours, one_text=passed_on)


def last_hour(verdict: Verdict, since: datetime, now: datetime) -> datetime:
    """The last hour of the window of a verdict."""
    return min(since + timedelta(hours=max(0, verdict.window_hours - 1)), now)


def one_text(
    session: Session,
    brand: Brand,
    stance: str | None,
    since: datetime,
    now: datetime,
    known: Sequence[ColumnElement[bool]] = (),
) -> OneText | None:
    """The text that makes the largest part of the mentions, with its copies, where that is a fifth or more of them."""
    story = func.coalesce(Mention.story_id, Mention.id)
    number = func.count()
    counted = (
        select(number, func.count(distinct(WRITERS)), func.sum(number).over())
        .select_from(Mention)
        .join(Match, OF_MENTION)
        .where(*_about(brand), Match.published_at >= since, Match.published_at <= now, *known)
        .group_by(story)
        .order_by(number.desc(), story)
        .limit(1)
    )
    if stance:
        counted = counted.where(Match.stance == stance)
    row = session.execute(counted).one_or_none()
    if row is None:
        return None
    mentions, accounts, of = map(int, row)
    if mentions < LEAST_COPIES or mentions < LEAST_SHARE * of:
        return None
    return OneText(mentions, accounts, mentions / of)


def recent_samples(
    session: Session,
    brand: Brand,
    stance: str | None,
    since: datetime,
    now: datetime,
    known: Sequence[ColumnElement[bool]] = (),
) -> Sequence[Sample]:
    """The leads published from `since` to `now`, newest first; of one stance, or of any."""
    columns = (Mention.author, Mention.outlet, Mention.platform, Mention.url, Mention.published_at, Mention.reach)
    leads = (
        select(Mention.title, Mention.text, *columns)
        .join(Match, OF_MENTION)
        .where(*_about(brand), Match.lead, Match.published_at >= since, Match.published_at <= now, *known)
        .order_by(Match.published_at.desc())
        .limit(RECENT)
    )
    if stance:
        leads = leads.where(Match.stance == stance)
    return [
        Sample(
            text=whole_text(row.title, row.text),
            author=row.author,
            outlet=row.outlet or row.platform,
            url=row.url,
            published_at=row.published_at,
            reach=row.reach,
        )
        for row in session.execute(leads)
    ]


def usual_texts(
    session: Session, brand: Brand, before: datetime, known: Sequence[ColumnElement[bool]] = ()
) -> Sequence[str]:
    """The texts of the leads of the month before that moment, of any stance, newest first."""
    return session.scalars(
        select(Mention.title + " " + Mention.text)
        .join(Match, OF_MENTION)
        .where(*_about(brand), Match.lead, Match.published_at < before, Match.published_at >= before - MONTH, *known)
        .order_by(Match.published_at.desc())
        .limit(USUAL)
    ).all()


def whole_text(title: str, text: str) -> str:
    """Title and text as one, unless the text begins with its title anyway."""
    return f"{title}. {text}" if title and not text.startswith(title) else text


def _about(brand: Brand) -> tuple[ColumnElement[bool], ...]:
    """The matches of the brand whose date is known: nobody knows whether the others belong to the window."""
    return Match.workspace_id == brand.workspace_id, Match.brand_id == brand.id, ~Mention.published_guessed
