"""Imports mentions from a file, in batches: what is stored stays stored, and importing the file again changes
nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from itertools import islice
from typing import Any, BinaryIO, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.actions.audit import record
from app.actions.push import PATIENCE, push_source
from app.models import Source, uuid7
from app.pipeline.files.importing import MAX_BYTES, BadRow, UnreadableFile, read_lines
from app.pipeline.files.tables import Glance, glance
from app.pipeline.keep.store import store
from app.pipeline.sift.batch import Batch, Origin, Stored
from app.pipeline.sift.normalise import ID_LIMIT
from app.pipeline.sift.place import Placer
from app.problems import FieldError, Problem, invalid, not_found
from app.services import Services
from app.viewer import Viewer, may
from collectors.base import RawMention
from ground.isolate import waiting
from ground.notice import Notice
from ground.plain import clean_line

BATCH = 500
REASONS_MAX = 1_000
"""Refused lines whose reason is kept; all are counted."""
NAME_MAX = 100
T = TypeVar("T")


@dataclass(slots=True)
class Report:
    """What an import did. `refused` holds (line, why), with line 0 where it is unknown. `dry`: nothing was stored."""

    stored: int = 0
    updated: int = 0
    unchanged: int = 0
    unmatched: int = 0
    refused_count: int = 0
    refused: list[tuple[int, Notice]] = field(default_factory=list)
    dry: bool = False

    def refuse(self, line: int, reason: Notice) -> None:
        self.refused_count += 1
        if len(self.refused) < REASONS_MAX:
            self.refused.append((line, reason))

    @property
    def read(self) -> int:
        return self.stored + self.updated + self.unchanged + self.unmatched + self.refused_count

    @property
    def kept_count(self) -> int:
        return self.stored + self.updated + self.unchanged

    def as_json(self) -> dict[str, Any]:
        counts = {name: getattr(self, name) for name in ("read", "stored", "updated", "unchanged", "unmatched")}
        lines = [{"line": line, "reason": str(reason)} for line, reason in self.refused]
        return {**counts, "refused": self.refused_count, "refused_lines": lines, "dry_run": self.dry}

    def sentence(self, unmatched: bool = True) -> str:
        about = f"{self.unmatched} about none of your brands, " if unmatched else ""
        return (
            f"{self.read} read: {self.stored} stored, {self.updated} updated, {self.unchanged} known already, "
            f"{about}{self.refused_count} refused" + (" (a trial: nothing was stored)" if self.dry else "")
        )


class DryRunOver(Exception):
    """Ends the transaction of a dry run, so that what it wrote is rolled back."""


@dataclass(frozen=True, slots=True)
class FileOptions:
    """How a file is read: its {column: field}, and the time zone of dates that carry none."""

    mapping: Mapping[str, str] | None = None
    zone: tzinfo = UTC


AS_NAMED = FileOptions()


def glance_at(stream: BinaryIO, filename: str) -> Glance:
    """The columns of a file and its first rows. Raises Problem 422."""
    try:
        return glance(stream, filename, max_bytes=MAX_BYTES)
    except UnreadableFile as error:
        raise unreadable_file(error) from error


@may("write")
def import_file(
    services: Services,
    viewer: Viewer,
    source_name: str,
    filename: str,
    stream: BinaryIO,
    now: datetime,
    tick: Callable[[int], None] = lambda _done: None,
    *,
    reading: FileOptions = AS_NAMED,
    dry: bool = False,
) -> Report:
    """Imports CSV, JSON Lines or XLSX into the source of this name; `dry` only reports what an import would do.

    Raises Problem 422 for a file of another kind, 409 when the source of this name is not one for imports.
    """
    name = checked_name(source_name)
    origin = _origin(services, viewer, name, filename, reading, dry)
    work = _Import(services, origin, Report(dry=dry), now)
    for batch in batches(stream, filename, work.report, reading):
        work.take(batch)
        tick(work.report.read)
    return work.report


@may("write")
def saved_mapping(session: Session, viewer: Viewer, source_name: str) -> Mapping[str, str]:
    """The {column: field} of the last import into the source of this name; empty when there was none."""
    row = session.scalars(
        select(Source).where(Source.workspace_id == viewer.workspace_id, Source.name == source_name.strip())
    ).one_or_none()
    mapping = row.cursor.get("mapping") if row is not None and row.collector == "push" else None
    return {str(column): str(field) for column, field in mapping.items()} if isinstance(mapping, dict) else {}


def checked_name(name: str) -> str:
    """The name of a source, on one line. Raises Problem 422."""
    name = clean_line(name, NAME_MAX + 1)
    if not name or len(name) > NAME_MAX:
        raise invalid(FieldError("source", "Give the import a name of at most {n} characters.", {"n": NAME_MAX}))
    return name


def batches(
    stream: BinaryIO, filename: str, report: Report, reading: FileOptions = AS_NAMED
) -> Iterator[list[tuple[int, RawMention]]]:
    """The mentions of a file with their lines, `BATCH` at a time. Bad lines go to the report. Raises Problem 422."""
    return batches_of(read_lines(stream, filename, reading.mapping, zone=reading.zone), report)


def batches_of(lines: Iterator[tuple[int, T | BadRow]], report: Report) -> Iterator[list[tuple[int, T]]]:
    """The good rows with their lines, `BATCH` at a time; bad ones go to the report. Raises Problem 422 for the file."""
    try:
        while taken := list(islice(lines, BATCH)):
            good: list[tuple[int, T]] = []
            for line, row in taken:
                if isinstance(row, BadRow):
                    report.refuse(row.line, row.notice)
                else:
                    good.append((line, row))
            yield good
    except UnreadableFile as error:
        raise unreadable_file(error) from error


def unreadable_file(error: UnreadableFile) -> Problem:
    """422 for a file that cannot be read as a whole."""
    args: dict[str, Any] = dict(error.notice.args)
    return Problem("unreadable-file", 422, error.notice.text, **args)


def _origin(
    services: Services, viewer: Viewer, name: str, filename: str, reading: FileOptions, dry: bool
) -> tuple[Origin, bool]:
    """The origin of the mentions, and whether its source exists: a dry run creates none."""
    here = (Source.workspace_id == viewer.workspace_id, Source.name == name)
    with services.db.writing() as session:
        row = session.scalars(select(Source).where(*here)).one_or_none() if dry else push_source(session, viewer, name)
        if row is None:
            return Origin(viewer.workspace_id, uuid7(), "push"), False
        if row.collector != "push":
            raise Problem(
                "not-a-push-source",
                409,
                "You cannot import into the source «{name}»: Vigie reads it by itself.",
                name=name,
            )
        if not dry:
            if reading.mapping is not None:
                row.cursor = {**row.cursor, "mapping": dict(reading.mapping)}
            record(session, viewer, "mention.import", row.id, file=clean_line(filename, 200))
        return Origin(row.workspace_id, row.id, row.collector, row.brand_id, row.sample), True


class _Import:
    """One import: it takes batches, and adds their results to its report."""

    def __init__(self, services: Services, origin: tuple[Origin, bool], report: Report, now: datetime) -> None:
        self._services, self._now = services, now
        self._origin, self._there = origin
        self._placer, self._seen = Placer(services.db), set[bytes]()
        self.report = report

    def take(self, rows: list[tuple[int, RawMention]]) -> None:
        """Matches and stores a batch, or finds out what storing it would do."""
        with waiting(PATIENCE):
            batch = self._placer(self._origin, [raw for _, raw in rows], (), self._now).with_unread_refused()
        self._count(batch, self._try(batch) if self.report.dry else self._keep(batch))
        lines = {clean_line(raw.external_id, ID_LIMIT): line for line, raw in rows}
        for rejection in batch.refused:
            self.report.refuse(lines.get(rejection.external_id, 0), Notice("{reason}", {"reason": rejection.reason}))

    def _keep(self, batch: Batch) -> Stored:
        """Stores a batch. Raises Problem 404 when the source was deleted meanwhile; earlier batches stay."""
        here = (self._origin.workspace_id, self._origin.source_id)
        with self._services.db.writing() as session:
            if session.get(Source, here, with_for_update={"read": True, "key_share": True}) is None:
                raise not_found("source")
            return self._store(session, batch)

    def _store(self, session: Session, batch: Batch) -> Stored:
        stored = store(session, self._origin, batch.placed, batch.refused)
        if stored.stored or stored.updated:
            self._services.jobs.defer(session, "score")
        stored.unchanged += _count_repeats(batch)
        return stored

    def _try(self, batch: Batch) -> Stored:
        """Finds out what storing would do by storing and rolling back. Mentions of an earlier batch count as known."""
        unseen = tuple(placed for placed in batch.placed if placed.draft.fingerprint not in self._seen)
        known, fresh = len(batch.placed) - len(unseen), Batch(unseen, batch.refused, batch.unmatched)
        self._seen |= {placed.draft.fingerprint for placed in unseen}
        repeated = _count_repeats(fresh)
        stored = Stored(stored=len(unseen) - repeated, unchanged=repeated, quarantined=len(batch.refused))
        if self._there:
            with suppress(DryRunOver), self._services.db.writing() as session:
                stored = self._store(session, fresh)
                raise DryRunOver
        stored.unchanged += known
        return stored

    def _count(self, batch: Batch, stored: Stored) -> None:
        self.report.stored += stored.stored
        self.report.updated += stored.updated
        self.report.unchanged += stored.unchanged
        self.report.unmatched += batch.unmatched
        for _ in range(stored.quarantined - len(batch.refused)):
            self.report.refuse(0, Notice("The database refused it."))


def _count_repeats(batch: Batch) -> int:
    """How many rows of a batch are the same mention as another row of it; they count as unchanged."""
    return len(batch.placed) - len({placed.draft.fingerprint for placed in batch.placed})
