"""A form page: who sees it, what brings it back, and where saving leads."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.responses import PlainTextResponse, Response
from starlette.testclient import TestClient

from app.actions import accounts
from app.db import Database
from app.models import Brand
from app.problems import FieldError, Problem, invalid, not_found
from app.viewer import Viewer
from app.web.form_page import CORRECTABLE, Form, FormPage, add_routes, attempt
from app.web.forms import SentForm
from app.web.page import Visit, editor, member
from tests.web.conftest import OWN, PASSWORD

TAKEN = Problem("name-taken", 409, "This name is already taken ({what}).", what="brand")


def refuse(problem: Problem) -> Callable[[], str]:
    def work() -> str:
        raise problem

    return work


@pytest.mark.parametrize("problem", [TAKEN, invalid(FieldError("name", "Choose another name."))])
def test_what_a_person_can_correct_is_handed_back(problem: Problem) -> None:
    assert attempt(refuse(problem), lambda refused: f"again: {refused.code}") == f"again: {problem.code}"


@pytest.mark.parametrize("problem", [not_found("brand"), Problem("forbidden", 403, "No."), Problem("busy", 503, "No.")])
def test_what_nobody_can_correct_is_raised(problem: Problem) -> None:
    with pytest.raises(Problem) as raised:
        attempt(refuse(problem), lambda refused: "again")
    assert raised.value is problem


def test_a_page_says_itself_what_is_correctable() -> None:
    gone = not_found("brand")
    assert attempt(refuse(gone), lambda refused: refused.code, {404, *CORRECTABLE}) == "not-found"
    assert attempt(lambda: "saved", lambda refused: "again") == "saved"
    with pytest.raises(Problem):
        attempt(refuse(TAKEN), lambda refused: "again", {422})


@dataclass
class Shelf:
    """What a page of names does, without a database of its own: a row is a name."""

    names: dict[UUID, str]

    def find(self, _session: Any, _viewer: Viewer, row_id: UUID) -> str:
        if row_id not in self.names:
            raise not_found("brand")
        return self.names[row_id]

    def show_new(self, visit: Visit) -> Response:
        return self.show_form(visit, Form(None, {"name": ""}))

    def form_of(self, _visit: Visit, row: str) -> Form[str, None]:
        return Form(None, {"name": row}, row)

    def read_form(self, sent: SentForm, row: str | None) -> Form[str, None]:
        return Form(None, {"name": sent.get("name")}, row)

    def show_form(self, _visit: Visit, form: Form[str, None]) -> Response:
        text = f"name={form.values['name']} row={form.row} problem={form.problem and form.problem.code}"
        return PlainTextResponse(text, form.problem.status if form.problem else 200)

    def create(self, _visit: Visit, form: Form[str, None], _sent: SentForm) -> Response:
        if form.values["name"] in self.names.values():
            raise TAKEN
        self.names[UUID(int=len(self.names) + 1)] = form.values["name"]
        return PlainTextResponse("created")

    def update(self, _visit: Visit, row: str, form: Form[str, None], _sent: SentForm) -> Response:
        if not form.values["name"]:
            raise invalid(FieldError("name", "This field is required."))
        self.names = {key: form.values["name"] if name == row else name for key, name in self.names.items()}
        return PlainTextResponse(f"{row} is {form.values['name']} now")

    def delete(self, _session: Any, _visit: Visit, row_id: UUID) -> None:
        del self.names[row_id]

    def page(self, open_to: Callable[..., Visit] = member) -> FormPage[str, None]:
        return FormPage(
            home="/names",
            deleted="saved",
            find=self.find,
            show_new=self.show_new,
            form_of=self.form_of,
            read_form=self.read_form,
            show_form=self.show_form,
            create=self.create,
            update=self.update,
            delete=self.delete,
            open_to=open_to,
        )


ONE, NONE = UUID(int=1), UUID(int=9)


@pytest.fixture
def shelf(app: FastAPI) -> Shelf:
    """A page of names at /names, which everybody may read, and the same at /hidden, which only writers see."""
    shelf = Shelf({ONE: "Acme"})
    router = APIRouter()
    add_routes(router, shelf.page(), "/names")
    add_routes(router, shelf.page(editor), "/hidden", edit="/edit")
    app.include_router(router)
    return shelf


def test_a_form_is_saved_or_comes_back_with_what_was_typed(browser: TestClient, shelf: Shelf) -> None:
    assert browser.get("/names/new").text == "name= row=None problem=None"
    assert browser.post("/names/new", data={"name": "Brumelo"}).text == "created"
    twice = browser.post("/names/new", data={"name": "Brumelo"})
    assert (twice.status_code, twice.text) == (409, "name=Brumelo row=None problem=name-taken")
    assert browser.get(f"/names/{ONE}").text == "name=Acme row=Acme problem=None"
    assert browser.post(f"/names/{ONE}", data={"name": "Zed"}).text == "Acme is Zed now"
    empty = browser.post(f"/names/{ONE}", data={"name": ""})
    assert (empty.status_code, empty.text) == (422, "name= row=Zed problem=invalid")
    for missing in (browser.get(f"/names/{NONE}"), browser.post(f"/names/{NONE}", data={"name": ""})):
        assert missing.status_code == 404
    gone = browser.post(f"/names/{ONE}/delete", follow_redirects=False)
    assert (gone.status_code, gone.headers["location"]) == (303, "/names?done=saved")
    assert ONE not in shelf.names


def test_a_reader_sees_what_a_page_shows_to_readers_and_saves_nothing(
    app: FastAPI, db: Database, viewer: Viewer, shelf: Shelf
) -> None:
    """Refused at once: neither what is wrong with a form nor whether a row exists is told."""
    with db.writing() as session:
        new = accounts.NewAccount(email="eve@example.com", password=PASSWORD)
        accounts.create(session, viewer, new, "viewer")
    reader = TestClient(app, base_url="http://localhost:8000", headers=OWN)
    reader.post("/login", data={"email": "eve@example.com", "password": PASSWORD})
    assert reader.get(f"/names/{ONE}").status_code == 200
    refused = [
        reader.get("/names/new"),
        reader.get(f"/hidden/{ONE}/edit"),
        reader.get(f"/hidden/{NONE}/edit"),
        reader.post("/names/new", data={"name": ""}),
        reader.post(f"/names/{ONE}", data={"name": ""}),
        reader.post(f"/names/{NONE}", data={"name": "Zed"}),
        reader.post(f"/names/{ONE}/delete"),
    ]
    assert [answer.status_code for answer in refused] == [403] * len(refused)
    assert shelf.names == {ONE: "Acme"}


def test_a_phrase_whose_brand_is_gone_keeps_what_was_typed(browser: TestClient, brand: Brand) -> None:
    typed = {"text": "war zone", "stance": "detractor", "brand_id": str(brand.id), "language": ""}
    browser.post("/settings/phrases/new", data={**typed, "brand_id": ""})
    found = re.search(r"/settings/phrases/([0-9a-f-]{36})", browser.get("/settings/phrases").text)
    assert found
    page = browser.post(found[0], data={**typed, "brand_id": str(UUID(int=1))})
    assert page.status_code == 404
    assert 'value="war zone"' in page.text
