"""Saved views of the feed: their links, with how many mentions each holds, and the form that saves one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from app.actions import views as actions
from app.actions.fields import validate
from app.problems import Problem
from app.queries.members import members
from app.queries.views import ViewView, counts, views_of
from app.queries.wanted import Wanted
from app.web.form_page import attempt
from app.web.forms import SentForm, sent_form
from app.web.page import Visit, back_to, editor, member, redirect
from app.web.words import N_, WORDS

router = APIRouter()

GIVEN = {"to_answer": N_("To answer"), "mine": N_("Mine"), "overdue": N_("Overdue")}
PLAIN = ("brand", "stance", "status", "source", "platform", "language", "assignee", "tag", "author", "story", "q")
SWITCHES = ("unanswered", "overdue")


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A view as the menu shows it; `count` is None until it is counted, or where nothing can be."""

    id: UUID
    name: str
    href: str
    current: bool
    count: int | None
    removable: bool


def menu_of(visit: Visit, session: Session, *, counted: bool = False, here: str = "") -> list[MenuEntry]:
    """The views of the viewer, each in the reader's language where Vigie gives it."""
    found = views_of(session, visit.viewer)
    numbers = counts(session, visit.viewer, found, visit.now) if counted else {}
    shown = dict(parse_qsl(here))
    return [_entry(visit, view, numbers.get(view.id), shown) for view in found]


def _entry(visit: Visit, view: ViewView, count: int | None, shown: Mapping[str, str]) -> MenuEntry:
    query = query_of(view.filter)
    name = visit.say(GIVEN[view.given]) if view.given else view.name
    may_remove = "write" in visit.viewer.scopes
    return MenuEntry(view.id, name, "/?" + urlencode(query), query == dict(shown), count, may_remove)


def query_of(filters: Mapping[str, Any]) -> dict[str, str]:
    """The filters of a view as those of the page's address, which takes one value of each."""
    query = {}
    for name in PLAIN:
        value = filters.get(name)
        value = value[0] if isinstance(value, list) and value else value
        if value:
            query[name] = str(value)
    query |= {name: "1" for name in SWITCHES if filters.get(name)}
    query |= {name: str(filters[name]) for name in ("from", "to") if filters.get(name)}
    if str(filters.get("days", "")) in WORDS["period"]:
        query["period"] = str(filters["days"])
    return query


def filters_of_query(query: str) -> dict[str, Any]:
    """The filters of an address of the page, as a view keeps them; what is none is left out."""
    sent = dict(parse_qsl(query.partition("?")[2]))
    filters: dict[str, Any] = {name: sent[name] for name in (*PLAIN, "from", "to") if sent.get(name)}
    filters |= {name: True for name in SWITCHES if sent.get(name)}
    if sent.get("period", "").isdecimal():
        filters["days"] = int(sent["period"])
    if not sent.get("copies") and not sent.get("story"):
        filters["folded"] = True
    return filters


def whose_options(visit: Visit, session: Session) -> list[tuple[str, str]]:
    """To whom a mention may be assigned, as (value, label) of a filter."""
    fixed = [("", visit.say("Anybody")), ("me", visit.say("Me")), ("none", visit.say("Nobody"))]
    return [*fixed, *((str(each.id), each.shown) for each in members(session, visit.viewer))]


@router.get("/views/menu")
def show_menu(visit: Visit = Depends(member)) -> Response:
    """The menu with its counts; the page shows it without them first."""
    here = visit.request.query_params.get("here", "")[:2_000]
    with visit.services.db.reading() as session:
        saved = menu_of(visit, session, counted=True, here=here)
    return visit.page(None, "views_menu.html", saved=saved, saved_here=here)


@router.get("/views")
def show_views(visit: Visit = Depends(member)) -> Response:
    return views_page(visit, back_to(visit.request.query_params.get("next")))


def views_page(
    visit: Visit, back: str, problem: Problem | None = None, name: str = "", *, shared: bool = False
) -> Response:
    """The views, each to remove, and the form that saves the filters of the address that one comes from."""
    with visit.services.db.reading() as session:
        return visit.page(
            session,
            "views.html",
            status=problem.status if problem else 200,
            saved=menu_of(visit, session),
            back=back,
            problem=problem,
            labels={"name": visit.say("Name of the view")},
            name=name,
            shared=shared,
        )


@router.post("/views")
def save(visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
    """Saves the filters of the page that sent the form under a name."""
    back = back_to(sent.get("next"))
    name, shared = sent.get("name"), sent.is_checked("shared")

    def keep() -> Response:
        new = validate(actions.NewView, {"name": name, "shared": shared})
        wanted = validate(Wanted, filters_of_query(back))
        with visit.services.db.writing() as session:
            actions.create(session, visit.viewer, new, wanted.stored())
        return redirect(back, "saved")

    return attempt(keep, lambda problem: views_page(visit, back, problem, name, shared=shared), {409, 422})


@router.post("/views/{view_id}/delete")
def remove(view_id: UUID, visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> RedirectResponse:
    """Removes a view, also one that Vigie gives."""
    with visit.services.db.writing() as session:
        actions.delete(session, visit.viewer, view_id)
    return redirect(back_to(sent.get("next")), "saved")
