"""All brands at a glance, of every workspace of the person who looks: one line each, every figure a link."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from app.models import Workspace
from app.queries.all_brands import LOOKED_AT, BrandLine, all_brands, homes, last_days
from app.web.page import Visit, member
from app.web.reputation_choice import choice_of, listed

router = APIRouter()

LAST = -1_000.0  # what cannot be told comes after what can
ORDERS: dict[str, Callable[[BrandLine], float]] = {
    "score": lambda line: score_of(line),
    "change": lambda line: LAST if line.change is None else line.change,
    "mentions": lambda line: line.standing.point.mentions,
    "incidents": lambda line: line.incidents,
    "unanswered": lambda line: line.unanswered,
    "blind": lambda line: line.blind,
}
"""What the lines can be sorted by; scores and changes from the worst, all else from the most."""


def score_of(line: BrandLine) -> float:
    """The score, where it can be told."""
    score = line.standing.point.reputation
    return score.score if score.told and score.score is not None else LAST


@dataclass(frozen=True, slots=True)
class Home:
    """One workspace with its brands; `here` where it is the one that is open."""

    workspace: Workspace
    lines: list[BrandLine]
    here: bool


@router.get("/overview")
def show_overview(visit: Visit = Depends(member)) -> Response:
    """The brands of the workspace that is open, then those of the person's other ones."""
    order = visit.request.query_params.get("sort", "")
    with visit.services.db.reading() as session:
        found = [
            Home(row, in_order(all_brands(session, viewer, visit.now), order), row.id == visit.viewer.workspace_id)
            for row, viewer in homes(session, visit.viewer)
        ]
        return visit.page(
            session,
            "overview.html",
            homes=found,
            order=order if order in ORDERS else "",
            looked_at=LOOKED_AT,
            feed_of=lambda line, **more: feed_address(visit, line, **more),
        )


def in_order(lines: Sequence[BrandLine], order: str) -> list[BrandLine]:
    """The lines as they are asked for: as they come unless the order is a known one."""
    if order not in ORDERS:
        return list(lines)
    key = ORDERS[order]
    if order in ("score", "change"):
        return sorted(lines, key=lambda line: (key(line) == LAST, key(line)))
    return sorted(lines, key=lambda line: -key(line))


def feed_address(visit: Visit, line: BrandLine, **more: str) -> str:
    """The list of exactly the mentions that a figure of the last 30 days counts."""
    period = last_days(visit.now)
    choice = choice_of({}, visit.now.date())
    return "/?" + urlencode({**listed(line.standing.brand.id, choice, period.since, period.until), **more})
