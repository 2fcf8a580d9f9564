"""Brands and their queries, with what each would have matched."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from app.actions import brands as actions
from app.actions.fields import validated
from app.models import Brand
from app.problems import Problem
from app.queries.brands import brand, brands
from app.queries.preview import Preview, preview
from app.web.charts import spark
from app.web.forms import Posted, posted
from app.web.page import Visit, away, member
from app.web.words import WORDS

router = APIRouter(prefix="/settings")

DAYS = 30


def preview_of(visit: Visit, session: Session, query: str) -> dict[str, Any]:
    """What a query would have matched, its days as a small picture, or what is wrong with it."""
    if not query.strip():
        return {"found": None, "problem": None, "query": "", "days": DAYS, "spark": None}
    found: Preview | None = None
    problem: Problem | None = None
    try:
        found = preview(session, visit.viewer, query, DAYS, visit.now)
    except Problem as refused:
        if refused.status != 422:
            raise
        problem = refused
    drawn = spark([number for _, number in found.days]) if found else None
    return {"found": found, "problem": problem, "query": query, "days": DAYS, "spark": drawn}


@router.get("")
def first() -> RedirectResponse:
    return RedirectResponse("/settings/brands", 303)


@router.get("/brands/preview")
def previewed(visit: Visit = Depends(member)) -> Response:
    """The part of the form that shows what a query matches, while it is typed."""
    query = visit.request.query_params.get("query", "")[:2_000]
    with visit.services.db.reading() as session:
        return visit.page(None, "preview.html", preview=preview_of(visit, session, query))


@router.get("/brands")
def listed(visit: Visit = Depends(member)) -> Response:
    with visit.services.db.reading() as session:
        found = brands(session, visit.viewer, visit.request.query_params.get("after"))
        return visit.page(session, "brands.html", found=found)


@router.get("/brands/new")
def new(visit: Visit = Depends(member)) -> Response:
    visit.viewer.needs("write")
    kind = "competitor" if visit.request.query_params.get("kind") == "competitor" else "own"
    with visit.services.db.reading() as session:
        return form_page(visit, session, None, {"name": "", "kind": kind, "query": "", "languages": [], "colour": ""})


def form_page(
    visit: Visit, session: Session, row: Brand | None, values: dict[str, Any], problem: Problem | None = None
) -> HTMLResponse:
    return visit.page(
        session,
        "brand.html",
        status=problem.status if problem else 200,
        row=row,
        values=values,
        kinds=[(key, visit.word("brand kind", key)) for key in WORDS["brand kind"]],
        preview=preview_of(visit, session, values["query"]),
        problem=problem,
        labels={},
    )


def typed(form: Posted) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": form.get("name"),
        "kind": form.get("kind"),
        "query": form.get("query"),
        "languages": [part.lower() for part in form.lines("languages")],
    }
    return values | ({"colour": form.get("colour")} if form.get("colour") else {})


@router.post("/brands/new")
def create(form: Posted = Depends(posted), visit: Visit = Depends(member)) -> Response:
    values = typed(form)
    try:
        wanted = validated(actions.NewBrand, values)
        with visit.services.db.writing() as session:
            actions.create(session, visit.viewer, wanted, visit.services.jobs, visit.now)
    except Problem as problem:
        if problem.status not in {409, 422}:
            raise
        with visit.services.db.reading() as session:
            return form_page(visit, session, None, {"colour": "", **values}, problem)
    return away("/settings/brands", "brand-created")


@router.get("/brands/{brand_id}")
def one(brand_id: UUID, visit: Visit = Depends(member)) -> Response:
    with visit.services.db.reading() as session:
        row = brand(session, visit.viewer, brand_id)
        values = {name: getattr(row, name) for name in ("name", "kind", "query", "languages", "colour")}
        return form_page(visit, session, row, values)


@router.post("/brands/{brand_id}")
def update(brand_id: UUID, form: Posted = Depends(posted), visit: Visit = Depends(member)) -> Response:
    """Changes a brand; on request its query is applied to what is stored, too."""
    values = typed(form)
    again = form.checked("rematch")
    try:
        wanted = validated(actions.BrandChanges, values)
        with visit.services.db.writing() as session:
            actions.update(session, visit.viewer, brand_id, wanted)
            if again:
                actions.request_rematch(session, visit.viewer, brand_id, visit.services.jobs, visit.now)
    except Problem as problem:
        if problem.status not in {409, 422}:
            raise
        with visit.services.db.reading() as session:
            row = brand(session, visit.viewer, brand_id)
            return form_page(visit, session, row, {"colour": row.colour, **values}, problem)
    return away("/settings/brands", "rematch" if again else "saved")


@router.post("/brands/{brand_id}/delete")
def delete(brand_id: UUID, visit: Visit = Depends(member)) -> Response:
    with visit.services.db.writing() as session:
        actions.delete_brand(session, visit.viewer, brand_id)
    return away("/settings/brands", "brand-deleted")
