"""The feed, one mention, and what is done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.actions import mentions as actions
from app.actions.fields import validated
from app.problems import Problem
from app.queries.choices import Choices, arrived, choices
from app.queries.feed import FeedPage, Wanted, feed
from app.queries.mentions import mention
from app.scorer import explainer_of
from app.web.forms import Posted, posted
from app.web.page import Visit, back_to, member, redirect
from app.web.reasons import reasons_of
from app.web.words import WORDS

router = APIRouter()

FILTERS = ("q", "brand", "stance", "status", "period", "source", "platform", "language", "copies", "story")
RELEVANT = ("new", "in_progress", "answered", "closed")
PAGE = 40


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of an address, as typed, and what they mean."""

    values: dict[str, str]
    wanted: Wanted


def asked_of(visit: Visit) -> Asked:
    """The filters of this request. A value that means nothing is dropped, as if it were not there."""
    given = visit.request.query_params
    values = {name: given.get(name, "").strip() for name in FILTERS}
    for name in ("brand", "source", "story"):
        values[name] = values[name] if _id(values[name]) else ""
    for name, kind in (("stance", "stance"), ("status", "status"), ("period", "period")):
        values[name] = values[name] if values[name] in WORDS[kind] else ""
    return Asked(values, wanted_of(values, visit.now))


def wanted_of(values: dict[str, str], now: datetime) -> Wanted:
    """What a feed is narrowed to: one copy of a story unless all are wanted, and what is relevant unless told."""

    def one(name: str) -> tuple[str, ...]:
        return (values[name],) if values[name] else ()

    return Wanted(
        brands=tuple(UUID(value) for value in one("brand")),
        stances=one("stance"),
        sources=tuple(UUID(value) for value in one("source")),
        platforms=one("platform"),
        languages=one("language"),
        statuses=one("status") or RELEVANT,
        story=_id(values["story"]),
        text=values["q"],
        since=now - timedelta(days=int(values["period"])) if values["period"] else None,
        folded=not values["copies"] and not values["story"],
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


@router.get("/")
def mentions(visit: Visit = Depends(member)) -> Response:
    """The feed. A query that cannot be read is told beside the search box."""
    asked = asked_of(visit)
    with visit.services.db.reading() as session:
        offered = choices(session, visit.viewer)
        found: FeedPage | None = None
        problem: Problem | None = None
        try:
            found = feed(session, visit.viewer, asked.wanted, visit.request.query_params.get("after"), PAGE)
        except Problem as refused:
            if refused.status != 422:
                raise
            problem = refused
        return visit.page(
            session,
            "mentions.html",
            status=problem.status if problem else 200,
            asked=asked.values,
            feed=found,
            problem=problem,
            labels={"q": visit.say("Search")},
            chosen=_chosen(visit, asked.values, offered),
            undo=_id(visit.request.query_params.get("undo", "")),
            pulse="/mentions/new?" + urlencode({**_set(asked.values), "since": visit.now.isoformat()}),
            **_options(visit, offered),
        )


def _set(values: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _options(visit: Visit, offered: Choices) -> dict[str, Any]:
    def words(kind: str) -> list[tuple[str, str]]:
        return [(str(key), visit.word(kind, key)) for key in WORDS[kind] if key is not None]

    return {
        "brand_options": [(str(brand.id), brand.name) for brand in offered.brands],
        "source_options": [(str(source.id), source.name) for source in offered.sources],
        "platform_options": [(name, name) for name in offered.platforms],
        "language_options": [(code, visit.tongue.language_name(code)) for code in offered.languages],
        "stance_options": words("stance"),
        "status_options": words("status"),
        "period_options": words("period"),
    }


def _chosen(visit: Visit, values: dict[str, str], offered: Choices) -> list[tuple[str, str]]:
    """The filters in use, each with what it says."""
    options = _options(visit, offered)
    told = []
    for name in FILTERS:
        if not values[name]:
            continue
        named = dict(options.get(f"{name}_options", ()))
        fixed = {"copies": visit.say("Every copy"), "story": visit.say("One story"), "q": f"«{values['q']}»"}
        told.append((name, fixed.get(name) or named.get(values[name], values[name])))
    return told


@router.get("/mentions/new")
def new_mentions(since: str, visit: Visit = Depends(member)) -> Response:
    """A pill that tells how many mentions came since the page was shown; nothing when none did."""
    try:
        start = datetime.fromisoformat(since)
    except ValueError:
        return HTMLResponse("")
    if start.tzinfo is None:
        return HTMLResponse("")
    values = asked_of(visit).values
    with visit.services.db.reading() as session:
        number = arrived(session, visit.viewer, wanted_of(values, visit.now), start)
    return visit.page(None, "mentions_new.html", number=number, href="/?" + urlencode(_set(values)))


@router.get("/mentions/{mention_id}")
def one(mention_id: UUID, visit: Visit = Depends(member)) -> Response:
    """One mention, with all that is known of it."""
    return _one(visit, mention_id)


def _one(visit: Visit, mention_id: UUID, problem: Problem | None = None) -> HTMLResponse:
    with visit.services.db.reading() as session:
        detail = mention(session, visit.viewer, mention_id)
    why = reasons_of(explainer_of(visit.services.settings), detail)  # the model is asked between two transactions
    with visit.services.db.reading() as session:
        return visit.page(
            session,
            "mention.html",
            status=problem.status if problem else 200,
            detail=detail,
            reasons=why,
            problem=problem,
            labels={"note": visit.say("Note"), "tags": visit.say("Tags"), "assignee": visit.say("Assigned to")},
            status_options=[(key, visit.word("status", key)) for key in WORDS["status"]],
        )


@router.post("/mentions/{mention_id}/stance")
def correct(mention_id: UUID, form: Posted = Depends(posted), visit: Visit = Depends(member)) -> RedirectResponse:
    """Corrects the stance for one brand; an empty stance takes the correction back."""
    values = {"stance": form.get("stance") or None, "brand_id": form.get("brand_id") or None}
    _change(visit, mention_id, values)
    return redirect(back_to(form.get("next"), f"/mentions/{mention_id}"), "stance")


@router.post("/mentions/{mention_id}/status")
def sort_out(mention_id: UUID, form: Posted = Depends(posted), visit: Visit = Depends(member)) -> RedirectResponse:
    """Says what was done about a mention, or that it is not about the brand."""
    status = form.get("status")
    _change(visit, mention_id, {"status": status})
    back = back_to(form.get("next"), f"/mentions/{mention_id}")
    if status == "irrelevant" and not back.startswith("/mentions/"):
        return RedirectResponse(back + ("&" if "?" in back else "?") + urlencode({"undo": str(mention_id)}), 303)
    return redirect(back, "status")


@router.post("/mentions/{mention_id}")
def handle(mention_id: UUID, form: Posted = Depends(posted), visit: Visit = Depends(member)) -> Response:
    """Status, assignee, tags and note at once."""
    values = {
        "status": form.get("status"),
        "assignee": form.get("assignee") or None,
        "tags": form.lines("tags"),
        "note": form.get("note") or None,
    }
    try:
        _change(visit, mention_id, values)
    except Problem as problem:
        if problem.status != 422:
            raise
        return _one(visit, mention_id, problem)
    return redirect(f"/mentions/{mention_id}", "saved")


def _change(visit: Visit, mention_id: UUID, values: dict[str, Any]) -> None:
    changes = validated(actions.MentionChanges, values)
    with visit.services.db.writing() as session:
        actions.change(session, visit.viewer, [mention_id], changes, visit.services.jobs, visit.now)
