"""Refusals for the callers of pages and of the API: JSON of RFC 9457 for programs, the same sentence in a page."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that is wrong. `text` is an English sentence with {named} places; `at` counts characters from 0."""

    field: str
    text: str
    args: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    at: int | None = None
    hint: str | None = None

    @property
    def message(self) -> str:
        return self.text.format(**self.args)


class Problem(Exception):
    """A refusal with its reason. `code` is stable, `text` an English sentence with {named} places."""

    def __init__(
        self,
        code: str,
        status: int,
        text: str,
        /,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **args: Any,
    ) -> None:
        self.code = code
        self.status = status
        self.text = text
        self.args_ = args
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        super().__init__(self.detail)

    @property
    def detail(self) -> str:
        return self.text.format(**self.args_)


def not_found(what: str) -> Problem:
    """404, also for what belongs to another workspace."""
    return Problem("not-found", 404, "There is no such {what}.", what=what)


def invalid(*errors: FieldError) -> Problem:
    """422 with the fields that are wrong."""
    return Problem("invalid", 422, "Some fields are not valid.", errors=errors)


def as_sentence(text: str) -> str:
    """The text with a capital at its start and, unless it ends in a sign already, a full stop."""
    return capitalise(text) + ("" if text.endswith((".", "!", "?")) else ".")


def capitalise(text: str) -> str:
    """The text with a capital at its start; the rest stays as it is, unlike with str.capitalize()."""
    return text[:1].upper() + text[1:]
