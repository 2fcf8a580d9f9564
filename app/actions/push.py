"""Mentions that others send us through the API, so that we need not fetch them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, ValidationError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.actions.audit import record
from app.actions.fields import Fields, Line, invalid_fields
from app.db import Database
from app.jobs import Jobs
from app.models import Source, uuid7
from app.pipeline.keep.store import store
from app.pipeline.sift.batch import Batch, Origin, Stored
from app.pipeline.sift.fingerprint import fingerprint
from app.pipeline.sift.normalise import ID_LIMIT
from app.pipeline.sift.place import Placer, scope_of
from app.problems import FieldError
from app.viewer import Viewer, may
from collectors.base import RawMention
from ground.isolate import waiting
from ground.plain import clean_line
from ground.urls import LINK_LIMIT, link

SOURCE = "API"
PUSH_MAX = 1_000
PATIENCE = 20.0
"""Seconds that somebody who sends us mentions waits for them to be read, before being told to try again."""
Count = Annotated[int, Field(ge=0, le=10**12)]
Status = Literal["stored", "updated", "unchanged", "unmatched", "refused"]
STATUSES: dict[str, Status] = {"stored": "stored", "updated": "updated", "unchanged": "unchanged"}


def _linkable(url: str) -> str:
    if url.strip() and link(url) is None:
        raise ValueError("the address starts with http:// or https://")
    return url


class Engagement(Fields):
    """Counts as the platform gave them."""

    likes: Count = 0
    shares: Count = 0
    comments: Count = 0
    views: Count = 0


class PushedMention(Fields):
    """One mention. `external_id` makes it the same one when it is sent again. `rating` is out of `rating_scale`."""

    external_id: Annotated[Line, StringConstraints(min_length=1)]
    url: Annotated[str, StringConstraints(max_length=LINK_LIMIT), AfterValidator(_linkable)] | None = None
    title: Annotated[str, StringConstraints(max_length=10_000)] = ""
    text: Annotated[str, StringConstraints(max_length=100_000)]
    author: Line = ""
    author_followers: Count | None = None
    platform: Line = ""
    outlet: Line = ""
    language: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")] | None = None
    published_at: AwareDatetime
    rating: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    rating_scale: Annotated[float, Field(gt=0, le=1_000, allow_inf_nan=False)] = 5
    reach: Count | None = None
    engagement: Engagement = Field(default_factory=Engagement)

    def raw(self) -> RawMention:
        """The mention as a collector would give it."""
        values = self.model_dump(exclude={"engagement", "rating_scale"})
        return RawMention(
            **values,
            rating_scale=self.rating_scale if self.rating is not None else None,
            engagement=self.engagement.model_dump(exclude_unset=True),
        )


@dataclass(frozen=True, slots=True)
class PushResult:
    """What one pushed mention led to. `id` is None when it is not stored; `errors` say why it was refused."""

    index: int
    external_id: str
    status: Status
    id: UUID | None = None
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class PreparedPush:
    """A push that was read and matched, ready to be stored."""

    origin: Origin
    raws: dict[int, RawMention]
    bad: dict[int, PushResult]
    batch: Batch


@may("write")
def push_source(session: Session, viewer: Viewer, name: str = SOURCE, planned: UUID | None = None) -> Source:
    """The source of this name that pushes belong to; it is made when it is first needed, with the id `planned`."""
    session.execute(
        insert(Source)
        .values(
            workspace_id=viewer.workspace_id,
            id=planned or uuid7(),
            collector="push",
            name=name,
            params={},
            interval_seconds=3600,
            state="ok",
        )
        .on_conflict_do_nothing(index_elements=["workspace_id", "name"])
    )
    return session.scalars(select(Source).where(Source.workspace_id == viewer.workspace_id, Source.name == name)).one()


def read_items(items: Sequence[Any]) -> tuple[dict[int, RawMention], dict[int, PushResult]]:
    """The items that are mentions, and the results of those that are not, each by its index."""
    raws: dict[int, RawMention] = {}
    bad: dict[int, PushResult] = {}
    for index, item in enumerate(items):
        try:
            raw = PushedMention.model_validate(item).raw()
            if raw.rating is not None and raw.rating > (raw.rating_scale or 0):
                error = FieldError("rating", "A rating cannot be higher than its scale.")
                bad[index] = PushResult(index, raw.external_id, "refused", errors=(error,))
            else:
                raws[index] = raw
        except ValidationError as error:
            problem = invalid_fields(error.errors(include_input=False, include_url=False))
            external_id = item.get("external_id") if isinstance(item, dict) else None
            shown_id = external_id[:ID_LIMIT] if isinstance(external_id, str) else ""
            bad[index] = PushResult(index, shown_id, "refused", errors=problem.errors)
    return raws, bad


@may("write")
def prepare(db: Database, viewer: Viewer, source: Source, items: Sequence[Any], now: datetime) -> PreparedPush:
    """Reads, normalises and matches a push. That may take a while: call it outside of transactions. Raises Starved."""
    origin = Origin(viewer.workspace_id, source.id, source.collector, source.brand_id, source.sample)
    raws, bad = read_items(items)
    with waiting(PATIENCE):
        batch = Placer(db)(origin, list(raws.values()), (), now).with_unread_refused()
    return PreparedPush(origin, raws, bad, batch)


@may("write")
def push(session: Session, viewer: Viewer, prepared: PreparedPush, jobs: Jobs) -> list[PushResult]:
    """Stores a push. One result per item, in order."""
    stored = store(session, prepared.origin, prepared.batch.placed, prepared.batch.refused)
    if stored.stored or stored.updated:
        jobs.defer(session, "score")
    record(session, viewer, "mention.push", prepared.origin.source_id, stored=stored.stored, updated=stored.updated)
    session.flush()
    return results(prepared, stored)


def results(prepared: PreparedPush, stored: Stored) -> list[PushResult]:
    """The result of each item, in order. An item that repeats an earlier one of the push counts as sent after it."""
    latest: dict[bytes, RawMention] = {}
    reasons = {rejection.external_id: rejection.reason for rejection in prepared.batch.refused}
    by_index = dict(prepared.bad)
    scope = scope_of(prepared.origin.kind, prepared.origin.source_id)
    for index, raw in prepared.raws.items():
        mark = fingerprint(prepared.origin.kind, raw, scope)
        outcome, reason = stored.outcomes.get(mark), reasons.get(clean_line(raw.external_id, ID_LIMIT))
        if outcome == "quarantined" or (outcome is None and reason is not None):
            error = FieldError("text", "{reason}", {"reason": reason or "The database refused it."})
            by_index[index] = PushResult(index, raw.external_id, "refused", errors=(error,))
        else:
            status = STATUSES.get(outcome or "", "unmatched")
            if status != "unmatched" and mark in latest:
                status = "unchanged" if latest[mark] == raw else "updated"
            latest[mark] = raw
            by_index[index] = PushResult(index, raw.external_id, status, stored.ids.get(mark))
    return [by_index[index] for index in sorted(by_index)]
