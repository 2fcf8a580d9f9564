"""What changes while somebody reads the list: told as it happens, and the rows as they are now."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from app.live import Live
from app.problems import Problem
from app.queries.feed import still_there
from app.queries.mentions import mentions_of
from app.web.acting import rows_in_markup
from app.web.mentions import filters_of, narrowed_by
from app.web.page import Visit, is_still_logged_in, member

router = APIRouter()

BEAT = 15.0
"""Seconds after which a browser that heard nothing is told that we live, and asked whether it is still logged in."""
ROWS = 100


@router.get("/mentions/stream")
async def stream(visit: Visit = Depends(member)) -> Response:
    """Server-sent events: `changed` with the ids of mentions of this workspace, none meaning many; `ended` once nobody
    is logged in."""
    live = visit.services.live
    if live is None:
        raise Problem("no-stream", 503, "This process tells nothing as it happens: ask again from time to time.")
    return StreamingResponse(events(visit, live), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def events(visit: Visit, live: Live, beat: float = BEAT) -> AsyncIterator[str]:
    """What one browser is told, until we end or its session has."""
    with live.listening(visit.viewer.workspace_id) as listener:
        yield "retry: 3000\n\n"
        asked = time.monotonic()
        while True:
            try:
                ids = await asyncio.wait_for(listener.heard.get(), beat)
            except TimeoutError:
                said = ": still here\n\n"
            else:
                if ids is None:
                    return
                said = f"event: changed\ndata: {json.dumps(ids)}\n\n"
            if time.monotonic() - asked >= beat:
                asked = time.monotonic()
                if not await run_in_threadpool(is_still_logged_in, visit):
                    yield "event: ended\ndata:\n\n"
                    return
            yield said


@router.get("/mentions/rows/now")
def show_now(visit: Visit = Depends(member)) -> Response:
    """The rows of these mentions as they are now: {rows, gone}; `gone` no longer pass the filters of the address."""
    parameters = dict(visit.request.query_params)
    ids = [found for text in parameters.get("ids", "").split(",")[:ROWS] if (found := _id(text))]
    with visit.services.db.reading() as session:
        shown = mentions_of(session, visit.viewer, ids)
        filters = narrowed_by(filters_of(parameters), visit.now)
        here = still_there(session, visit.viewer, filters, [view.mention.id for view in shown])
        rows = rows_in_markup(visit, session, shown, parameters)
    return JSONResponse({"rows": rows, "gone": [str(found) for found in ids if found not in here]})


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
