"""The sources of a workspace, with their health."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Host, Mention, Poll, Quarantined, Source
from app.problems import not_found
from app.queries.paging import LIMIT, Order, Slice, page
from app.queries.silence import silent_since
from app.queries.undated import undated_by_source, undated_notices
from app.queries.usage import UsageView, usages
from app.viewer import Viewer, may
from ground.notice import Notice

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source, how late its next reading is, what it brought in the last 24 hours, and what holds it back.

    `paused_until` is set while its host is left alone, whichever of the host's sources was asked to wait, and
    `pause_reason` is the reason that this source was given. `silent_since` is set for a source that can be read but
    has brought nothing for much longer than usual. `undated` of its mentions have no known date, and `date_spelling` is
    what one of them says instead.
    """

    source: Source
    lag_seconds: int
    mentions_24h: int
    now: datetime
    paused_until: datetime | None = None
    pause_reason: dict[str, Any] | None = None
    silent_since: datetime | None = None
    usage: tuple[UsageView, ...] = ()
    undated: int = 0
    date_spelling: str | None = None

    @property
    def has_secret(self) -> bool:
        return self.source.secrets is not None

    @property
    def state(self) -> str:
        """The state of the source; also throttled when it only waits for what its host asked of another one."""
        return "throttled" if self.waits_for_another else self.source.state

    @property
    def waits_for_another(self) -> bool:
        """Whether a pause that the host asked of another source puts off its next reading."""
        source = self.source
        if self.paused_until is None or not source.enabled or source.state == "throttled" or source.next_run_at is None:
            return False
        return source.next_run_at < self.paused_until

    @property
    def throttled_until(self) -> datetime | None:
        """When it is read again after a pause that its host asked for; None without such a pause."""
        if self.state != "throttled" or not self.source.enabled:
            return None
        until = max(filter(None, (self.source.next_run_at, self.paused_until)), default=None)
        return until if until and until > self.now else None

    @property
    def budget_until(self) -> datetime | None:
        """When the budget that ran out is renewed; None when the source does not wait for one."""
        if self.state != "budget":
            return None
        return max(self.usage, key=lambda usage: usage.share).period_ends_at if self.usage else None

    @property
    def warnings(self) -> list[dict[str, Any] | Notice]:
        """Warnings about a source that can be read, such as a budget that is nearly used up."""
        spent = [usage.warning for usage in self.usage if usage.warning and self.state != "budget"]
        return [*([self.source.warning] if self.source.warning else []), *spent]

    @property
    def undated_notices(self) -> list[Notice]:
        """What to know and to do about its mentions without a known date; empty where there are none."""
        return undated_notices(self.source.collector, self.undated, self.date_spelling)


def lag(source: Source, now: datetime, paused_until: datetime | None = None) -> int:
    """How many seconds the next reading is overdue; 0 when it is not, or when its host is left alone."""
    if not source.enabled or source.next_run_at is None or paused_until is not None:
        return 0
    return max(0, int((now - source.next_run_at).total_seconds()))


@may("read")
def sources(
    session: Session, viewer: Viewer, now: datetime, after: str | None = None, limit: int = LIMIT
) -> Slice[SourceView]:
    """The sources, oldest first."""
    statement = select(Source).where(Source.workspace_id == viewer.workspace_id)
    return page(session, statement, Order("source", Source.id, descending=False), after, limit).map(
        lambda rows: _views(session, viewer, [row.Source for row in rows], now)
    )


@may("read")
def source(session: Session, viewer: Viewer, source_id: UUID, now: datetime) -> SourceView:
    """One source. Raises Problem 404."""
    return _views(session, viewer, [source_row(session, viewer, source_id)], now)[0]


@may("read")
def source_row(session: Session, viewer: Viewer, source_id: UUID) -> Source:
    """One source without its figures. Raises Problem 404."""
    row = session.get(Source, (viewer.workspace_id, source_id))
    if row is None:
        raise not_found("source")
    return row


@may("read")
def known_sources(session: Session, viewer: Viewer, ids: Collection[UUID]) -> list[Source]:
    """These sources, in the order given. Raises Problem 404 when one of them is not the viewer's."""
    return [source_row(session, viewer, source_id) for source_id in ids]


def _views(session: Session, viewer: Viewer, rows: Sequence[Source], now: datetime) -> list[SourceView]:
    ids = [row.id for row in rows]
    counted = session.execute(
        select(Mention.source_id, func.count().label("number"))
        .where(
            Mention.workspace_id == viewer.workspace_id, Mention.collected_at > now - DAY, Mention.source_id.in_(ids)
        )
        .group_by(Mention.source_id)
    )
    brought: dict[Any, int] = {row.source_id: row.number for row in counted}
    pauses = _pauses(session, rows, now)
    mute, spent = silent_since(session, viewer, rows), usages(session, viewer, rows, now)
    undated = undated_by_source(session, viewer, ids)
    views = []
    for row in rows:
        until, reason = pauses.get(row.limit_key, (None, None))
        late = lag(row, now, until)
        view = SourceView(
            row,
            late,
            brought.get(row.id, 0),
            now,
            until,
            reason,
            mute.get(row.id),
            spent.get(row.id, ()),
            *undated.get(row.id, (0, None)),
        )
        views.append(view)
    return views


def _pauses(session: Session, rows: Sequence[Source], now: datetime) -> dict[str, tuple[datetime, Any]]:
    """Until when, and why, the hosts of these sources are left alone, by `limit_key`; those that are not are absent."""
    keys = {row.limit_key for row in rows if row.limit_key}
    hosts = session.execute(
        select(Host.key, Host.paused_until, Host.reason).where(Host.key.in_(keys), Host.paused_until > now)
    )
    return {row.key: (row.paused_until, row.reason) for row in hosts}


@may("read")
def imports(session: Session, viewer: Viewer, limit: int = LIMIT) -> list[str]:
    """The names of the sources that imports and the API push to, newest first."""
    statement = select(Source.name).where(Source.workspace_id == viewer.workspace_id, Source.collector == "push")
    return list(session.scalars(statement.order_by(Source.id.desc()).limit(limit)))


@may("read")
def polls(session: Session, viewer: Viewer, source_id: UUID, limit: int = LIMIT) -> list[Poll]:
    """The last readings of a source that brought something or failed, newest first. Raises Problem 404."""
    source_row(session, viewer, source_id)
    statement = select(Poll).where(Poll.workspace_id == viewer.workspace_id, Poll.source_id == source_id)
    return list(session.scalars(statement.order_by(Poll.id.desc()).limit(limit)))


@may("read")
def quarantine(session: Session, viewer: Viewer, source_id: UUID, limit: int = LIMIT) -> list[Quarantined]:
    """What could not be stored, with the reasons, newest first. Raises Problem 404."""
    source_row(session, viewer, source_id)
    statement = select(Quarantined).where(
        Quarantined.workspace_id == viewer.workspace_id, Quarantined.source_id == source_id
    )
    return list(session.scalars(statement.order_by(Quarantined.id.desc()).limit(limit)))
