"""Mentions from a file, in batches: what is stored stays stored, and importing the file again changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO

from app.actions.audit import record
from app.actions.push import push_source
from app.pipeline.importing import BadRow, UnreadableFile, read_rows
from app.pipeline.place import Placer
from app.pipeline.store import Origin, store
from app.problems import Problem
from app.services import Services
from app.viewer import Viewer
from collectors.base import RawMention

BATCH = 500
REASONS_MAX = 1_000
"""Refused lines whose reason is kept; all are counted."""


@dataclass(slots=True)
class Report:
    """What came of a file. `refused` holds (line, reason)."""

    stored: int = 0
    updated: int = 0
    unchanged: int = 0
    unmatched: int = 0
    refused_count: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)

    def refuse(self, line: int, reason: str) -> None:
        self.refused_count += 1
        if len(self.refused) < REASONS_MAX:
            self.refused.append((line, reason))

    @property
    def read(self) -> int:
        return self.stored + self.updated + self.unchanged + self.unmatched + self.refused_count

    def as_json(self) -> dict[str, Any]:
        counts = {name: getattr(self, name) for name in ("read", "stored", "updated", "unchanged", "unmatched")}
        lines = [{"line": line, "reason": reason} for line, reason in self.refused]
        return {**counts, "refused": self.refused_count, "refused_lines": lines}

    def sentence(self) -> str:
        return (
            f"{self.read} read: {self.stored} stored, {self.updated} updated, {self.unchanged} known already, "
            f"{self.unmatched} about none of your brands, {self.refused_count} refused"
        )


def import_file(
    services: Services,
    viewer: Viewer,
    source_name: str,
    filename: str,
    stream: BinaryIO,
    now: datetime,
    tick: Callable[[int], None] = lambda _done: None,
) -> Report:
    """Imports CSV, JSON Lines or XLSX into the source of this name. Raises Problem 422 on another file."""
    viewer.needs("write")
    with services.db.writing() as session:
        source = push_source(session, viewer, source_name)
        if source.collector != "push":
            raise Problem("not-a-push-source", 409, "The source «{name}» reads by itself.", name=source_name)
        origin = Origin(source.workspace_id, source.id, source.collector, source.brand_id, source.sample)
        record(session, viewer, "mention.import", source.id, file=filename)
    report, placer = Report(), Placer(services.db)
    for batch in batches(stream, filename, report):
        _take(services, origin, placer, batch, report, now)
        tick(report.read)
    return report


def batches(stream: BinaryIO, filename: str, report: Report) -> Iterator[list[RawMention]]:
    """The readable rows, some at a time; the others go to the report. Raises Problem 422."""
    try:
        rows = read_rows(stream, filename)
        while taken := list(islice(rows, BATCH)):
            for row in taken:
                if isinstance(row, BadRow):
                    report.refuse(row.line, row.reason)
            yield [row for row in taken if isinstance(row, RawMention)]
    except UnreadableFile as error:
        raise Problem("unreadable-file", 422, "{reason}", reason=str(error)) from error


def _take(
    services: Services, origin: Origin, placer: Placer, raws: list[RawMention], report: Report, now: datetime
) -> None:
    batch = placer(origin, raws, (), now)
    with services.db.writing() as session:
        stored = store(session, origin, batch.placed, batch.refused)
        if stored.stored or stored.updated:
            services.jobs.defer(session, "score")
    report.stored += stored.stored
    report.updated += stored.updated
    report.unchanged += stored.unchanged
    report.unmatched += batch.unmatched
    for one in batch.refused:
        report.refuse(0, f"{one.external_id}: {one.reason}")
