"""Fields that forms and the API share: what they take, and what is said of what they do not."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from app.actions.fields import (
    Changes,
    Colour,
    Fields,
    Language,
    Line,
    Name,
    Note,
    Prose,
    TimeZone,
    invalid_fields,
    validate,
)
from app.problems import Problem


@pytest.mark.parametrize(
    ("kind", "given", "read"),
    [
        (Name, "  Acme  ", "Acme"),
        (Name, " ", None),
        (Name, "a" * 101, None),
        (Name, "two\nlines", None),
        (Name, "two\u2028lines", None),
        (Line, "", ""),
        (Line, "a\tb", None),
        (Prose, "two\nlines\tand a tab", "two\nlines\tand a tab"),
        (Prose, "a\x00b", None),
        (Note, "  called them ", "called them"),
        (Note, " \n ", None),
        (Language, "fr", "fr"),
        (Language, "fr-FR", None),
        (Colour, "#a1B2c3", "#a1B2c3"),
        (Colour, "red", None),
        (TimeZone, "Europe/Paris", "Europe/Paris"),
        (TimeZone, "Paris", None),
    ],
)
def test_a_field_takes_what_it_is_for(kind: Any, given: str, read: str | None) -> None:
    adapter = TypeAdapter(kind)
    if read is None:
        with pytest.raises(ValidationError):
            adapter.validate_python(given)
    else:
        assert adapter.validate_python(given) == read


class Inner(Fields):
    limit: int


class New(Fields):
    name: Name
    zone: TimeZone = "UTC"
    inner: Inner | None = None


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({}, [("name", "This field is required.")]),
        ({"name": "A", "color": "red"}, [("color", "There is no such field here.")]),
        ({"name": "A", "zone": "Mars"}, [("zone", "This is not an IANA time zone: write it like Europe/Paris.")]),
        ({"name": "a\nb"}, [("name", "Write it on one line, without control characters.")]),
        ({"name": "A", "inner": {}}, [("inner.limit", "This field is required.")]),
        ([], [("body", "Input should be a valid dictionary or instance of New.")]),
    ],
)
def test_what_is_wrong_is_told_field_by_field_in_a_sentence(values: object, errors: list[tuple[str, str]]) -> None:
    with pytest.raises(Problem) as wrong:
        validate(New, values)
    assert [(error.field, error.message) for error in wrong.value.errors] == errors


def test_fields_of_a_part_are_told_under_its_name() -> None:
    with pytest.raises(Problem) as wrong:
        validate(Inner, {"limit": "many"}, under="params")
    assert wrong.value.errors[0].field == "params.limit"


def test_leading_places_and_braces_of_a_message_do_no_harm() -> None:
    class Braces(BaseModel):
        name: str

    error = {"loc": ("body", "items", 0, "name"), "msg": "Value error, no {braces}", "type": "value_error"}
    [told] = invalid_fields([error], drop=1).errors
    assert (told.field, told.message) == ("items.0.name", "No {braces}.")


def test_a_change_shows_no_default_and_takes_no_field_that_it_does_not_know() -> None:
    class Change(Changes):
        name: Name = ""
        zone: TimeZone = "UTC"

    assert all("default" not in field for field in Change.model_json_schema()["properties"].values())
    assert Change(zone="Europe/Paris").model_dump(exclude_unset=True) == {"zone": "Europe/Paris"}
    with pytest.raises(Problem):
        validate(Change, {"nom": "A"})
