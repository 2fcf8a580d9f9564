"""Brands and their queries, with what each would have matched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from app.actions import brands as actions
from app.actions.fields import validate
from app.models import Brand
from app.problems import Problem
from app.queries.brands import brand, brands, brands_being_removed
from app.queries.paging import LIMIT_MAX
from app.queries.preview import preview
from app.web.charts import spark
from app.web.form_page import Form, FormPage, Values, add_routes, attempt
from app.web.forms import SentForm
from app.web.page import Visit, member, redirect
from app.web.query_field import LONGEST, asks_back, check_meant, field_of, pasted_of
from app.web.reach import mendings_of_brands
from app.web.words import N_, WORDS
from matching.hints import hints
from matching.in_words import in_words
from matching.query import parse

router = APIRouter(prefix="/settings")

HOME = "/settings/brands"
DAYS = 30


@router.get("")
def first_settings() -> RedirectResponse:
    return RedirectResponse(HOME, 303)


@router.get("/brands/preview")
def show_preview(visit: Visit = Depends(member)) -> Response:
    """The part of the form that shows what a query matches, while it is typed."""
    query, pasted = (visit.request.query_params.get(name, "")[:LONGEST] for name in ("query", "pasted"))
    with visit.services.db.reading() as session:
        found = preview_of(visit, session, query, pasted)
        return visit.page(None, "preview_live.html", preview=found, field=field_of("", query))


def preview_of(visit: Visit, session: Session, query: str, pasted: str = "") -> dict[str, Any]:
    """What a query would have matched, its days as a small picture, or what is wrong with it; and whether it finds
    itself in a `pasted` text."""
    nothing: dict[str, Any] = {"found": None, "problem": None, "query": query, "days": DAYS, "spark": None, "hints": []}
    nothing |= {"typed": pasted, "pasted": pasted_of(query, pasted)}

    def matches() -> dict[str, Any]:
        result = preview(session, visit.viewer, query, DAYS, visit.now)
        return {
            **nothing,
            "found": result,
            "words": in_words(parse(query), "fr" if visit.tongue.code == "fr" else "en"),
            "spark": spark([number for _, number in result.days]),
            "hints": [hint for hint in hints(query) if "operator" not in hint.notice.args],  # asked below the field
        }

    def unreadable(problem: Problem) -> dict[str, Any]:
        return {**nothing, "problem": problem}

    return attempt(matches, unreadable, {422}) if query.strip() else {**nothing, "query": ""}


@router.get("/brands")
def show_list(visit: Visit = Depends(member)) -> Response:
    with visit.services.db.reading() as session:
        rows = brands(session, visit.viewer, visit.request.query_params.get("after"))
        return visit.page(
            session,
            "brands.html",
            found=rows,
            leaving=brands_being_removed(session, visit.viewer),
            silent=mendings_of_brands(visit, session, rows.items),
        )


BrandForm = Form[Brand, None]
NARROWING = ("context.any", "context.none", "exclude.sites", "exclude.authors")
"""The fields of what narrows a brand, which have one entry to a line."""
HOWS = (
    ("hidden", N_("are hidden: one can look at them and bring them back")),
    ("not_collected", N_("are not collected: no trace of them stays")),
)


def show_new(visit: Visit) -> Response:
    kind = "competitor" if visit.request.query_params.get("kind") == "competitor" else "own"
    return show_form(
        visit,
        Form(
            None,
            {"name": "", "kind": kind, "query": "", "languages": [], "colour": "", "narrowing": narrowing_shown(None)},
        ),
    )


def form_of(_visit: Visit, row: Brand) -> BrandForm:
    values: Values = {
        name: getattr(row, name) for name in ("name", "kind", "query", "languages", "colour", "competitors")
    }
    return Form(None, values | {"narrowing": narrowing_shown(row)}, row)


def narrowing_shown(row: Brand | None) -> dict[str, str]:
    """What narrows a brand, as the fields show it."""
    held = {"context": row.context, "exclude": row.exclude} if row else {}
    shown = {name: "\n".join(_held(held, name) or ()) for name in NARROWING}
    return shown | {name: _held(held, name) or "hidden" for name in ("context.how", "exclude.how")}


def _held(held: Mapping[str, Mapping[str, Any]], name: str) -> Any:
    column, _, key = name.partition(".")
    return held.get(column, {}).get(key)


def narrowing_sent(shown: Mapping[str, str]) -> Values:
    """The fields of what narrows a brand, as the action takes them."""
    sent: dict[str, dict[str, Any]] = {"context": {}, "exclude": {}}
    for name, text in shown.items():
        column, _, key = name.partition(".")
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        sent[column][key] = lines if name in NARROWING else text
    return dict(sent)


def read_form(sent: SentForm, row: Brand | None) -> BrandForm:
    values: Values = {name: sent.get(name) for name in ("name", "kind", "query", "colour")}
    values["languages"] = [code.lower() for code in sent.lines("languages")]
    values["competitors"] = None if sent.is_checked("every_competitor") or not row else sent.all("competitors")
    values["colour"] = values["colour"] or (row.colour if row else "")
    values |= {"pasted": sent.get("pasted")[:LONGEST]}
    if sent.is_checked("context.how"):
        values["narrowing"] = {name: sent.get(name) for name in (*NARROWING, "context.how", "exclude.how")}
    else:
        values["narrowing"] = narrowing_shown(row)
    return Form(None, values, row)


def fields_of_action(values: Values) -> Values:
    """Gives a new brand a colour if nobody chose one."""
    kept = {name: value for name, value in values.items() if name not in ("pasted", "narrowing")}
    narrowed = narrowing_sent(values["narrowing"]) if "narrowing" in values else {}
    return {name: value for name, value in kept.items() if name != "colour" or value} | narrowed


def show_form(visit: Visit, form: BrandForm) -> Response:
    with visit.services.db.reading() as session:
        return form.page(
            visit,
            session,
            "brand.html",
            silent=mendings_of_brands(visit, session, [form.row])[form.row.id] if form.row else None,
            kinds=[(key, visit.word("brand kind", key)) for key in WORDS["brand kind"]],
            preview=preview_of(visit, session, form.values["query"], form.values.get("pasted", "")),
            field=field_of(form.values["name"], form.values["query"]),
            hows=[(key, visit.say(words)) for key, words in HOWS],
            others=others_than(visit, session, form.row),
        )


def others_than(visit: Visit, session: Session, row: Brand | None) -> list[Brand]:
    """The brands that one can be compared with; none before it exists."""
    offered = brands(session, visit.viewer, limit=LIMIT_MAX).items if row else []
    return [each for each in offered if row and each.id != row.id]


def create(visit: Visit, form: BrandForm, sent: SentForm) -> Response:
    if (asked := asks_back(sent)) is not None:
        return show_form(visit, replace(form, values=form.values | asked))
    check_meant(sent)
    new = validate(actions.NewBrand, fields_of_action(form.values))
    with visit.services.db.writing() as session:
        actions.create(session, visit.viewer, new, visit.services.jobs, visit.now)
    return redirect(HOME, "brand-created")


def update(visit: Visit, row: Brand, form: BrandForm, sent: SentForm) -> Response:
    """Changes a brand; on request, also applies its query to stored mentions."""
    if (asked := asks_back(sent)) is not None:
        return show_form(visit, replace(form, values=form.values | asked))
    check_meant(sent)
    rematch = sent.is_checked("rematch")
    changes = validate(actions.BrandChanges, fields_of_action(form.values))
    with visit.services.db.writing() as session:
        actions.update(session, visit.viewer, row.id, changes)
        if rematch:
            actions.request_rematch(session, visit.viewer, row.id, visit.services.jobs, visit.now)
    return redirect(HOME, "rematch" if rematch else "saved")


def delete(session: Session, visit: Visit, brand_id: UUID) -> None:
    actions.delete_brand(session, visit.viewer, brand_id, visit.services.jobs, visit.now)


PAGE = FormPage(
    home=HOME,
    deleted="brand-deleted",
    find=brand,
    show_new=show_new,
    form_of=form_of,
    read_form=read_form,
    show_form=show_form,
    create=create,
    update=update,
    delete=delete,
)
add_routes(router, PAGE, "/brands")
