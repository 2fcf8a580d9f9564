"""Looks up in a table what a refusal means: which error to raise, with which sentence for people.

Each kind of source declares its table beside its code, most particular rows first. `fetch` has the rows for any server.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from string import Formatter

import httpx2
from pydantic_core import from_json

from collectors.base import SourceError
from ground.notice import Json

from .items import fit
from .limits import pause_of, retry_after, until_reset

Code = str | int

LONGEST_WORDS = 2_000
LONGEST_NUMBER = 9
CLIENT_ERRORS, SERVER_ERRORS = range(400, 500), range(500, 1000)


@dataclass(frozen=True, slots=True)
class Complaint:
    """What the rows of a table are compared with: the HTTP side of an answer, and what the platform wrote into it.

    `asked` is the address of our request, `url` the one that answered after redirects. `body` is what the table's
    `read` returned for the answer; `codes` and `words` are what it holds at the table's places.
    """

    host: str
    now: datetime
    status: int = 0
    asked: str = ""
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Json = None
    codes: tuple[Code, ...] = ()
    words: str = ""

    @property
    def was_redirected(self) -> bool:
        return self.url != self.asked


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row: the error and its sentence, for an answer that meets all conditions of the row.

    A condition that is left out holds for every answer. `status` and `codes` list the statuses and error codes that
    match; `phrase` is a regular expression to find in the words, ignoring case; `when` is a condition in code. `wait`
    is the least pause of a SourceBusy, or computes it; `gone` is that of a SourceRefused.
    """

    raises: Callable[..., SourceError]
    text: str
    status: Collection[int] = ()
    codes: Collection[Code] = ()
    phrase: str = ""
    when: Callable[[Complaint], bool] | None = None
    wait: timedelta | Callable[[Complaint], timedelta | None] | None = None
    gone: bool = False


def error_body(answer: httpx2.Response) -> Json:
    """The JSON of an answer whose status is an error; None for any other answer or body."""
    return any_body(answer) if answer.status_code >= 400 else None


def any_body(answer: httpx2.Response) -> Json:
    """The JSON of any answer, for platforms that report errors with status 200; None for a body that is not JSON."""
    try:
        body: Json = from_json(answer.content)
    except (ValueError, RecursionError):
        return None
    return body


def no_facts(_: Complaint) -> Mapping[str, Json]:
    return {}


@dataclass(frozen=True, slots=True)
class Refusals:
    """A table: its rows, and the places of an answer's body where codes and words stand.

    A place is a path of names joined by dots; `*` stands for each item of a list, and the empty path for the whole
    body. Sentences may name {host}, {status} and {code}; `facts` computes from the complaint whatever else they name,
    and `known` holds what only the caller can tell, set by `about`.
    """

    rows: tuple[Refusal, ...]
    codes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    read: Callable[[httpx2.Response], Json] = error_body
    facts: Callable[[Complaint], Mapping[str, Json]] = no_facts
    known: Mapping[str, Json] = field(default_factory=dict)

    def about(self, **known: Json) -> Refusals:
        """The same table, with values that its sentences name and only the caller can tell."""
        return replace(self, known={**self.known, **known})


NONE = Refusals(())


def judge(refusals: Refusals, complaint: Complaint) -> SourceError | None:
    """The error of the first row that the complaint meets; None when it meets no row."""
    complaint = replace(
        complaint, codes=codes_at(complaint.body, refusals.codes), words=words_at(complaint.body, refusals.words)
    )
    row = next((row for row in refusals.rows if meets(complaint, row)), None)
    return error_of(row, complaint, {**refusals.facts(complaint), **refusals.known}) if row else None


def must_judge(refusals: Refusals, complaint: Complaint) -> SourceError:
    """Like `judge`, for a table whose last row holds for every complaint."""
    error = judge(refusals, complaint)
    if error is None:
        raise LookupError("no row of this table holds for every complaint")
    return error


def meets(complaint: Complaint, row: Refusal) -> bool:
    return (
        (not row.status or complaint.status in row.status)
        and (not row.codes or any(code in row.codes for code in complaint.codes))
        and (not row.phrase or re.search(row.phrase, complaint.words, re.IGNORECASE) is not None)
        and (row.when is None or row.when(complaint))
    )


def error_of(row: Refusal, complaint: Complaint, facts: Mapping[str, Json]) -> SourceError:
    """The error of a row, with the values that its sentence names."""
    code = next((code for code in complaint.codes if code in row.codes), next(iter(complaint.codes), ""))
    values = {"host": complaint.host, "status": complaint.status, "code": code, **facts}
    arguments: dict[str, Json | timedelta] = {name: values[name] for name in places(row.text)}
    if row.wait is not None:
        arguments["wait"] = row.wait if isinstance(row.wait, timedelta) else row.wait(complaint)
    return row.raises(row.text, **arguments, **({"gone": True} if row.gone else {}))


def places(text: str) -> tuple[str, ...]:
    """The names of the {places} of a sentence."""
    return tuple(name for _, name, _, _ in Formatter().parse(text) if name)


def values_at(body: Json, place: str) -> Iterator[Json]:
    """The values at a place of a body: none where it has another shape, several where the path goes through lists."""
    name, _, rest = place.partition(".")
    if not name:
        yield body
    elif name == "*" and isinstance(body, list):
        for item in body:
            yield from values_at(item, rest)
    elif isinstance(body, dict) and name in body:
        yield from values_at(body[name], rest)


def codes_at(body: Json, where: tuple[str, ...]) -> tuple[Code, ...]:
    """The codes at some places. One that is written in digits becomes a number."""
    values = (value for place in where for value in values_at(body, place))
    return tuple(code_of(value) for value in values if isinstance(value, str | int) and value != "")


def code_of(value: Code) -> Code:
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and len(value) <= LONGEST_NUMBER):
        return value
    return int(value)


def words_at(body: Json, where: tuple[str, ...]) -> str:
    """The texts at some places, joined by spaces."""
    values = (value for place in where for value in values_at(body, place))
    return fit(" ".join(value for value in values if isinstance(value, str)), LONGEST_WORDS)


def stated_pause(complaint: Complaint) -> timedelta | None:
    """The pause that the headers ask for; None when they ask for none."""
    return pause_of(complaint.headers, complaint.now)


def pause_or(default: timedelta) -> Callable[[Complaint], timedelta]:
    """Computes the pause that the headers ask for; `default` when they ask for none, or for zero seconds."""

    def wait(complaint: Complaint) -> timedelta:
        headers, now = complaint.headers, complaint.now
        return retry_after(headers.get("retry-after"), now) or until_reset(headers, now) or default

    return wait
