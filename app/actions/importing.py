"""Imports mentions from a file, in batches: what is stored stays stored, and importing the file again changes
nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, BinaryIO, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.actions import imports
from app.actions.audit import record
from app.actions.import_report import Report
from app.actions.push import PATIENCE, push_source
from app.models import Source, uuid7
from app.pipeline.files.apart import mentions_apart, one_import, shape_apart
from app.pipeline.files.limits import MAX_BYTES, BadRow, UnreadableFile
from app.pipeline.files.tables import AS_FOUND, FileOptions, Shape
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

NAME_MAX = 100
T = TypeVar("T")


class DryRunOver(Exception):
    """Ends the transaction of a dry run, so that what it wrote is rolled back."""


def glance_at(content: bytes, filename: str, reading: FileOptions = AS_FOUND, *, survey: bool = False) -> Shape:
    """How a file would be read, with its first rows. Raises Problem 422, and 503 while others are imported."""
    try:
        with one_import():
            return shape_apart(content, filename, reading, survey)
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
    reading: FileOptions = AS_FOUND,
    dry: bool = False,
) -> Report:
    """Imports CSV, JSON Lines or XLSX into the source of this name; `dry` only reports what an import would do.

    The whole file is read before anything is stored, and the source is made when there is something to store. Raises
    Problem 422 for a file of another kind and for one without dates, unless the person said that these are not needed;
    409 when the source of this name is not one for imports; 503 while as many files as can be are imported.
    """
    name = checked_name(source_name)
    with one_import():
        origin, there = _origin(services, viewer, name)
        try:
            file = mentions_apart(stream.read(MAX_BYTES + 1), filename, reading)
        except UnreadableFile as error:
            raise unreadable_file(error) from error
        none = file.good > 0 and not file.dated
        report = Report(dry=dry, shape=file.shape, undated=file.good - file.dated, has_no_date=none)
        if report.has_no_date and not (dry or reading.undated):
            raise without_dates()
        work = _Import(services, viewer, _Place(name, origin, there, filename, reading.mapping), report, now)
        work.begin(file.rows)
        for batch in batches_of(file.parts(), report):
            work.take(batch)
            tick(report.read)
        work.finish()
    return report


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


def batches_of(parts: Iterable[list[tuple[int, T | BadRow]]], report: Report) -> Iterator[list[tuple[int, T]]]:
    """The good rows of each part with their lines; bad ones go to the report."""
    for part in parts:
        good: list[tuple[int, T]] = []
        for line, row in part:
            if isinstance(row, BadRow):
                report.refuse(row.line, row.notice)
            else:
                good.append((line, row))
        yield good


def without_dates() -> Problem:
    """422 for a file in which no row has a date, before its mentions are stored as if they were of today."""
    return Problem(
        "undated",
        422,
        "No row of this file has a date. Say which column holds it, or that its mentions may be stored without one "
        "(undated=true; on the command line --undated).",
        errors=(FieldError("undated", "Choose the column of the dates, or accept mentions without a date."),),
    )


def unreadable_file(error: UnreadableFile) -> Problem:
    """422 for a file that cannot be read as a whole."""
    args: dict[str, Any] = dict(error.notice.args)
    return Problem("unreadable-file", 422, error.notice.text, **args)


def _origin(services: Services, viewer: Viewer, name: str) -> tuple[Origin, bool]:
    """The origin of the mentions, and whether its source exists. Raises Problem 409."""
    here = (Source.workspace_id == viewer.workspace_id, Source.name == name)
    with services.db.reading() as session:
        row = session.scalars(select(Source).where(*here)).one_or_none()
        if row is None:
            return Origin(viewer.workspace_id, uuid7(), "push"), False
        return _origin_of(row), True


def _origin_of(row: Source) -> Origin:
    if row.collector != "push":
        raise Problem(
            "not-a-push-source",
            409,
            "You cannot import into the source «{name}»: Vigie reads it by itself.",
            name=row.name,
        )
    return Origin(row.workspace_id, row.id, row.collector, row.brand_id, row.sample)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an import goes: the source of this name, `there` or yet to be made; and what is noted of it."""

    name: str
    origin: Origin
    there: bool
    filename: str
    mapping: Mapping[str, str] | None


class _Import:
    """One import: it takes batches, and adds their results to its report."""

    def __init__(self, services: Services, viewer: Viewer, place: _Place, report: Report, now: datetime) -> None:
        self._services, self._viewer, self._place, self._now = services, viewer, place, now
        self._origin, self._there, self._noted = place.origin, place.there, False
        self._placer, self._seen = Placer(services.db), set[bytes]()
        self.report = report

    def begin(self, rows: int) -> None:
        """Notes that the import begins, unless it is a trial."""
        place, report = self._place, self.report
        if report.dry:
            return
        assert report.shape is not None
        with self._services.db.writing() as session:
            source_id = self._origin.source_id if self._there else None
            report.import_id = imports.begin(
                session,
                self._viewer,
                place.filename,
                place.name,
                report.shape,
                rows,
                self._now,
                source_id=source_id,
                undated=report.undated,
            )
        self._origin = replace(self._origin, import_id=report.import_id)

    def finish(self) -> None:
        """Notes that the import is over, unless it was a trial."""
        if self.report.import_id is not None:
            with self._services.db.writing() as session:
                imports.finish(session, self._viewer, self.report.import_id, self.report, datetime.now(UTC))

    def take(self, rows: list[tuple[int, RawMention]]) -> None:
        """Matches and stores a batch, or finds out what storing it would do."""
        batch = self._sift(rows)
        if not (self.report.dry or self._noted) and (batch.placed or self._there):
            planned = self._origin.source_id
            self._settle()
            if self._origin.source_id != planned:  # somebody else has made the source meanwhile: ids are its own
                batch = self._sift(rows)
        lines = {clean_line(raw.external_id, ID_LIMIT): line for line, raw in rows}
        if self._noted:
            self._keep(batch, lines)
        else:
            self._count(batch, self._try(batch), lines)

    def _sift(self, rows: list[tuple[int, RawMention]]) -> Batch:
        with waiting(PATIENCE):
            return self._placer(self._origin, [raw for _, raw in rows], (), self._now).with_unread_refused()

    def _settle(self) -> None:
        """Makes the source unless it exists, remembers the columns, and notes the import in the audit log."""
        place = self._place
        with self._services.db.writing() as session:
            row = push_source(session, self._viewer, place.name, self._origin.source_id)
            self._origin = replace(_origin_of(row), import_id=self._origin.import_id)
            if self._origin.import_id is not None:
                imports.lock_open(session, self._viewer, self._origin.import_id).source_id = row.id
            if place.mapping is not None:
                row.cursor = {**row.cursor, "mapping": dict(place.mapping)}
            record(session, self._viewer, "mention.import", row.id, file=clean_line(place.filename, 200))
        self._there = self._noted = True

    def _keep(self, batch: Batch, lines: Mapping[str, int]) -> None:
        """Stores a batch, and counts it with it. Earlier batches stay.

        Raises Problem 404 when the source was deleted meanwhile, 409 when the import was undone.
        """
        here, import_id = (self._origin.workspace_id, self._origin.source_id), self._origin.import_id
        assert import_id is not None
        with self._services.db.writing() as session:
            row = imports.lock_open(session, self._viewer, import_id)
            if session.get(Source, here, with_for_update={"read": True, "key_share": True}) is None:
                raise not_found("source")
            self._count(batch, self._store(session, batch), lines)
            imports.note_counts(row, self.report)

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

    def _count(self, batch: Batch, stored: Stored, lines: Mapping[str, int]) -> None:
        """Adds a batch to the report; `lines` are those of its mentions, by their ids."""
        self.report.stored += stored.stored
        self.report.updated += stored.updated
        self.report.unchanged += stored.unchanged
        self.report.unmatched += batch.unmatched
        for _ in range(stored.quarantined - len(batch.refused)):
            self.report.refuse(0, Notice("The database refused it."))
        for rejection in batch.refused:
            self.report.refuse(lines.get(rejection.external_id, 0), Notice("{reason}", {"reason": rejection.reason}))


def _count_repeats(batch: Batch) -> int:
    """How many rows of a batch are the same mention as another row of it; they count as unchanged."""
    return len(batch.placed) - len({placed.draft.fingerprint for placed in batch.placed})
