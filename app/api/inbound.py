"""The addresses that platforms and tools send to: `/in/{token}`, open to anybody who knows the token."""

from __future__ import annotations

from dataclasses import asdict
from hashlib import sha256
from typing import Any, Literal

from fastapi import APIRouter
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from app.actions import inbound as actions
from app.api import idempotency
from app.auth.addresses import Recipient, recognise
from app.auth.throttle import network
from app.problems import Problem, not_found
from collectors.base import Inbound, Received

PATHS = ("/in/{token}", "/api/v1/in/{token}")
BODY_MAX = 256 * 1024
REASONS_MAX = 20
MARK = "«in»"
"""Prefix of a delivery's name where answers are remembered: no Idempotency-Key can begin like this."""


async def send(request: Request, token: str) -> Response:
    """Takes what is sent to the address of a source, or answers the challenge that confirms the address.

    Told apart: 404 for an address that opens nothing (unknown, replaced, or of a paused source), 403 for a signature
    that does not fit, 413 beyond 256 KB, 422 for what cannot be read. A delivery that comes again within a day is
    answered as it was at first, and nothing is done.
    """
    addressed = await run_in_threadpool(_recognise, request, token)
    body = await _body(request)
    return await run_in_threadpool(_answer, request, addressed, body)


def _recognise(request: Request, token: str) -> Recipient:
    with request.app.state.services.db.reading() as session:
        recipient = recognise(session, token)
    if recipient is None:
        _count_stranger(request)
        raise not_found("address")
    request.app.state.limits.count_delivery(str(recipient.source.id))
    return recipient


def _count_stranger(request: Request) -> None:
    """Counts a request whose token is unknown, by its network. Raises Problem 429."""
    request.app.state.limits.count_refusal(network(request.client.host if request.client else ""))


async def _body(request: Request) -> bytes:
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise Problem("unsupported-media-type", 415, "Send the body as it is, not compressed.")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > BODY_MAX:
        raise _too_large()
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > BODY_MAX:
                raise _too_large()
    except ClientDisconnect:
        raise Problem("unreadable", 400, "The request was interrupted.") from None
    return bytes(body)


def _too_large() -> Problem:
    return Problem("too-large", 413, "The body is over {n} KB.", n=BODY_MAX // 1024)


def _answer(request: Request, addressed: Recipient, body: bytes) -> Response:
    services, now = request.app.state.services, request.app.state.now()
    method: Literal["GET", "POST"] = "GET" if request.method == "GET" else "POST"
    headers = {name.lower(): value for name, value in request.headers.items()}
    inbound = Inbound(method, headers, dict(request.query_params), body, now)
    try:
        received = actions.receive(services, addressed.viewer, addressed.source, inbound)
    except Problem as problem:
        if problem.code == "unsigned":
            _count_stranger(request)
        raise
    if method == "GET":
        return _challenge(received)
    if replay := _earlier_answer(services, addressed, received):
        return replay
    read = actions.match_received(services, addressed.viewer, addressed.source, received, now)
    return _store(request, addressed, read)


def _challenge(received: Received) -> Response:
    """The text that confirms an address. A GET stores nothing, whatever it brings."""
    if received.reply is None:
        raise Problem("method-not-allowed", 405, "Send to this address with POST.", headers={"Allow": "POST"})
    return PlainTextResponse(received.reply)


def _store(request: Request, addressed: Recipient, read: actions.InboundBatch) -> Response:
    services, now = request.app.state.services, request.app.state.now()
    viewer, received = addressed.viewer, read.received

    def work(session: Session) -> Response:
        if received.delivery:
            idempotency.claim(session, viewer, key_of(addressed, received), HASH)
        report = actions.keep(session, viewer, read, services, now)
        response: Response = JSONResponse(report_out(report), received.status)
        if received.reply is not None:
            response = PlainTextResponse(received.reply)
        if received.delivery:
            session.flush()
            idempotency.remember(session, viewer, key_of(addressed, received), response, services.seal)
        return response

    try:
        done: Response = services.db.retry(work)
    except idempotency.AnsweredBefore:
        earlier = _earlier_answer(services, addressed, received)
        if earlier is None:
            raise Problem("under-way", 409, "This delivery is still being processed: send it again later.") from None
        return earlier
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) in {"40001", "40P01"}:
            raise Problem("busy", 503, "Send it again in a moment.", headers={"Retry-After": "1"}) from None
        raise
    return done


HASH = sha256(MARK.encode()).digest()
"""The same for all: only the name of a delivery says whether it came before."""


def key_of(addressed: Recipient, received: Received) -> str:
    """The key under which the answer to a delivery is remembered.

    It holds the version of the source: a delivery that is sent again after the settings were corrected is read again.
    """
    source = addressed.source
    return f"{MARK} {source.id} {source.version} {sha256(received.delivery.encode('utf-8', 'replace')).hexdigest()}"


def _earlier_answer(services: Any, addressed: Recipient, received: Received) -> Response | None:
    if not received.delivery:
        return None
    with services.db.reading() as session:
        return idempotency.answer(session, addressed.viewer, key_of(addressed, received), HASH, services.seal)


def report_out(report: actions.InboundReport) -> dict[str, Any]:
    """The answer to the sender: numbers, and why something was set aside."""
    return asdict(report) | {"reasons": report.reasons[:REASONS_MAX]}


router = APIRouter(tags=["sources"], include_in_schema=False)
for _path in PATHS:
    router.add_api_route(_path, send, methods=["GET", "POST"])
