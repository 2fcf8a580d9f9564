"""What became known when, about each hour of a brand: from the mentions by two clocks, published and collected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Select, Subquery, and_, case, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from alerts.backtest import STEP, Change
from app.models import Match, Mention, Revision, Source
from app.pipeline.tell.news import LONGEST
from app.viewer import Viewer, may

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
STANCES = ("promoter", "passive", "detractor")
UNCOUNTED = or_(Mention.published_guessed, Mention.status == "irrelevant")
OF_MENTION = and_(Match.workspace_id == Mention.workspace_id, Match.mention_id == Mention.id)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which mentions of a brand: those published from `start` to before `end`, that pass `where`.

    What was published before `known_since`, when Vigie read nothing about the brand yet, is taken as known when it was
    published: of that time there is nothing to be late for.
    """

    workspace_id: UUID
    brand_id: UUID
    start: datetime
    end: datetime
    known_since: datetime
    where: Sequence[ColumnElement[bool]] = ()

    @property
    def matches(self) -> list[ColumnElement[bool]]:
        """Its matches, whatever `where` asks of their mentions."""
        return [
            Match.workspace_id == self.workspace_id,
            Match.brand_id == self.brand_id,
            Match.published_at >= self.start,
            Match.published_at < self.end,
        ]

    def known_at(self, now: datetime) -> ColumnElement[bool]:
        """Whether a mention was known at that moment."""
        return or_(Match.collected_at <= now, Match.published_at < min(now, self.known_since))


@may("read")
def known_since(session: Session, viewer: Viewer, brand_id: UUID) -> datetime | None:
    """When the first mention of the brand was collected; None without any. The first stored, or one from before it."""
    here = (Match.workspace_id == viewer.workspace_id, Match.brand_id == brand_id)
    first = session.scalar(select(Match.collected_at).where(*here).order_by(Match.mention_id).limit(1))
    oldest = session.scalar(select(Match.collected_at).where(*here).order_by(Match.published_at).limit(1))
    return min((at for at in (first, oldest) if at), default=None)


@may("read")
def changes(session: Session, viewer: Viewer, scope: Scope) -> list[Change]:
    """What became known, as far as history is kept: today's stances, but where a person has changed one since."""
    assert scope.workspace_id == viewer.workspace_id
    return [*_arrivals(session, scope), *_corrections(session, scope)]


def _arrivals(session: Session, scope: Scope) -> Iterator[Change]:
    """Read from the matches alone, which is several times faster, where what is asked of mentions takes little away."""
    past = _dug_up(session, scope)
    if past is not None or scope.where:
        joined = _with_mentions(past).where(*scope.matches, *scope.where, ~UNCOUNTED)
        yield from _grouped(session, scope, joined, past)
    else:
        yield from _grouped(session, scope, select().select_from(Match).where(*scope.matches), None)
        left_out = _with_mentions(None).where(*scope.matches, UNCOUNTED, Mention.published_at >= scope.start)
        for change in _grouped(session, scope, left_out, None):
            yield _negative(change)


def _grouped(session: Session, scope: Scope, matches: Select[Any], past: Subquery | None) -> Iterator[Change]:
    hour = func.date_bin(HOUR, Match.published_at, EPOCH, type_=DateTime(timezone=True)).label("hour")
    at = _step_after(_known(scope, past)).label("at")
    counted = [
        func.count().label("mentions"),
        func.count().filter(Match.lead).label("stories"),
        *(func.count().filter(Match.lead, Match.stance == stance).label(f"{stance}s") for stance in STANCES),
    ]
    statement = matches.add_columns(hour, at, *counted).where(Match.stance.is_not(None)).group_by(hour, at)
    for row in session.execute(statement):
        yield Change(row.at, row.hour, row.mentions, row.stories, row.promoters, row.passives, row.detractors)


def _negative(change: Change) -> Change:
    counts = (change.mentions, change.stories, change.promoters, change.passives, change.detractors)
    return Change(change.at, change.hour, *(-number for number in counts))


def _with_mentions(past: Subquery | None) -> Select[Any]:
    statement = select().select_from(Match).join(Mention, OF_MENTION)
    return statement if past is None else statement.outerjoin(past, past.c.id == Mention.source_id)


def _dug_up(session: Session, scope: Scope) -> Subquery | None:
    """The sources that went back since, and when each was asked to; None without any."""
    asked = cast(Source.backfill.op("->>")("until"), DateTime(timezone=True))
    here = (Source.workspace_id == scope.workspace_id, Source.backfill.is_not(None), asked > scope.known_since)
    past = select(Source.id, asked.label("asked")).where(*here).subquery()
    return past if session.scalar(select(func.count()).select_from(past)) else None


def _known(scope: Scope, past: Subquery | None) -> ColumnElement[datetime]:
    """When a mention was known.

    What a source dug up of the time before it was asked to go back opens no incident for the width of the widest
    window: it is taken as known after that.
    """
    rules: list[tuple[Any, Any]] = [(Match.published_at < scope.known_since, Match.published_at)]
    if past is not None:
        dug_up = and_(Match.published_at < past.c.asked, Match.collected_at >= past.c.asked)
        rules.append((dug_up, func.greatest(Match.collected_at, past.c.asked + LONGEST)))
    return case(*rules, else_=func.greatest(Match.collected_at, Match.published_at))


def _step_after(known: ColumnElement[datetime]) -> ColumnElement[datetime]:
    return func.date_bin(STEP, known, EPOCH, type_=DateTime(timezone=True)) + literal(STEP)


def _corrections(session: Session, scope: Scope) -> Iterator[Change]:
    """What people changed of the stance and of the relevance of single mentions, taken back to when they did."""
    key = f"stance:{scope.brand_id}"
    past = _dug_up(session, scope)
    known = _known(scope, past)
    told = or_(func.jsonb_exists(Revision.change, key), func.jsonb_exists(Revision.change, "status"))
    rows = session.execute(
        _with_mentions(past).add_columns(
            Match.mention_id, Match.published_at, Match.lead, Match.stance, Mention.status, Revision.change,
            known.label("known"), Revision.at,
        )
        .join(Revision, and_(Revision.workspace_id == Match.workspace_id, Revision.mention_id == Match.mention_id))
        .where(told, *scope.matches, *scope.where, ~Mention.published_guessed)
        .order_by(Match.mention_id, Revision.id)
    )  # fmt: skip
    lines: dict[UUID, list[Any]] = {}
    for row in rows:
        lines.setdefault(row.mention_id, []).append(row)
    for history in lines.values():
        yield from corrected(history, key)


def corrected(history: Sequence[Any], key: str) -> Iterator[Change]:
    """What to add to a mention that was counted as it is today, so that it counts as it was at each moment.

    `history` are its lines that change the stance or the status, oldest first, each with the mention beside it.
    """
    last = history[-1]
    hour, today = last.published_at.replace(minute=0, second=0, microsecond=0), (last.stance, last.status)
    known = step_after(last.known)
    was = (_before(history, key, last.stance), _before(history, "status", last.status))
    yield from _moved(known, hour, last.lead, today, was)
    for line in history:
        stance, status = (_after(line.change, name, old) for name, old in zip((key, "status"), was, strict=True))
        yield from _moved(max(known, step_after(line.at)), hour, last.lead, was, (stance, status))
        was = (stance, status)
    yield from _moved(max(known, step_after(last.at)), hour, last.lead, was, today)


def step_after(at: datetime) -> datetime:
    """The next moment that is looked at."""
    return EPOCH + ((at - EPOCH) // STEP + 1) * STEP


def _before(history: Iterable[Any], key: str, today: Any) -> Any:
    return next((line.change[key][0] for line in history if key in line.change), today)


def _after(change: Mapping[str, Any], key: str, before: Any) -> Any:
    return change[key][1] if key in change else before


Told = tuple[str | None, str]
"""The stance and the status of a mention."""


def _moved(at: datetime, hour: datetime, lead: bool, was: Told, now: Told) -> Iterator[Change]:
    if was != now:
        yield from (_one(at, hour, lead, told, sign) for told, sign in ((was, -1), (now, 1)) if _counts(told))


def _counts(told: Told) -> bool:
    return told[0] is not None and told[1] != "irrelevant"


def _one(at: datetime, hour: datetime, lead: bool, told: Told, sign: int) -> Change:
    story = sign * lead
    stances = (story if told[0] == stance else 0 for stance in STANCES)
    return Change(at, hour, sign, story, *stances)
