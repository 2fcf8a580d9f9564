"""The mentions as a file, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import StreamingResponse

from app.api.deps import Now, Reader, Served
from app.api.filters import Filters
from app.api.route import Route
from app.db import Database
from app.pipeline.files.exporting import FORMATS
from app.queries.export import COLUMNS, batches
from app.queries.feed import FeedFilter
from app.viewer import Viewer

router = APIRouter(prefix="/api/v1", tags=["mentions"], route_class=Route)

SCHEMAS: dict[str, Any] = {kind.split(";")[0]: {"schema": {"type": "string"}} for kind, _ in FORMATS.values()}


@router.get(
    "/mentions/export",
    response_class=StreamingResponse,
    openapi_extra={"x-costly": True},
    responses={200: {"description": "The file.", "content": SCHEMAS}},
)
def export_mentions(
    viewer: Reader,
    services: Served,
    filters: Filters,
    now: Now,
    format: Annotated[Literal["csv", "jsonl", "xlsx"], Query()] = "csv",  # noqa: A002 - its name in the address
) -> StreamingResponse:
    """The mentions that pass the filters. In CSV and XLSX no text can be read as a formula; JSON is unaltered."""
    kind, write = FORMATS[format]
    rows = first_read(services.db, viewer, filters)
    headers = {"Content-Disposition": f'attachment; filename="mentions-{now:%Y-%m-%d}.{format}"'}
    return StreamingResponse(write(rows, COLUMNS), media_type=kind, headers=headers)


def first_read(db: Database, viewer: Viewer, filters: FeedFilter) -> Iterator[dict[str, object]]:
    """All rows, a page per transaction. The first page is read now, so that a bad filter is refused with a status."""
    pages = batches(db, viewer, filters)
    first = next(pages, [])

    def rows() -> Iterator[dict[str, object]]:
        yield from first
        for page in pages:
            yield from page

    return rows()
