"""A form page: an empty form, the form of something that exists, and the same form again with what is wrong in it.

Brands, phrases, channels, rules and sources are each a `FormPage`: their own modules say which fields there are and
what saving does; `add_routes` gives all five the same addresses and the same answers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session

from app.problems import Problem
from app.viewer import Viewer
from app.web.forms import PREFIX, Field, SentForm, sent_form
from app.web.page import Visit, editor, member, redirect

Values = dict[str, Any]
Row = TypeVar("Row")
Kind = TypeVar("Kind")
T = TypeVar("T")

CORRECTABLE = frozenset({409, 422})
"""Statuses of the refusals that somebody in front of a form can do something about."""


def attempt(work: Callable[[], T], refused: Callable[[Problem], T], correctable: Collection[int] = CORRECTABLE) -> T:
    """What `work` returns, or what `refused` makes of a Problem whose status is correctable; raises any other."""
    try:
        return work()
    except Problem as problem:
        if problem.status not in correctable:
            raise
        return refused(problem)


@dataclass(frozen=True, slots=True)
class Form(Generic[Row, Kind]):
    """A form as somebody sees it: `values` are what its fields hold, by name.

    `kind` is the declaration that says which fields there are, None where they are always the same; `row` is what the
    form changes, None for something new.
    """

    kind: Kind
    values: Values
    row: Row | None = None
    problem: Problem | None = None

    def demand_again(self, fields: Sequence[Field]) -> list[Field]:
        """The fields; a secret that the problem asks for again is needed, and no longer kept."""
        wrong = {error.field for error in self.problem.errors} if self.problem else set()
        dropped = {PREFIX + name for name in self.values.get("drop_secrets", ())}
        return [
            replace(field, kept=False, droppable=False, required=True)
            if field.kept and field.name in wrong and field.name not in dropped
            else replace(field, dropped=field.name in dropped)
            for field in fields
        ]

    def page(self, visit: Visit, session: Session, template: str, **context: Any) -> HTMLResponse:
        """The form in its template, with what is wrong beside the fields."""
        status = self.problem.status if self.problem else 200
        own = {"kind": self.kind, "values": self.values, "row": self.row, "problem": self.problem, "labels": {}}
        return visit.page(session, template, status=status, **{**own, **context})


@dataclass(frozen=True, slots=True)
class FormPage(Generic[Row, Kind]):
    """What is particular to one form page.

    `create` and `update` save a form and answer where to go from there. A Problem that they raise with a status in
    `correctable` brings the form back, with what was typed.
    """

    home: str
    """The address of the list. That is where a deletion leads, with the message named `deleted`."""
    deleted: str
    find: Callable[[Session, Viewer, UUID], Row]
    show_new: Callable[[Visit], Response]
    form_of: Callable[[Visit, Row], Form[Row, Kind]]
    read_form: Callable[[SentForm, Row | None], Form[Row, Kind]]
    show_form: Callable[[Visit, Form[Row, Kind]], Response]
    create: Callable[[Visit, Form[Row, Kind], SentForm], Response]
    update: Callable[[Visit, Row, Form[Row, Kind], SentForm], Response]
    delete: Callable[[Session, Visit, UUID], None]
    correctable: Collection[int] = CORRECTABLE
    open_to: Callable[..., Visit] = member
    """Who sees the form of something that exists: everybody who may read, or only those who may write."""

    def answer(self, save: Callable[[], Response], visit: Visit, form: Form[Row, Kind]) -> Response:
        """A redirect to where saving leads, or the form again with what is wrong in it."""
        return attempt(save, lambda problem: self.show_form(visit, replace(form, problem=problem)), self.correctable)


def add_routes(router: APIRouter, page: FormPage[Row, Kind], path: str = "", edit: str = "") -> None:
    """Adds the addresses of a form page: `path`/new, `path`/{id} and `path`/{id}/delete.

    `edit` is what follows the id where the address of the id alone shows something else.
    """

    def find(visit: Visit, row_id: UUID) -> Row:
        with visit.services.db.reading() as session:
            return page.find(session, visit.viewer, row_id)

    @router.get(f"{path}/new")
    def show_new(visit: Visit = Depends(editor)) -> Response:
        return page.show_new(visit)

    @router.post(f"{path}/new")
    def create(visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
        form = page.read_form(sent, None)
        return page.answer(lambda: page.create(visit, form, sent), visit, form)

    @router.get(f"{path}/{{row_id}}{edit}")
    def show_one(row_id: UUID, visit: Visit = Depends(page.open_to)) -> Response:
        return page.show_form(visit, page.form_of(visit, find(visit, row_id)))

    @router.post(f"{path}/{{row_id}}{edit}")
    def update(row_id: UUID, visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
        row = find(visit, row_id)
        form = page.read_form(sent, row)
        return page.answer(lambda: page.update(visit, row, form, sent), visit, form)

    @router.post(f"{path}/{{row_id}}/delete")
    def delete(row_id: UUID, visit: Visit = Depends(editor)) -> Response:
        with visit.services.db.writing() as session:
            page.delete(session, visit, row_id)
        return redirect(page.home, page.deleted)
