"""Codes of authenticator apps: those of RFC 6238, its neighbours in time, and no others."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from app.auth import totp

RFC = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"),
        (2000000000, "279037"), (20000000000, "353130"),
    ],
)  # fmt: skip
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238, appendix B, the last six of its eight digits."""
    assert totp.code_of(RFC, totp.step_at(datetime.fromtimestamp(seconds, UTC))) == code


@pytest.mark.parametrize(("seconds", "fits"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_code_fits_half_a_minute_around_its_time(seconds: int, fits: bool) -> None:
    now = datetime(2026, 11, 22, 9, 0, 0, tzinfo=UTC)
    code = totp.code_of(RFC, totp.step_at(now + timedelta(seconds=seconds)))
    assert (totp.matching_step(RFC, code, now) is not None) is fits


def test_no_secret_is_like_another_and_its_address_names_the_account() -> None:
    assert len({totp.new_secret() for _ in range(50)}) == 50
    parts = urlsplit(totp.address_of(RFC, "ana+test@example.com"))
    assert (parts.scheme, parts.netloc, parts.path) == ("otpauth", "totp", "/Vigie%3Aana%2Btest%40example.com")
    assert parse_qs(parts.query) == {"secret": [RFC], "issuer": ["Vigie"]}
