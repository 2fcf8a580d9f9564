"""Reads the requests by which platforms and tools send us mentions or answers, instead of being asked for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

import httpx2
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from collectors.base import Cursor, Inbound, Page, SourceError
from ground.notice import Json

from .answers import changed_shape

M = TypeVar("M", bound=BaseModel)


def pages(params: Any, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:  # noqa: ARG001  # the seam's signature
    """The `pages` of a kind that is only sent to us: none, since nothing is ever fetched."""
    return iter(())


def json_of(request: Inbound) -> Json:
    """The body of a request as JSON. Raises SourceError, with a sentence for the person who set up the sender."""
    if not request.body.strip():
        raise SourceError("the request has no body: it should hold JSON")
    try:
        value: Json = from_json(request.body, allow_inf_nan=False)
    except (ValueError, RecursionError):
        raise SourceError("the body is not JSON: have it sent as application/json") from None
    return value


def event_of(model: type[M], request: Inbound, sender: str) -> M:
    """The body as the sender documents it. Raises SourceError, SourceChanged."""
    value = json_of(request)
    if not isinstance(value, dict):
        raise SourceError("the body is not what {sender} sends: is this its address?", sender=sender)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise changed_shape(error, sender) from None
