"""The reputation of a brand on one screen: its score and what became of it, where it comes from, and competitors."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.responses import StreamingResponse

from app.models import Brand
from app.pipeline.files.exporting import csv_bytes
from app.problems import not_found
from app.queries.answering import Answering, answering
from app.queries.brands import brands
from app.queries.paging import LIMIT_MAX
from app.queries.periods import before
from app.queries.phrases import progress_of_all
from app.web.language import Tongue
from app.web.page import Visit, member
from app.web.reputation_choice import Choice, choice_of, listed
from app.web.reputation_figures import FEWEST, Figures, days_of, figures, file_rows, gauge, trend
from sentiment.sampled import ENOUGH

router = APIRouter()

FEW = 30
"""With fewer stories than this the interval is wide, and the page says so."""
WAIT = 1_000
"""Detractors without an answer are counted up to here."""
SHOWN = 5
"""How many rows of a list stand on the first screen."""
FILES = ("trend", "shares", "sources", "languages", "competitors")


@router.get("/reputation")
def show_reputation(visit: Visit = Depends(member)) -> Response:
    """One brand over one period; everything that is chosen is in the address."""
    with visit.services.db.reading() as session:
        offered = brands(session, visit.viewer, limit=LIMIT_MAX).items
        brand, choice = asked(visit, offered)
        if brand is None:
            return visit.page(session, "reputation.html", brands=[], found=None)
        found = figures(session, visit.viewer, visit.tongue, brand, choice)
        return visit.page(
            session,
            "reputation.html",
            brands=offered,
            deciding=progress_of_all(session, visit.viewer),
            chips=chips(visit.tongue, found),
            csv=lambda chart: "/reputation/csv?" + urlencode({"chart": chart, **own_address(found)}),
            answers=answers_of(session, visit, found),
            counted=WAIT,
            share="/reputation/links?" + urlencode(own_address(found)),
            **shown(visit, found),
        )


def answers_of(session: Session, visit: Visit, found: Figures) -> Answering | None:
    """How long people waited for an answer; None where nobody was answered nor waits, or a part of all is shown."""
    if found.choice.source or found.choice.language:
        return None
    told = answering(session, visit.viewer, found.brand.id, found.period.since, found.period.until, WAIT)
    return told if told.answered or told.waiting else None


@router.get("/reputation/csv")
def show_file(visit: Visit = Depends(member)) -> Response:
    """The figures of one chart as CSV, of what the same address shows."""
    chart = visit.request.query_params.get("chart", "")
    with visit.services.db.reading() as session:
        brand, choice = asked(visit, brands(session, visit.viewer, limit=LIMIT_MAX).items)
        if brand is None or chart not in FILES:
            raise not_found("address")
        rows = list(file_rows(figures(session, visit.viewer, visit.tongue, brand, choice), chart))
    name = f"{plain_name(brand.name)}-{chart}-{visit.now:%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    columns = tuple(rows[0]) if rows else ("nothing",)
    return StreamingResponse(csv_bytes(rows, columns), media_type="text/csv; charset=utf-8", headers=headers)


def plain_name(name: str) -> str:
    """A name that every system takes for a file."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", ascii_only).strip("-").lower() or "brand"


def asked(visit: Visit, offered: Sequence[Brand]) -> tuple[Brand | None, Choice]:
    """The brand of the address, else the first own one, and what else the address chooses."""
    parameters = visit.request.query_params
    brand = next((row for row in offered if str(row.id) == parameters.get("brand")), None) or _first(offered)
    return brand, choice_of(parameters, visit.now.astimezone(visit.tongue.zone).date())


def _first(offered: Sequence[Brand]) -> Brand | None:
    return next((row for row in offered if row.kind == "own"), offered[0] if offered else None)


def own_address(found: Figures) -> dict[str, str]:
    """What the address of a page with these figures holds."""
    return {"brand": str(found.brand.id), **found.choice.parameters()}


def shown(visit: Visit, found: Figures, *, shared: bool = False) -> dict[str, Any]:
    """What the templates take to show the figures. A `shared` page leads nowhere."""
    tongue, choice = visit.tongue, found.choice
    spans, past = found.spans(), before(found.period)

    def place(**changes: object) -> str:
        return "" if shared else visit.request.url.path + "?" + urlencode(changed(own_address(found), changes))

    def feed_of(
        since: datetime | None = None, until: datetime | None = None, brand: UUID | None = None, **more: object
    ) -> str:
        begin, end = since or found.period.since, until or found.period.until
        here = listed(brand or found.brand.id, choice, begin, end)
        return "" if shared else "/?" + urlencode(changed(here, more))

    links = [] if shared else [place(by="", period="", **days_of(span, tongue)) for span in spans]
    return {
        "found": found,
        "view": found.view,
        "chosen": own_address(found),
        "few": FEW,
        "fewest": FEWEST,
        "enough": ENOUGH,
        "first_rows": SHOWN,
        "trend": trend(tongue, found.view, choice.by, links),
        "place": place,
        "feed_of": feed_of,
        "past_feed": feed_of(past.since, past.until) if found.view.previous.mentions else "",
        "dates": period_in_words(tongue, found),
        "gauge": gauge,
    }


def changed(parameters: dict[str, str], changes: dict[str, object]) -> dict[str, str]:
    """An address with some of its values changed, or dropped where they are empty."""
    values = {**parameters, **{name.rstrip("_"): str(value) for name, value in changes.items()}}
    if "from" in changes:
        values.pop("period", None)
    return {name: value for name, value in values.items() if value}


def period_in_words(tongue: Tongue, found: Figures) -> str:
    """From which day to which the period runs."""
    first, last = found.period.since, found.period.until
    return tongue.say("{first} to {last}", first=tongue.date(first), last=tongue.date(last))


def chips(tongue: Tongue, found: Figures) -> list[tuple[str, dict[str, object]]]:
    """The filters in use, as what they say and what the address loses without them."""
    choice, chips = found.choice, list[tuple[str, dict[str, object]]]()
    if choice.first and choice.last:
        dates = tongue.dates(choice.first, choice.last)
        chips.append((dates, {"from": "", "to": "", "by": "", "period": "30"}))
    if choice.source:
        name = next((part.name for part in found.parts.sources if part.key == choice.source), "")
        chips.append((name or tongue.say("One source"), {"source": ""}))
    if choice.language:
        chips.append((tongue.language_name(choice.language), {"language": ""}))
    return chips
