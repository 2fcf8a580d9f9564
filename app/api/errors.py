"""Refusals as RFC 9457 says: application/problem+json."""

from __future__ import annotations

import errno
import json
from http import HTTPStatus
from typing import Any

import structlog
from sqlalchemy.exc import DataError, DBAPIError
from starlette.requests import Request
from starlette.responses import Response

from app.problems import FieldError, Problem
from ground.isolate import Starved

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"


def problem_response(problem: Problem, request_id: str) -> Response:
    """The refusal for a program."""
    body: dict[str, Any] = {
        "type": f"urn:vigie:problem:{problem.code}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "errors": [_field(error) for error in problem.errors],
        "request_id": request_id,
    }
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Response(text, problem.status, dict(problem.headers), MEDIA_TYPE)


def _field(error: FieldError) -> dict[str, Any]:
    field: dict[str, Any] = {"field": error.field, "message": error.message}
    if error.at is not None:
        field["at"] = error.at
    if error.hint:
        field["hint"] = error.hint
    return field


def request_id_of(request: Request) -> str:
    """The id of this request, in the answer and in our log."""
    return str(request.scope.get("vigie", {}).get("request_id", ""))


WAIT = {"Retry-After": "2"}
LATER = {"Retry-After": "60"}
FULL = {errno.ENOSPC, errno.EDQUOT}


CODES = {404: "not-found", 405: "method-not-allowed", 400: "unreadable"}
SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address does not take this method.",
    400: "The request could not be read.",
}
REFUSED = "The request was refused."


def of_http(status: int, headers: dict[str, str] | None = None) -> Problem:
    """What the framework refuses before an endpoint is reached."""
    return Problem(CODES.get(status, "refused"), status, SENTENCES.get(status, REFUSED), headers=headers)


def of_database(error: DBAPIError) -> Problem | None:
    """The Problem for what the database did not do in time; None for a fault of ours."""
    state = getattr(error.orig, "sqlstate", None) or ""
    if state == "57014":
        return Problem("too-slow", 503, "This takes too long: ask for less.", headers=WAIT)
    if state in {"40001", "40P01", "55P03"}:
        return Problem("busy", 503, "Somebody else is changing the same thing: try again.", headers=WAIT)
    if isinstance(error, DataError) and not state:  # the driver refuses it: a null character, for instance
        return Problem("invalid", 422, "A value holds a character that cannot be stored or searched for.")
    if state[:2] in {"53", "58"} and state not in {"53200", "53300"}:
        return Problem("storage", 503, "The database cannot write: its disk may be full.", headers=LATER)
    if error.connection_invalidated or state[:2] in {"08", "57", "53"} or not state:
        return Problem("database-away", 503, "The database does not answer: try again in a moment.", headers=WAIT)
    if state[:2] == "22":
        return Problem("invalid", 422, "A value is out of range.")
    return None


def unexpected_problem(error: BaseException, request_id: str) -> Problem:
    """The Problem for an error that nobody foresaw: the caller learns the id of the request, the log the rest."""
    if isinstance(error, Starved):
        log.warning("this machine is too busy to read what was sent", reason=str(error), request_id=request_id)
        return Problem(
            "machine-busy", 503, "This machine is too busy to read that now: try again in a minute.", headers=LATER
        )
    if isinstance(error, OSError) and error.errno in FULL:
        log.error("the disk of this server is full", file=error.filename, request_id=request_id)
        return Problem("storage", 503, "The disk of this server is full: its operator has to make room.", headers=LATER)
    if isinstance(error, DBAPIError) and (problem := of_database(error)):
        log.warning("the database refused", problem=problem.code, request_id=request_id)
        return problem
    log.error("a request failed", request_id=request_id, exc_info=error)
    return Problem("failed", 500, "Something went wrong on our side: tell us the request's id.")
