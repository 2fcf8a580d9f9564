"""Forms: what a browser sent, and the fields that a plug-in's pydantic model asks for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import Request
from pydantic import BaseModel
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException

from app.problems import Problem
from app.web.csrf import SAFE, cross_site, own_origin, same_origin
from app.web.page import form_seed

MOST_FIELDS, LARGEST_PART = 200, 256 * 1024
LARGEST_FORM = 12 * 1024 * 1024
PREFIX, DROP = "params.", "drop."
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")

Kind = Literal["text", "secret", "long secret", "number", "check", "choice", "list"]
SECRETS = ("secret", "long secret")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. `label`, `hint` and the labels of `choices` are English: the page translates them."""

    name: str
    label: str
    kind: Kind
    required: bool
    hint: str = ""
    example: str = ""
    value: Any = None
    choices: tuple[tuple[str, str], ...] = ()
    least: float | None = None
    most: float | None = None
    whole: bool = False
    max_length: int | None = None
    kept: bool = False
    droppable: bool = False
    dropped: bool = False
    technical: bool = False


class SentForm:
    """The values that a form sent, by the names of its fields."""

    def __init__(self, data: FormData) -> None:
        self.data = data

    def get(self, name: str, default: str = "") -> str:
        value = self.data.get(name)
        return value.strip() if isinstance(value, str) else default

    def raw(self, name: str) -> str:
        """The value as typed, for passwords."""
        value = self.data.get(name)
        return value if isinstance(value, str) else ""

    def all(self, name: str) -> list[str]:
        return [value.strip() for value in self.data.getlist(name) if isinstance(value, str) and value.strip()]

    def lines(self, name: str) -> list[str]:
        """A value of several lines, or of words separated by commas."""
        return [part.strip() for line in self.get(name).splitlines() for part in line.split(",") if part.strip()]

    def is_checked(self, name: str) -> bool:
        return name in self.data

    def every(self, name: str) -> list[str]:
        """All values of this name in their order, empty ones too."""
        return [value.strip() for value in self.data.getlist(name) if isinstance(value, str)]

    def upload(self, name: str) -> tuple[str, bytes]:
        """The name and the bytes of an uploaded file, both empty when none was chosen."""
        value = self.data.get(name)
        return (value.filename or "", value.file.read()) if isinstance(value, UploadFile) else ("", b"")

    def file(self, name: str) -> bytes:
        """The bytes of an uploaded file, empty when none was chosen."""
        value = self.data.get(name)
        return value.file.read() if isinstance(value, UploadFile) else b""


async def sent_form(request: Request) -> SentForm:
    """The form of this request. Raises Problem 403 unless it comes from our own pages, 413 when it is too large."""
    return SentForm(await _form(request))


async def guard(request: Request) -> AsyncIterator[None]:
    """On every route: a request that changes something must come from our own pages. Raises Problem 403."""
    if request.method in SAFE:
        yield
        return
    try:
        await _form(request)
        yield
    finally:
        await request.scope.get("form_data", FormData()).close()


async def _form(request: Request) -> FormData:
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > LARGEST_FORM:
        raise Problem("too-large", 413, "This form is too large, or does not state its length.")
    if "form_data" not in request.scope:
        request.scope["form_data"] = await _parse_form(request)
    data: FormData = request.scope["form_data"]
    token = data.get("form_token")
    own = own_origin(request, request.app.state.services.settings.public_url)
    headers = request.headers
    token_sent = token if isinstance(token, str) else ""
    if not same_origin(headers.get("sec-fetch-site"), headers.get("origin"), own, token_sent, form_seed(request)):
        raise cross_site()
    return data


async def _parse_form(request: Request) -> FormData:
    if not request.headers.get("content-type", "").startswith(FORM_TYPES):
        return FormData()
    try:
        return await request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=LARGEST_PART)
    except MultiPartException:
        raise Problem("bad-form", 400, "This form cannot be read.") from None


def fields_of(
    model: type[BaseModel], values: Mapping[str, Any] | None = None, kept: Collection[str] = ()
) -> list[Field]:
    """The fields of a form for this model, in its order. Secrets among the `kept`, left empty, stay as they are."""
    schema = model.model_json_schema()
    required = set(schema.get("required", ()))
    return [
        _field(name, _plain(part, schema.get("$defs", {})), name in required, values or {}, name in kept)
        for name, part in schema.get("properties", {}).items()
    ]


def _plain(part: Mapping[str, Any], defs: Mapping[str, Any]) -> dict[str, Any]:
    """A property of a schema with its references resolved and `null` removed."""
    merged = dict(part)
    for key in ("anyOf", "allOf"):
        kinds = [option for option in merged.pop(key, []) if option.get("type") != "null"]
        if kinds:
            merged = {**_plain(kinds[0], defs), **merged}
    if "$ref" in merged:
        merged = {**_plain(defs[merged.pop("$ref").rsplit("/", 1)[-1]], defs), **merged}
    return merged


def _field(name: str, part: Mapping[str, Any], required: bool, values: Mapping[str, Any], kept: bool) -> Field:
    kind = _kind(part)
    examples = part.get("examples") or [""]
    value = values.get(name, part.get("default"))
    return Field(
        name=PREFIX + name,
        label=part.get("title", name),
        kind=kind,
        required=required and not (kept and kind in SECRETS),
        hint=part.get("description", ""),
        example=str(examples[0] if not isinstance(examples[0], list) else "\n".join(examples[0])),
        value="" if kind in SECRETS else "\n".join(map(str, value)) if isinstance(value, list) else value,
        choices=_choices(part),
        least=part.get("minimum", part.get("exclusiveMinimum")),
        most=part.get("maximum", part.get("exclusiveMaximum")),
        whole=part.get("type") == "integer",
        max_length=part.get("maxLength"),
        kept=kept and kind in SECRETS,
        droppable=kept and kind in SECRETS and not required,
        technical=bool(part.get("technical")),
    )


def _choices(part: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Each value with what it is called: a schema may say so in `labels`, else a code is read as words."""
    labels = part.get("labels", {})
    return tuple((str(choice), labels.get(choice) or readable(str(choice))) for choice in part.get("enum", ()))


def readable(code: str) -> str:
    """A code as words: «top_posts» is «Top posts»; short ones, such as those of languages, stay as they are."""
    words = code.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:] if len(code) > 3 and code.islower() else code


def _kind(part: Mapping[str, Any]) -> Kind:
    if part.get("writeOnly") or part.get("format") == "password":
        return "long secret" if part.get("multiline") else "secret"
    if "enum" in part:
        return "choice"
    kinds: dict[str, Kind] = {"integer": "number", "number": "number", "boolean": "check", "array": "list"}
    return kinds.get(part.get("type", "string"), "text")


def params_from(model: type[BaseModel], sent: SentForm) -> dict[str, Any]:
    """The params a form sent, without what was left empty; the model itself then says what is wrong."""
    params: dict[str, Any] = {}
    for field in fields_of(model):
        key = field.name.removeprefix(PREFIX)
        if field.kind == "check":
            params[key] = sent.is_checked(field.name)
        elif field.kind == "list":
            params[key] = sent.lines(field.name)
        elif field.kind in SECRETS:
            params |= {key: sent.raw(field.name).replace("\r\n", "\n")} if sent.raw(field.name) else {}
        elif field.kind == "number":
            params |= {key: _number(sent.get(field.name), field.whole)} if sent.get(field.name) else {}
        elif sent.get(field.name):
            params[key] = sent.get(field.name)
    return params


def dropped_by(model: type[BaseModel], sent: SentForm) -> list[str]:
    """The stored secrets that a form says to remove."""
    secret = (field.name for field in fields_of(model) if field.kind in SECRETS)
    return [name.removeprefix(PREFIX) for name in secret if sent.is_checked(DROP + name)]


def _number(text: str, whole: bool) -> Any:
    """The number typed, also with a decimal comma. Other text is returned as it is, for the model to refuse."""
    plain = text.replace("\u202f", "").replace("\u00a0", "").replace(" ", "").replace(",", ".")
    try:
        return int(plain) if whole else float(plain)
    except ValueError:
        return text
