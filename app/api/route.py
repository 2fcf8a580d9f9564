"""Checks every request (key, limits, scope, known parameters, content type, body), and marks its answer.

A route that declares no scope does not start up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Iterator
from hashlib import sha256
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Send
from starlette.types import Scope as Connection

from app.actions.fields import invalid_fields
from app.api import idempotency
from app.api.deps import SCOPES, condition
from app.auth import keys
from app.auth.throttle import network
from app.problems import FieldError, Problem, invalid
from app.viewer import Scope

TRIES = 4
RETRIED = {"40001", "40P01"}
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Route(APIRoute):
    """A route of the API."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self.unique_id = self.name  # the operationId: clients that are generated name their functions by it
        declared = [SCOPES[d.call] for d in self.dependant.dependencies if d.call in SCOPES]
        if len(declared) != 1:
            raise TypeError(f"{path} must declare one scope: ask for a Reader, a Writer or an Admin")
        self.needs: Scope = declared[0]
        self.costly = bool((self.openapi_extra or {}).get("x-costly"))
        self.known = _query_names(self.dependant)
        self.takes = _content_types(self)
        self.body_model = _body_model(self)
        self.conditional = any(part.call is condition for part in self.dependant.dependencies)
        self.versioned = "version" in getattr(self.response_model, "model_fields", {})

    async def handle(self, scope: Connection, receive: Receive, send: Send) -> None:
        """Lets the request in, then has FastAPI run the endpoint, commit and answer; again after a deadlock.

        Raises Problem 503 when each run ended in one.
        """
        if scope["method"] not in (self.methods or ()):
            return await super().handle(scope, receive, send)  # answers 405
        request = Request(scope, receive)
        await self._let_in(request)
        for _ in range(TRIES):
            if replay := await run_in_threadpool(_earlier_answer, request):
                return await replay(scope, receive, send)
            answer = Answer(send)
            try:
                return await super().handle(scope, _read_again(request.state.body, receive), answer)
            except idempotency.AnsweredBefore:
                continue
            except OperationalError as error:
                if answer.begun or getattr(error.orig, "sqlstate", None) not in RETRIED:
                    raise
        raise Problem("busy", 503, "Somebody else is changing the same thing: try again.", headers={"Retry-After": "1"})

    def get_route_handler(self) -> Handler:
        """What FastAPI calls for each run, before it commits: the endpoint, then keeping its answer where asked."""
        endpoint = super().get_route_handler()

        async def run(request: Request) -> Response:
            response = await endpoint(request)
            if request.state.session is not None:
                await run_in_threadpool(_remember, request, response)
            marked = self._add_etag(request, response)
            late = request.state.idempotency_key and request.state.session is None
            return RememberedFirst(request, marked) if late else marked

        return run

    async def _let_in(self, request: Request) -> None:
        viewer, key_id = await run_in_threadpool(authenticate, request)
        request.state.viewer = viewer
        request.scope["vigie"]["headers"].update(request.app.state.limits.count_request(key_id, costly=self.costly))
        viewer.needs(self.needs)
        if request.method == "DELETE" and not self.conditional:
            _nothing_to_compare(request.headers.get("if-match", "*"))
        unknown = [name for name in request.query_params if name not in self.known]
        if unknown:
            raise invalid(*(FieldError(_plain(name), "There is no such parameter here.") for name in unknown))
        body = await request.body()
        self._check_body(request, body)
        request.state.body = body
        request.state.session = None
        sent = idempotency.key_of(request)
        request.state.idempotency_key = sent and f"{key_id} {sent}"  # what one API key did is not told to another
        request.state.request_hash = idempotency.hash_of(request, body)

    def _check_body(self, request: Request, body: bytes) -> None:
        if not body:
            return
        content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if self.takes and content_type not in self.takes:
            accepted = " or ".join(sorted(self.takes))
            raise Problem("unsupported-media-type", 415, "Send {wanted}.", wanted=accepted)
        if self.body_model is not None:
            try:
                self.body_model.model_validate_json(body, strict=True)
            except ValidationError as error:
                raise invalid_fields(error.errors(include_input=False, include_url=False)) from None
        elif not self.takes and request.method != "GET":
            _nothing_sent(body)

    def _add_etag(self, request: Request, response: Response) -> Response:
        """The answer with an ETag; 304 when the caller has it already."""
        body = getattr(response, "body", b"")
        if not body or response.status_code not in (200, 201) or not (self.versioned or request.method == "GET"):
            return response
        mark = sha256(body).hexdigest()[:16]
        etag = f'"{json.loads(body)["version"]}.{mark}"' if self.versioned else f'"{mark}"'
        known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
        if request.method == "GET" and (etag in known or "*" in known):
            return Response(status_code=304, headers={"ETag": etag})
        response.headers["ETag"] = etag
        return response


class Answer:
    """Sends an answer on. `begun` says whether any of it has been sent: from then on it cannot be replaced."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False

    async def __call__(self, message: Message) -> None:
        self.begun = True
        await self._send(message)


class RememberedFirst(Response):
    """An answer of an endpoint that wrote in transactions of its own: it is kept for a repeat, then sent.

    FastAPI sends it when the endpoint's dependencies are closed: a second transaction does not wait inside a first.
    """

    def __init__(self, request: Request, response: Response) -> None:
        self._request, self._response = request, response

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        await run_in_threadpool(_remember_after, self._request, self._response)
        await self._response(scope, receive, send)


def _read_again(body: bytes, receive: Receive) -> Receive:
    """Gives the body, which was read already, to another reader; then whatever comes after it."""
    messages: Iterator[Message] = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def again() -> Message:
        return next(messages, None) or await receive()

    return again


def _query_names(dependant: Dependant) -> set[str]:
    own = {field.alias for field in dependant.query_params}
    return own.union(*(_query_names(part) for part in dependant.dependencies))


def _content_types(route: APIRoute) -> frozenset[str]:
    declared = (route.openapi_extra or {}).get("requestBody", {}).get("content", {})
    return frozenset(declared) or (frozenset({"application/json"}) if route.body_field else frozenset())


def _body_model(route: APIRoute) -> type[BaseModel] | None:
    model = route.body_field.field_info.annotation if route.body_field else None
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None


def _nothing_sent(body: bytes) -> None:
    """Raises Problem 422 for a body where none is read, unless it is an empty object: nothing is dropped silently."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        sent = body
    if isinstance(sent, dict):
        errors = [FieldError(_plain(str(name)), "There is no such field here.") for name in sent]
    else:
        errors = [] if sent is None else [FieldError("body", "This request takes no body: send none.")]
    if errors:
        raise invalid(*errors)


def _nothing_to_compare(tag: str) -> None:
    """Raises Problem 412 for an If-Match on what has no ETag: a condition is never dropped silently."""
    if tag.strip() != "*":
        raise Problem("changed-meanwhile", 412, "This has no ETag to compare with: leave If-Match out.")


def _plain(name: str) -> str:
    return name[:100].replace("{", "(").replace("}", ")")


def authenticate(request: Request) -> tuple[Any, str]:
    """The viewer of the key in the Authorization header, and the key's id. Raises Problem 401, 429."""
    services, at = request.app.state.services, request.app.state.now()
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    known = None
    if kind.lower() == "bearer" and keys.well_formed(key.strip()):
        with services.db.reading() as session:
            known = keys.recognise(session, key.strip(), at)
    if known is None:
        request.app.state.limits.count_refusal(network(request.client.host if request.client else ""))
        raise Problem(
            "unauthorized",
            401,
            "Send a valid API key: Authorization: Bearer vig_…",
            headers={"WWW-Authenticate": 'Bearer realm="vigie"'},
        )
    if known.stale:
        with services.db.writing() as session:
            keys.note_use(session, known, at)
    request.state.key = known
    return known.viewer, str(known.key_id)


def _earlier_answer(request: Request) -> Response | None:
    key = request.state.idempotency_key
    if key is None:
        return None
    services = request.app.state.services
    with services.db.reading() as session:
        return idempotency.answer(session, request.state.viewer, key, request.state.request_hash, services.seal)


def _remember(request: Request, response: Response) -> None:
    services, state = request.app.state.services, request.state
    idempotency.remember(state.session, state.viewer, state.idempotency_key, response, services.seal)


def _remember_after(request: Request, response: Response) -> None:
    """Keeps the answer of an endpoint that called other servers, in a transaction of its own."""
    services, state = request.app.state.services, request.state
    if not isinstance(getattr(response, "body", None), bytes):
        return
    with services.db.writing() as session:
        try:
            idempotency.claim(session, state.viewer, state.idempotency_key, state.request_hash)
        except idempotency.AnsweredBefore:
            return
        idempotency.remember(session, state.viewer, state.idempotency_key, response, services.seal)
