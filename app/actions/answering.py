"""Answers to a survey from a file, in batches: importing the file again changes nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import BinaryIO
from uuid import UUID

from sqlalchemy.orm import Session

from app.actions import surveys
from app.actions.audit import record
from app.actions.importing import AS_NAMED, DryRunOver, FileOptions, Report, batches_of
from app.actions.inbound import item_of
from app.models import Brand
from app.pipeline.files.answering import read_answers
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
    tick: Callable[[int], None] = lambda _done: None,
    *,
    reading: FileOptions = AS_NAMED,
    dry: bool = False,
) -> Report:
    """Imports CSV, JSON Lines or XLSX as answers about a brand; `dry` only reports what an import would do.

    The last of several rows with one id counts. Raises Problem 404 for the brand, 422 for a file of another kind.
    """
    with services.db.writing() as session:
        if session.get(Brand, (viewer.workspace_id, brand_id)) is None:
            raise not_found("brand")
        if not dry:
            record(session, viewer, "survey.import", brand_id, file=clean_line(filename, 200))
    report, seen = Report(dry=dry), set[str]()
    lines = read_answers(stream, filename, reading.mapping, zone=reading.zone)
    for batch in batches_of(lines, report):
        fresh = [(line, answer) for line, answer in batch if not (dry and answer.external_id in seen)]
        report.unchanged += len(batch) - len(fresh)
        seen |= {answer.external_id for _, answer in fresh}
        for (line, _), result in zip(fresh, _keep(services, viewer, brand_id, fresh, dry), strict=True):
            _count(report, line, result)
        tick(report.read)
    return report


def _keep(
    services: Services, viewer: Viewer, brand_id: UUID, rows: Sequence[tuple[int, Answer]], dry: bool
) -> list[surveys.ResponseResult]:
    items = [item_of(answer) for _, answer in rows]
    results: list[surveys.ResponseResult] = []

    def work(session: Session) -> None:
        results[:] = surveys.keep(session, viewer, brand_id, items)
        if dry:
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
