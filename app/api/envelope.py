"""Wraps every request and answer: its id, its host, its size, its headers, and the answer when everything else
fails."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.errors import problem_response, unexpected_problem
from app.http.head import has_two_lengths
from app.models import uuid7
from app.problems import Problem
from app.settings import Settings

BODY_MAX = 10 * 1024 * 1024
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "require-trusted-types-for 'script'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}
HSTS = "max-age=31536000; includeSubDomains"
Refuse = Callable[[Request, Problem], Response]


class Envelope:
    """The outermost layer: nothing leaves without its headers, whatever went wrong inside.

    `refuse` shows a Problem: as JSON to programs, as a page to people.
    """

    def __init__(self, app: ASGIApp, settings: Settings, refuse: Refuse) -> None:
        self._app, self._refuse = app, refuse
        self._hosts = hosts(settings)
        self._https = settings.address.startswith("https://")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        scope["vigie"] = {"request_id": request_id(headers), "headers": {}}
        started = False

        async def send_marked(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._mark(scope, message)
            await send(message)

        request = Request(scope, receive)
        if problem := self._refusal_of(headers):
            await self._refuse_safely(request, problem, send_marked)
            return
        try:
            await self._app(scope, count_body(receive), send_marked)
        except Exception as error:  # the last border: the caller gets a sentence, the log the rest
            problem = error if isinstance(error, Problem) else unexpected_problem(error, scope["vigie"]["request_id"])
            if started:
                raise
            await self._refuse_safely(request, problem, send_marked)

    async def _refuse_safely(self, request: Request, problem: Problem, send: Send) -> None:
        try:
            response = self._refuse(request, problem)
        except Exception as error:  # the page of the error fails too, for instance without a database
            unexpected_problem(error, request.scope["vigie"]["request_id"])
            response = problem_response(problem, request.scope["vigie"]["request_id"])
        await response(request.scope, request.receive, send)

    def _refusal_of(self, headers: Headers) -> Problem | None:
        if host_of(headers.get("host", "")) not in self._hosts:
            return Problem(
                "unknown-host",
                400,
                "This is not the address of this server: set VIGIE_PUBLIC_URL to the address you use.",
            )
        if has_two_lengths(headers):
            return Problem("unreadable", 400, "The request could not be read.", headers={"Connection": "close"})
        length = headers.get("content-length", "")
        return too_large() if length.isdecimal() and int(length) > BODY_MAX else None

    def _mark(self, scope: Scope, message: Message) -> None:
        headers = MutableHeaders(raw=message.setdefault("headers", []))
        message["headers"] = headers.raw
        additions = HEADERS | {"X-Request-Id": scope["vigie"]["request_id"]} | scope["vigie"]["headers"]
        if self._https:
            additions["Strict-Transport-Security"] = HSTS
        if not scope["path"].startswith("/static/"):
            additions["Cache-Control"] = "no-store"
        if scope["path"].startswith("/api/"):
            additions["Vary"] = "Authorization"
        for name, value in additions.items():
            if name not in headers or name in HEADERS:
                headers[name] = value


def count_body(receive: Receive) -> Receive:
    """Counts the body as it arrives. Raises Problem 413 over the limit, also where no length was announced."""
    size = 0

    async def counting() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > BODY_MAX:
            raise too_large()
        return message

    return counting


def too_large() -> Problem:
    return Problem("too-large", 413, "The body is over {n} MB.", n=BODY_MAX // 1024 // 1024)


def request_id(headers: Headers) -> str:
    """The id that a proxy gave the request if it looks like one, else a new id."""
    sent_id = headers.get("x-request-id", "")
    return sent_id if _ID.fullmatch(sent_id) else uuid7().hex


def hosts(settings: Settings) -> frozenset[str]:
    """The names by which this server may be called."""
    public = urlsplit(settings.public_url).hostname if settings.public_url else None
    return frozenset(name.lower() for name in ("localhost", "127.0.0.1", "::1", settings.host, public) if name)


def host_of(header: str) -> str:
    """The host of a Host header, without port and brackets; empty when it is not valid."""
    parts = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+))(?::\d{1,5})?", header)
    return (parts[1] or parts[2]).lower() if parts else ""
