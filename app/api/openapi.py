"""The document that describes the API, OpenAPI 3.1, and the page that shows it."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import BaseRoute

from app.api import idempotency
from app.api.errors import MEDIA_TYPE
from app.api.route import Route

VERSION = "1"
DOCUMENT = "/api/v1/openapi.json"
DOCS = "/api/v1/docs"
DESCRIPTION = """\
Send your key with each request: `Authorization: Bearer vig_…`. Times are UTC, RFC 3339; ids are opaque.

Lists answer `items`, `next_cursor` and `prev_cursor`: follow the cursors, with the same filters and sort. Errors are
RFC 9457 (`application/problem+json`); what belongs to another workspace answers 404; unknown fields and parameters are
refused. `Idempotency-Key` makes a POST safe to repeat for 24 hours. `ETag` comes with reads:
`If-None-Match` saves sending the same answer again, `If-Match` on PATCH and DELETE refuses to touch what somebody else
changed meanwhile.
"""

PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "A refusal, RFC 9457.",
    "required": ["type", "title", "status", "detail", "errors", "request_id"],
    "properties": {
        "type": {"type": "string", "description": "A stable name of the kind of problem."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What happened, and what to do about it."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {"type": "string"},
                    "message": {"type": "string"},
                    "at": {"type": "integer", "description": "Where in the query, in characters from 0."},
                    "hint": {"type": "string"},
                },
            },
        },
        "request_id": {"type": "string"},
    },
}

ETAG = {"ETag": {"description": "Names this state of the answer.", "schema": {"type": "string"}}}
REFUSALS = {
    "401": "No valid key.",
    "403": "The key lacks the scope.",
    "404": "There is nothing with this id.",
    "409": "The request conflicts with what exists.",
    "412": "Somebody has changed it since it was read.",
    "413": "The body is over 10 MB.",
    "415": "The body is of another content type.",
    "422": "A field, a parameter or a cursor is not valid.",
    "429": "Too many requests.",
    "503": "The database does not answer, or the request takes too long.",
}
WAITS = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "string"}}}


def document(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """The OpenAPI document of the routes of the API."""
    ours = [route for route in routes if isinstance(route, Route)]
    schema = get_openapi(title="Vigie", version=VERSION, description=DESCRIPTION, routes=ours, openapi_version="3.1.0")
    components = schema.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer", "description": "An API key: vig_…"}}
    schema["security"] = [{"key": []}]
    for route in ours:
        for method in route.methods or ():
            _complete(schema["paths"][route.path_format][method.lower()], method, route)
    return _rename_pages(schema)


def _rename_pages(schema: dict[str, Any]) -> dict[str, Any]:
    """The document with its pages named as a person would: BrandPage, not Page_BrandOut_."""
    shapes = schema["components"]["schemas"]
    names = {name: re.sub(r"^Page_(\w+?)(?:Out)?_$", r"\1Page", name) for name in shapes}
    schema["components"]["schemas"] = {names[name]: shape for name, shape in shapes.items()}

    def follow(part: Any) -> Any:
        if isinstance(part, list):
            return [follow(each) for each in part]
        if not isinstance(part, dict):
            return part
        return {key: _to_schema(names, value) if key == "$ref" else follow(value) for key, value in part.items()}

    document: dict[str, Any] = follow(schema)
    return document


def _to_schema(names: Mapping[str, str], reference: str) -> str:
    place, _, name = reference.rpartition("/")
    return f"{place}/{names.get(name, name)}"


def _complete(operation: dict[str, Any], method: str, route: Route) -> None:
    operation["description"] = f"{operation.get('description', '')}\n\nNeeds the scope `{route.needs}`.".strip()
    answers = operation["responses"]
    codes = {"401", "403", "422", "429", "503"}
    if "{" in route.path:
        codes.add("404")
    if operation.get("parameters") or operation.get("requestBody"):
        codes.add("404")
    if method in ("POST", "PATCH", "DELETE"):
        codes |= {"409", "413"}
    if operation.get("requestBody"):
        codes.add("415")
    if method in ("PATCH", "DELETE"):
        codes.add("412")
    for code in sorted(codes):
        answers[code] = {
            "description": REFUSALS[code],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            **({"headers": WAITS} if code in ("429", "503") else {}),
        }
    _about_state(operation, method, route)


def _about_state(operation: dict[str, Any], method: str, route: Route) -> None:
    """Conditions and repeats: ETag, If-None-Match, Idempotency-Key."""
    parameters = operation.setdefault("parameters", [])
    streamed = route.path.endswith("/export")
    if method == "GET" and not streamed:
        operation["responses"]["304"] = {"description": "You have this already.", "headers": ETAG}
        parameters.append(_header("If-None-Match", "An ETag: 304 without a body when nothing changed."))
    if method == "POST":
        text = "The same key within 24 hours: done once, answered alike."
        parameters.append(_header("Idempotency-Key", text, minLength=1, maxLength=255, pattern=idempotency.PATTERN))
    if (method == "GET" and not streamed) or (route.versioned and "200" in operation["responses"]):
        operation["responses"]["200"]["headers"] = ETAG
    if not parameters:
        del operation["parameters"]


def _header(name: str, description: str, **schema: object) -> dict[str, Any]:
    shape = {"type": "string", **schema}
    return {"name": name, "in": "header", "required": False, "description": description, "schema": shape}


def install(app: FastAPI, public_url: str | None) -> None:
    """Serves the document and its page; both are public, because they reveal nothing about anybody.

    The document names the address of the server: `public_url`, else the one under which it was asked.
    """
    schema: dict[str, Any] = {}

    async def openapi(request: Request) -> JSONResponse:
        if not schema:
            schema.update(document(app.routes))
        address = public_url or str(request.base_url).rstrip("/")
        return JSONResponse({**schema, "servers": [{"url": address, "description": "This server."}]})

    async def docs() -> HTMLResponse:
        return HTMLResponse(PAGE)

    app.add_api_route(DOCUMENT, openapi, include_in_schema=False)
    app.add_api_route(DOCS, docs, include_in_schema=False)


PAGE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Vigie API</title>
<link rel="icon" href="/static/vigie.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/dist/docs.css">
</head>
<body>
<div data-openapi="{html.escape(DOCUMENT)}"></div>
<noscript>A script draws the reference; <a href="{html.escape(DOCUMENT)}">the document itself</a> is plain.</noscript>
<script type="module" src="/static/dist/docs.js"></script>
</body>
</html>
"""
