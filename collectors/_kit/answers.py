"""Reads answers in JSON: the whole by a model, the items one by one, so that a bad item does not lose the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Annotated, Any, TypeVar

import httpx2
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator
from pydantic_core import from_json

from collectors.base import Broken, RawMention, SourceChanged, SourceError
from ground.notice import Json

from .fetch import host_of

M = TypeVar("M", bound=BaseModel)
EXCERPT, DEEPEST, MOST_TEXTS = 300, 4, 200


class Part(BaseModel):
    """The part of an answer that we read. Unknown fields are ignored; the others must have their type.

    A field with a default may also be null: some platforms write null where others leave the field out.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _without_null(cls, fields: Any) -> Any:
        if not isinstance(fields, dict) or None not in fields.values():
            return fields
        needed = {field.alias or name for name, field in cls.model_fields.items() if field.is_required()}
        return {name: value for name, value in fields.items() if value is not None or name in needed}


def _text(value: object) -> object:
    return "" if value is None else value


def whole(value: object) -> int | None:
    """A count, from a number or from text; None for anything else, so that no mention is rejected for its counts."""
    if isinstance(value, str):
        value = value.strip()
        return int(value) if value.lstrip("-").isdigit() and len(value) < 20 else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if abs(value) < 2**63 else None


Text = Annotated[str, BeforeValidator(_text)]
"""A text; empty where the platform writes null."""

Count = Annotated[int | None, BeforeValidator(whole)]
"""A count; None where the platform writes none, or something else."""


def json_of(answer: httpx2.Response) -> Json:
    """The answer as JSON. Raises SourceError, with a sentence of its own for a web page and for an empty answer."""
    try:
        value: Json = from_json(answer.content, allow_inf_nan=False)
    except (ValueError, RecursionError):
        raise _no_json(answer) from None
    return value


def _no_json(answer: httpx2.Response) -> SourceError:
    host, body = host_of(str(answer.url)), answer.content
    if body.lstrip()[:1] == b"<" or "html" in answer.headers.get("content-type", ""):
        return SourceError(
            "{host} answered with a web page instead of data: check the address, or wait until it is back", host=host
        )
    if not body.strip():
        return SourceError("{host} sent an empty answer; the next reading is automatic", host=host)
    return SourceError("the answer from {host} breaks off or is malformed; the next reading is automatic", host=host)


def read(model: type[M], value: object, host: str) -> M:
    """The value as the model describes it. Raises SourceChanged, which names the field that is missing or different."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise changed_shape(error, host) from None


def answer_of(model: type[M], answer: httpx2.Response) -> M:
    """An answer as the model describes it. Raises SourceError, SourceChanged."""
    return read(model, json_of(answer), host_of(str(answer.url)))


def each(
    model: type[M], values: Iterable[Any], to_mention: Callable[[M], RawMention | None], host: str, id_name: str = "id"
) -> tuple[tuple[RawMention, ...], tuple[Broken, ...]]:
    """The mentions of a list, and the items that could not be read.

    `to_mention` returns None for an item that is no mention. Raises SourceChanged when none of the items can be read.
    """
    mentions: list[RawMention] = []
    broken: list[Broken] = []
    first: ValidationError | None = None
    read_well = 0
    for value in values:
        try:
            item = model.model_validate(value)
        except ValidationError as error:
            first = first or error
            broken.append(Broken(_id_of(value, id_name), reason_of(error), excerpt_of(value)))
            continue
        read_well += 1
        mention = to_mention(item)
        if mention is not None:
            mentions.append(mention)
    if first is not None and not read_well:
        raise changed_shape(first, host)
    return tuple(mentions), tuple(broken)


def changed_shape(error: ValidationError, host: str) -> SourceChanged:
    """The error that names the first field which the model rejects."""
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"] if not isinstance(part, int)) or "body"
    return missing_field(host, field) if first["type"] == "missing" else other_type(host, field)


def missing_field(host: str, field: str) -> SourceChanged:
    """The error of an answer that lacks a field it used to have, for the maintainers of the collector."""
    return SourceChanged(
        "{host} changed its answers: the field {field} is missing. Update Vigie, or report it", host=host, field=field
    )


def other_type(host: str, field: str) -> SourceChanged:
    """The error of an answer with a field of another type than it used to have."""
    return SourceChanged(
        "{host} changed its answers: the field {field} is of another type. Update Vigie, or report it",
        host=host,
        field=field,
    )


def reason_of(error: ValidationError) -> str:
    """Why one item cannot be read, in a few words for the quarantine."""
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(map(str, first["loc"])) or "the item"
    return f"{field}: {first['msg']}"


def excerpt_of(value: object) -> str:
    """The start of what an item says, as far as it can be told of one that nobody understands: its longest text."""
    return max(islice(_texts(value), MOST_TEXTS), key=len, default="")[:EXCERPT]


def _texts(value: object, deep: int = 0) -> Iterator[str]:
    """The texts in JSON, four levels deep, that are no addresses and no single words."""
    if isinstance(value, str):
        if " " in value.strip() and "://" not in value[:12]:
            yield value
    elif deep < DEEPEST and isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner, deep + 1)


def _id_of(value: object, id_name: str) -> str:
    name = value.get(id_name) if isinstance(value, dict) else None
    return str(name)[:200] if isinstance(name, str | int) else ""
