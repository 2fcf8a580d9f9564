"""Deliveries that others send to the address of a source: verified, read, and stored like a push."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.actions import surveys
from app.actions.push import PATIENCE
from app.actions.sources import lock
from app.crypto import SecretsLost
from app.models import Poll, Source, uuid7
from app.pipeline.gather.source import open_params
from app.pipeline.gather.wake import wake
from app.pipeline.keep.quarantine import quarantine
from app.pipeline.keep.store import store
from app.pipeline.sift.batch import Batch, Origin
from app.pipeline.sift.normalise import Rejection
from app.pipeline.sift.place import Placer
from app.problems import Problem, as_sentence, capitalise, not_found
from app.services import Services
from app.viewer import Viewer, may
from collectors import all_collectors
from collectors.base import Answer, Inbound, Received, SourceError, Unsigned
from ground.isolate import waiting
from ground.notice import Json, Notice, as_json
from ground.plain import clean_line, clean_text

log = structlog.get_logger(__name__)

INBOX_MAX = 1_000
"""How many things may wait at one source to be looked up; beyond that, the newest are kept."""
ITEM_MAX = 2_000
"""The most characters of JSON that such an item may have."""
COMMENT_MAX, LINE_MAX = 10_000, 200
NOTED_EVERY = timedelta(minutes=1)
AWAKE = frozenset({"waiting", "ok"})
"""States in which a delivery has its source read at once. In any other, the items wait until its turn comes."""

UNSIGNED = Notice(
    "Something was sent here and refused: its signature is missing, wrong or older than five minutes. "
    "Check that the secret is the same on both sides"
)
CROWDED = Notice("More than {n} things waited to be looked up: the oldest were dropped", {"n": INBOX_MAX})


@dataclass(frozen=True, slots=True)
class InboundBatch:
    """A delivery that was read and matched, ready to be stored. `digest` is that of the address it was sent to."""

    origin: Origin
    digest: bytes
    received: Received
    batch: Batch


@dataclass(slots=True)
class InboundReport:
    """What a delivery did: how many mentions and answers ended in each way; `kept` is what waits to be looked up."""

    received: int = 0
    stored: int = 0
    updated: int = 0
    unchanged: int = 0
    unmatched: int = 0
    refused: int = 0
    kept: int = 0
    reasons: list[str] = field(default_factory=list)


@may("write")
def receive(services: Services, viewer: Viewer, source: Source, request: Inbound) -> Received:
    """Lets the collector verify and read a request. A refused request is neither stored nor logged.

    Raises Problem 403 for a wrong signature, 404 for a kind that receives nothing, 422 when the request cannot be
    read, 503 when the secret is lost.
    """
    collector = all_collectors().get(source.collector)
    if collector is None or collector.receive is None:
        raise not_found("address")
    try:
        params = open_params(collector, source.params, source.secrets, services.seal, source.workspace_id, source.id)
        return collector.receive(params, request)
    except Unsigned as error:
        note(services, viewer, source, UNSIGNED, request.now)
        raise Problem("unsigned", 403, "{reason}.", reason=capitalise(str(error))) from None
    except SourceError as error:
        note(services, viewer, source, error.notice, request.now)
        args: dict[str, Any] = dict(error.notice.args)
        raise Problem("unreadable", 422, as_sentence(error.notice.text), **args) from None
    except SecretsLost:
        raise Problem("misconfigured", 503, "Vigie cannot decrypt the secret of this source: enter it again.") from None
    except Exception as error:
        # No traceback: it may quote the body.
        log.error("a collector failed on what was sent", kind=source.collector, error=type(error).__name__)
        raise Problem("unreadable", 422, "What was sent cannot be read.") from None


@may("write")
def match_received(
    services: Services, viewer: Viewer, source: Source, received: Received, now: datetime
) -> InboundBatch:
    """Normalises and matches what was received. That may take a while: call it outside of transactions.

    Raises Starved.
    """
    origin = Origin(viewer.workspace_id, source.id, source.collector, source.brand_id, source.sample)
    with waiting(PATIENCE):
        batch = Placer(services.db)(origin, received.mentions, received.broken, now).with_unread_refused()
    return InboundBatch(origin, source.address_digest or b"", received, batch)


@may("write")
def keep(session: Session, viewer: Viewer, read: InboundBatch, services: Services, now: datetime) -> InboundReport:
    """Stores a delivery. Raises Problem 404 when the source was paused, deleted or readdressed meanwhile."""
    row = lock(session, viewer, read.origin.source_id)
    if not row.enabled or row.address_digest != read.digest:
        raise not_found("address")
    report, received = InboundReport(), read.received
    stored = store(session, read.origin, read.batch.placed, read.batch.refused)
    report.received = len(received.mentions) + len(received.answers) + len(received.inbox) + len(received.broken)
    report.stored, report.updated, report.unchanged = stored.stored, stored.updated, stored.unchanged
    report.unmatched, report.refused = read.batch.unmatched, stored.quarantined
    report.reasons = [rejection.reason for rejection in read.batch.refused]
    if stored.stored or stored.updated:
        services.jobs.defer(session, "score")
    _answers(session, viewer, row, read.origin, received.answers, report)
    _inbox(session, viewer, row, received.inbox, report, services, now)
    _health(session, row, report, now)
    return report


@may("write")
def note(services: Services, viewer: Viewer, source: Source, notice: Notice, now: datetime) -> None:
    """Shows on the source's page that something was refused; at most once a minute, because anybody may send
    anything."""
    if all_collectors()[source.collector].polled:
        return
    here = (Source.workspace_id == viewer.workspace_id, Source.id == source.id)
    due = Source.last_attempt_at.is_(None) | (Source.last_attempt_at < now - NOTED_EVERY) | Source.warning.is_(None)
    values = {"last_attempt_at": now, "warning": as_json(notice), "updated_at": Source.updated_at}
    with services.db.writing() as session:
        session.execute(update(Source).where(*here, due).values(**values))


def _answers(
    session: Session, viewer: Viewer, row: Source, origin: Origin, answers: Sequence[Answer], report: InboundReport
) -> None:
    if not answers:
        return
    if row.brand_id is None:
        raise Problem("no-brand", 409, "This source is about no brand: choose one in its settings.")
    rejections = []
    for result in surveys.keep(session, viewer, row.brand_id, [item_of(answer) for answer in answers]):
        if result.status == "refused":
            reason = " ".join(f"{error.field}: {error.message}" for error in result.errors)
            rejections.append(Rejection(result.external_id or "?", reason, ""))
            report.refused += 1
        else:
            setattr(report, result.status, getattr(report, result.status) + 1)
    quarantine(session, origin, rejections)
    report.reasons += [rejection.reason for rejection in rejections]


def item_of(answer: Answer) -> dict[str, Any]:
    """An answer in the shape of a push, its texts cleaned and cut to what fits."""
    return {
        "external_id": clean_line(answer.external_id, LINE_MAX),
        "score": answer.score,
        "answered_at": answer.answered_at,
        "comment": clean_text(answer.comment, COMMENT_MAX),
        "channel": clean_line(answer.channel, LINE_MAX),
        "respondent": clean_line(answer.respondent, LINE_MAX),
    }


def _inbox(
    session: Session,
    viewer: Viewer,
    row: Source,
    items: Sequence[Json],
    report: InboundReport,
    services: Services,
    now: datetime,
) -> None:
    if not items:
        return
    fitting = [item for item in items if len(json.dumps(item)) <= ITEM_MAX]
    report.refused += len(items) - len(fitting)
    waiting = inbox_with(row.inbox, fitting)
    if len(waiting) > INBOX_MAX:
        row.warning = as_json(CROWDED)
    row.inbox = waiting[-INBOX_MAX:]
    report.kept = len(row.inbox)
    session.flush()
    if row.state in AWAKE:
        wake(session, services.jobs, viewer.workspace_id, row.id, now)


def inbox_with(waiting: Sequence[Any], items: Sequence[Json]) -> list[Any]:
    """The inbox, a list of {"id", "item"}, with these items added at its end.

    An item that is waiting already moves there under a new id: a reading under way removes the entry that it was
    given by its id, and so leaves the one that came in meanwhile.
    """
    fresh = {json.dumps(item, sort_keys=True): item for item in items}
    others = [entry for entry in waiting if json.dumps(entry["item"], sort_keys=True) not in fresh]
    return [*others, *({"id": uuid7().hex, "item": item} for item in fresh.values())]


def _health(session: Session, row: Source, report: InboundReport, now: datetime) -> None:
    """Notes the delivery on its source, and in the history if it changed something. A polled source keeps its state."""
    if report.stored:
        row.last_new_at = now
    if all_collectors()[row.collector].polled:
        session.flush()
        return
    row.state, row.last_attempt_at, row.last_success_at = "ok", now, now
    row.last_error, row.warning, row.consecutive_failures = None, None, 0
    row.unmatched += report.unmatched
    if report.stored or report.updated or report.refused:
        session.add(_line(row, report, now))
    session.flush()


def _line(row: Source, report: InboundReport, now: datetime) -> Poll:
    counts = {
        "read": report.received,
        "stored": report.stored,
        "updated": report.updated,
        "unmatched": report.unmatched,
    }
    line = Poll(workspace_id=row.workspace_id, source_id=row.id, started_at=now, finished_at=now, outcome="ok")
    for name, value in counts.items():
        setattr(line, name, value)
    line.quarantined = report.refused
    return line
