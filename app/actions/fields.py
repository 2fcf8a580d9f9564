"""The fields that forms and the API share, and the Problem for those that are refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.problems import FieldError, Problem
from app.viewer import Viewer, may

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BREAK = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Fields(BaseModel):
    """What somebody sends us. An unknown field is refused, never dropped silently."""

    model_config = ConfigDict(extra="forbid")


def _without_defaults(schema: dict[str, Any]) -> None:
    for field in schema.get("properties", {}).values():
        field.pop("default", None)


class Changes(Fields):
    """What somebody wants to change: a field left out stays, whatever default the class gives it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_without_defaults)


def one_line(value: str) -> str:
    """The value, if it is one line. Raises ValueError with a sentence for whoever typed it."""
    if _BREAK.search(value):
        raise ValueError("write it on one line, without control characters")
    return value


def _no_control(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("it holds control characters")
    return value


def _timezone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("this is not an IANA time zone: write it like Europe/Paris")
    return value


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(one_line)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(one_line)]
Prose = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(_no_control)]
Note = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000), AfterValidator(_no_control)
]
QueryText = Annotated[str, StringConstraints(max_length=5_000), AfterValidator(_no_control)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_timezone)]


def invalid_fields(errors: Iterable[Any], *, drop: int = 0, under: str = "") -> Problem:
    """The Problem 422 for `errors` of a ValidationError; `drop` leading parts of each location are left out."""
    field_errors = [
        FieldError(
            ".".join(filter(None, (under, *(str(part) for part in error["loc"][drop:])))) or "body",
            _sentence(error).replace("{", "{{").replace("}", "}}"),
        )
        for error in errors
    ]
    return Problem("invalid", 422, "Some fields are not valid.", errors=field_errors)


def _sentence(error: Any) -> str:
    text = str(error["msg"]).removeprefix("Value error, ")
    known = {"missing": "This field is required.", "extra_forbidden": "There is no such field here."}
    text = known.get(error["type"], text)
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def validate(model: type[BaseModel], values: object, under: str = "") -> Any:
    """The values as an instance of the model. Raises Problem 422 with the wrong fields, prefixed with `under`."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise invalid_fields(error.errors(include_input=False, include_url=False), under=under) from None


@may("write")
@contextmanager
def unique_name(session: Session, viewer: Viewer, what: str) -> Iterator[None]:
    """Flushes what the block adds or changes. Raises Problem 409 when another row has the name."""
    taken = Problem(
        "name-taken",
        409,
        "This name is already taken ({what}).",
        what=what,
        errors=[FieldError("name", "Choose another name.")],
    )
    with unique_row(session, viewer, taken):
        yield


@may("write")
@contextmanager
def unique_row(session: Session, viewer: Viewer, taken: Problem) -> Iterator[None]:  # noqa: ARG001 - may() checks the viewer
    """Flushes what the block adds or changes. Raises `taken` when that breaks a UNIQUE constraint."""
    try:
        with session.begin_nested():
            yield
            session.flush()
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) != "23505":
            raise
        raise taken from None
