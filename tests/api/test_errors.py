"""Refusals as RFC 9457 says, also of what the framework and the database refuse."""

from __future__ import annotations

import errno
import json
from http import HTTPStatus

import pytest
from sqlalchemy.exc import DataError, DBAPIError

from app.api.errors import MEDIA_TYPE, of_database, of_http, problem_response, unexpected_problem
from app.problems import FieldError, Problem, invalid


class Refused(Exception):
    """What a driver raises."""

    def __init__(self, sqlstate: str | None) -> None:
        self.sqlstate = sqlstate


def refused(sqlstate: str | None) -> DBAPIError:
    return DBAPIError("SELECT 1", {}, Refused(sqlstate))


@pytest.mark.parametrize(
    ("sqlstate", "status", "code"),
    [
        ("57014", 503, "too-slow"),
        ("40001", 503, "busy"),
        ("40P01", 503, "busy"),
        ("55P03", 503, "busy"),
        ("08006", 503, "database-away"),
        ("57P01", 503, "database-away"),
        ("53300", 503, "database-away"),
        ("53100", 503, "storage"),
        ("58030", 503, "storage"),
        (None, 503, "database-away"),
        ("22003", 422, "invalid"),
    ],
)
def test_what_the_database_refuses_is_told_apart(sqlstate: str | None, status: int, code: str) -> None:
    problem = of_database(refused(sqlstate))
    assert problem is not None
    assert (problem.status, problem.code) == (status, code)
    assert ("Retry-After" in problem.headers) is (status == 503)


@pytest.mark.parametrize("sqlstate", ["23505", "42601", "42P01"])
def test_a_fault_of_ours_is_none_of_the_database(sqlstate: str) -> None:
    assert of_database(refused(sqlstate)) is None
    assert unexpected_problem(refused(sqlstate), "id").status == 500


def test_an_error_tells_its_id_and_nothing_of_its_cause() -> None:
    problem = unexpected_problem(RuntimeError("the secret cause"), "0123")
    assert problem.status == 500
    assert "secret" not in problem.detail


@pytest.mark.parametrize(
    ("status", "code"), [(404, "not-found"), (405, "method-not-allowed"), (400, "unreadable"), (418, "refused")]
)
def test_what_the_framework_refuses_has_a_code(status: int, code: str) -> None:
    problem = of_http(status, {"Allow": "GET"})
    assert (problem.status, problem.code, problem.headers) == (status, code, {"Allow": "GET"})


def test_a_refusal_names_its_fields_with_place_and_hint_where_there_are_any() -> None:
    problem = invalid(
        FieldError("query", "{word} has nothing after it.", {"word": "OR"}, at=5, hint="Name a word."),
        FieldError("name", "This field is required."),
    )
    answer = problem_response(problem, "0123")
    assert (answer.status_code, answer.media_type) == (422, MEDIA_TYPE)
    assert json.loads(answer.body) == {
        "type": "urn:vigie:problem:invalid",
        "title": HTTPStatus(422).phrase,
        "status": 422,
        "detail": "Some fields are not valid.",
        "errors": [
            {"field": "query", "message": "OR has nothing after it.", "at": 5, "hint": "Name a word."},
            {"field": "name", "message": "This field is required."},
        ],
        "request_id": "0123",
    }


def test_a_text_that_is_no_unicode_is_answered_all_the_same() -> None:
    answer = problem_response(Problem("refused", 400, "{text}", text="a\ud800b"), "")
    assert json.loads(answer.body)["detail"] == "a?b"


def test_what_the_driver_cannot_send_is_the_callers_to_mend() -> None:
    problem = of_database(DataError("SELECT 1", {}, Refused(None)))
    assert problem
    assert (problem.status, problem.code) == (422, "invalid")


def test_a_full_disk_is_told_as_such_wherever_it_shows() -> None:
    problem = unexpected_problem(OSError(errno.ENOSPC, "No space left on device", "/data/upload"), "0123")
    assert (problem.status, problem.code) == (503, "storage")
    assert unexpected_problem(OSError(errno.ENOENT, "No such file", "/data/upload"), "0123").status == 500
