"""Answers to a survey from a file, in batches: importing the file again changes nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import BinaryIO
from uuid import UUID

from sqlalchemy.orm import Session

from app.actions import imports, surveys
from app.actions.audit import record
from app.actions.import_report import Report
from app.actions.importing import DryRunOver, batches_of, unreadable_file
from app.actions.inbound import item_of
from app.models import Brand
from app.pipeline.files.apart import ReadFile, answers_apart, one_import
from app.pipeline.files.limits import MAX_BYTES, UnreadableFile
from app.pipeline.files.tables import AS_FOUND, FileOptions
from app.problems import not_found
from app.services import Services
from app.viewer import Viewer, may
from collectors.base import Answer
from ground.notice import Notice
from ground.plain import clean_line


@may("write")
def import_answers(
    services: Services,
    viewer: Viewer,
    brand_id: UUID,
    filename: str,
    stream: BinaryIO,
    now: datetime,
    tick: Callable[[int], None] = lambda _done: None,
    *,
    reading: FileOptions = AS_FOUND,
    dry: bool = False,
) -> Report:
    """Imports CSV, JSON Lines or XLSX as answers about a brand; `dry` only reports what an import would do.

    The last of several rows with one id counts. Raises Problem 404 for the brand, 422 for a file of
    another kind, 503 while as many files as can be are imported.
    """
    with one_import():
        with services.db.reading() as session:
            brand = session.get(Brand, (viewer.workspace_id, brand_id))
            if brand is None:
                raise not_found("brand")
        try:
            file = answers_apart(stream.read(MAX_BYTES + 1), filename, reading)
        except UnreadableFile as error:
            raise unreadable_file(error) from error
        import_id = None if dry else _begin(services, viewer, brand, filename, file, now)
        report = _import(services, viewer, brand_id, file, tick, import_id)
        if import_id is not None:
            with services.db.writing() as session:
                imports.finish(session, viewer, import_id, report, datetime.now(UTC))
        return report


def _begin(
    services: Services, viewer: Viewer, brand: Brand, filename: str, file: ReadFile[Answer], now: datetime
) -> UUID:
    """Notes in the list of imports and in the audit log that the import begins."""
    with services.db.writing() as session:
        record(session, viewer, "survey.import", brand.id, file=clean_line(filename, 200))
        name, rows = brand.name, file.rows
        return imports.begin(session, viewer, filename, name, file.shape, rows, now, brand_id=brand.id)


def _import(
    services: Services,
    viewer: Viewer,
    brand_id: UUID,
    file: ReadFile[Answer],
    tick: Callable[[int], None],
    import_id: UUID | None,
) -> Report:
    dry = import_id is None
    report, seen = Report(dry=dry, shape=file.shape, import_id=import_id), set[str]()
    for batch in batches_of(file.parts(), report):
        fresh = [(line, answer) for line, answer in batch if not (dry and answer.external_id in seen)]
        report.unchanged += len(batch) - len(fresh)
        seen |= {answer.external_id for _, answer in fresh}
        for (line, _), result in zip(fresh, _keep(services, viewer, brand_id, fresh, report), strict=True):
            _count(report, line, result)
        tick(report.read)
    return report


def _keep(
    services: Services, viewer: Viewer, brand_id: UUID, rows: Sequence[tuple[int, Answer]], report: Report
) -> list[surveys.ResponseResult]:
    items = [item_of(answer) for _, answer in rows]
    results: list[surveys.ResponseResult] = []

    def work(session: Session) -> None:
        if report.import_id is not None:
            imports.note_counts(imports.lock_open(session, viewer, report.import_id), report)
        results[:] = surveys.keep(session, viewer, brand_id, items, report.import_id)
        if report.dry:
            raise DryRunOver

    with contextlib.suppress(DryRunOver):
        services.db.retry(work)
    return results


def _count(report: Report, line: int, result: surveys.ResponseResult) -> None:
    if result.status == "refused":
        why = " ".join(f"{error.field}: {error.message}" for error in result.errors)
        report.refuse(line, Notice("{reason}", {"reason": why}))
    else:
        setattr(report, result.status, getattr(report, result.status) + 1)
