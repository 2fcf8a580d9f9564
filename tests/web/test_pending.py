"""What a browser carries sealed between two steps: for one cookie, for a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from fastapi import Request
from starlette.responses import Response

from app.crypto import Seal
from app.models import uuid7
from app.settings import Settings
from app.web.language import Tongue, zone
from app.web.page import Visit
from app.web.pending import COOKIE, LASTS, Pending, held, hold, mark_of, sealed_in

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def visit(cookie: str = "", at: datetime = NOW, key: str = "a secret key for tests only", name: str = COOKIE) -> Visit:
    services = SimpleNamespace(settings=Settings(), seal=Seal(key))
    request = Request({"type": "http", "headers": [(b"cookie", f"{name}={cookie}".encode())]})
    return Visit(request, services, Tongue("en", zone("UTC"), at), None)  # type: ignore[arg-type]


def test_it_is_read_again_until_it_ends_and_by_nobody_else() -> None:
    pending, response = Pending(uuid7(), uuid7(), mark_of("hash"), "/alerts"), Response()
    hold(response, visit(), pending)
    cookie = response.headers["set-cookie"].partition("=")[2].partition(";")[0].strip('"')
    assert "HttpOnly" in response.headers["set-cookie"]
    assert held(visit(cookie)) == pending
    assert held(visit(cookie, NOW + LASTS)) is None
    assert held(visit(cookie, key="another secret key altogether")) is None
    assert held(visit(cookie[:-6] + "AAAA==")) is None
    assert sealed_in(visit(cookie, name="vigie_sso"), "vigie_sso") is None
    assert held(visit(cookie, NOW + LASTS - timedelta(seconds=1))) == pending


def test_a_mark_changes_with_the_password() -> None:
    assert mark_of("one") != mark_of("two")
