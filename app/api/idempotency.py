"""Makes a POST that is sent twice with one Idempotency-Key take effect once, and repeats its first answer."""

from __future__ import annotations

import re
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app.crypto import Seal
from app.models import IdempotentAnswer
from app.problems import Problem
from app.viewer import Viewer

KEPT = timedelta(hours=24)
PATTERN = r"^[!-~]+( +[!-~]+)*$"
LONGEST = 255


class AnsweredBefore(Exception):
    """Raised when another request with this key has succeeded: repeat its answer."""


def key_of(request: Request) -> str | None:
    """The key that this request carries. Raises Problem 422 for an invalid one."""
    key = request.headers.get("idempotency-key")
    if key is None or request.method != "POST":
        return None
    if len(key) > LONGEST or not re.fullmatch(PATTERN, key):
        raise Problem("bad-idempotency-key", 422, "An Idempotency-Key is 1 to 255 printable ASCII characters.")
    return key


def hash_of(request: Request, body: bytes) -> bytes:
    """A digest that says whether two requests with one key are the same."""
    return sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode() + body).digest()


def answer(session: Session, viewer: Viewer, key: str, request_hash: bytes, seal: Seal) -> Response | None:
    """The answer that was given to this key, or None. Raises Problem 422 when that request was a different one."""
    row = session.scalars(
        select(IdempotentAnswer).where(
            IdempotentAnswer.workspace_id == viewer.workspace_id,
            IdempotentAnswer.key == key,
            IdempotentAnswer.created_at > func.now() - KEPT,
        )
    ).one_or_none()
    if row is None:
        return None
    if row.request_hash != request_hash:
        raise Problem("idempotency-key-reused", 422, "This Idempotency-Key was used for another request.")
    if row.status is None:
        raise Problem("under-way", 409, "A request with this Idempotency-Key is still running: try again in a moment.")
    body = seal.open(row.body, _place(viewer, key)).get("body", "")
    return Response(body, row.status, {"Idempotency-Replayed": "true"}, row.content_type or None)


def claim(session: Session, viewer: Viewer, key: str, request_hash: bytes) -> None:
    """Claims the key in the transaction that does the work; a second request waits here until the first one ends.

    Raises AnsweredBefore when the first one succeeded.
    """
    mine = (IdempotentAnswer.workspace_id == viewer.workspace_id, IdempotentAnswer.key == key)
    session.execute(delete(IdempotentAnswer).where(*mine, IdempotentAnswer.created_at <= func.now() - KEPT))
    taken = session.execute(
        insert(IdempotentAnswer)
        .values(workspace_id=viewer.workspace_id, key=key, request_hash=request_hash)
        .on_conflict_do_nothing()
        .returning(IdempotentAnswer.key)
    ).one_or_none()
    if taken is None:
        raise AnsweredBefore


def remember(session: Session, viewer: Viewer, key: str, response: Response, seal: Seal) -> None:
    """Keeps the answer, sealed: it may show a secret that is shown once."""
    session.execute(
        update(IdempotentAnswer)
        .where(IdempotentAnswer.workspace_id == viewer.workspace_id, IdempotentAnswer.key == key)
        .values(
            status=response.status_code,
            body=seal.seal({"body": bytes(response.body).decode()}, _place(viewer, key)),
            content_type=response.media_type or response.headers.get("content-type"),
        )
    )


def _place(viewer: Viewer, key: str) -> str:
    return f"idempotent:{viewer.workspace_id}:{key}"
