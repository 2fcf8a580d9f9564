"""Sources: their health at a glance, the result of each reading, and the buttons of each source."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.actions import going_back
from app.actions import sources as actions
from app.models import Source
from app.pipeline.gather.past import moment, share
from app.problems import Problem
from app.queries.scoring import scoring
from app.queries.shifts import shifts
from app.queries.sources import SourceView, polls, quarantine, source, source_row, sources
from app.web.page import Visit, editor, member, redirect
from app.web.words import N_
from collectors import all_collectors

router = APIRouter(prefix="/sources")

SHOWN = 200
UNHEALTHY = ("failing", "refused", "gone", "changed", "budget", "throttled")
DONE = {
    "poll": "poll",
    "pause": "paused",
    "resume": "resumed",
    "address": "address",
    "backfill": "going-back",
    "backfill-stop": "going-back-stopped",
}
"""The message that each button leads to."""
ADVICE = {
    "failing": N_("Vigie tries again by itself, less and less often. If this lasts, check its settings below."),
    "throttled": N_(
        "The site asked for a pause: the next reading waits until it is over. There is nothing for you to do."
    ),
    "changed": N_("Nothing new comes from it until then; Vigie will try again by itself."),
    "budget": N_("Until then Vigie makes no requests, so nothing is spent. It may miss what is said in the meantime."),
    "refused": N_("Trying again will not help until you change its settings below."),
    "another": N_(
        "This site asked another of your sources to pause, so all its sources wait. There is nothing for you to do."
    ),
    "silent": N_(
        "Vigie can still read it, but it used to bring mentions far more often: check that what it points to "
        "still exists, and that its search still fits."
    ),
    "gone": N_("It no longer exists: delete this source, or give its new address."),
}


@router.get("")
def show_list(visit: Visit = Depends(member)) -> Response:
    """The sources; those that need attention come first."""
    with visit.services.db.reading() as session:
        views = sources(session, visit.viewer, visit.now, visit.request.query_params.get("after"), SHOWN)
        return visit.page(
            session,
            "sources.html",
            found=views,
            rows=sorted(views.items, key=urgency),
            collectors=all_collectors(),
            advice=ADVICE,
            unhealthy=UNHEALTHY,
        )


def urgency(view: SourceView) -> tuple[bool, bool, bool]:
    """Sorts what is unhealthy first, then what fell silent, then what has a warning."""
    return view.state not in UNHEALTHY, view.silent_since is None, not view.warnings


@router.get("/scoring")
def show_scoring(visit: Visit = Depends(member)) -> Response:
    """A line that says how much is waiting for the model, and for how long; empty when nothing is."""
    with visit.services.db.reading() as session:
        return visit.page(None, "scoring.html", found=scoring(session, visit.viewer))


@router.get("/{source_id}")
def show_one(source_id: UUID, visit: Visit = Depends(member)) -> Response:
    """One source: its health in words, its readings, and what could not be stored."""
    with visit.services.db.reading() as session:
        view = source(session, visit.viewer, source_id, visit.now)
        return visit.page(
            session,
            "source.html",
            has_shifted=bool(shifts(session, visit.viewer, visit.now, [source_id])),
            view=view,
            kind=all_collectors().get(view.source.collector),
            address=actions.inbound_url(view.source, visit.viewer, visit.services),
            polls=polls(session, visit.viewer, source_id),
            quarantined=quarantine(session, visit.viewer, source_id),
            advice=ADVICE,
            unhealthy=UNHEALTHY,
            **backfill_of(view.source),
        )


@router.get("/{source_id}/backfill")
def show_backfill(source_id: UUID, visit: Visit = Depends(member)) -> Response:
    """How far back a source has read: a part of its page that is loaded again and again."""
    with visit.services.db.reading() as session:
        row = source_row(session, visit.viewer, source_id)
        kind = all_collectors().get(row.collector)
        return visit.page(None, "source_past.html", one=row, kind=kind, **backfill_of(row))


def backfill_of(row: Source) -> dict[str, Any]:
    """How far back a source has read: the moment reached, and the share of the way, from 0 to 1."""
    past = row.backfill
    return {"past": past, "reached": moment(past, "reached") if past else None, "share": share(past) if past else 0.0}


@router.post("/{source_id}/{verb}")
def press(source_id: UUID, verb: str, visit: Visit = Depends(editor)) -> Response:
    """Read now, pause, resume, another address; go back, go on with it, stop."""
    if verb not in DONE:
        raise Problem("not-found", 404, "There is no such page.")
    with visit.services.db.writing() as session:
        done = _do(visit, session, source_id, verb)
    return redirect(f"/sources/{source_id}", done)


def _do(visit: Visit, session: Session, source_id: UUID, verb: str) -> str:
    """Does what the button says. Returns the name of the message to show."""
    viewer, services, now = visit.viewer, visit.services, visit.now
    if verb == "poll":
        actions.poll_now(session, viewer, source_id, services, now)
        return "poll-later" if source(session, viewer, source_id, now).paused_until else DONE[verb]
    if verb == "address":
        actions.readdress(session, viewer, source_id, services)
    elif verb == "backfill":
        going_back.go_back(session, viewer, source_id, going_back.GoBack(), services.jobs, now)
    elif verb == "backfill-stop":
        going_back.stop(session, viewer, source_id, services.jobs, now)
    else:
        changes = actions.SourceChanges(enabled=verb == "resume")
        actions.update(session, viewer, source_id, changes, services, now)
    return DONE[verb]
