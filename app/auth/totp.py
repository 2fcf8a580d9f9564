"""One-time codes of an authenticator app: RFC 6238 over HMAC-SHA-1, six digits, thirty seconds, as every app has them.

Source: RFC 4226 (HOTP), section 5.3; RFC 6238 (TOTP), section 4.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote

STEP = 30
"""Seconds for which a code is shown."""
DIGITS = 6
AROUND = 1
"""Steps before and after the present one whose codes are accepted: clocks differ, and people type slowly."""


def new_secret() -> str:
    """160 random bits in base 32, which is how apps take them."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def step_at(now: datetime) -> int:
    """The number of the step that this moment is in."""
    return int(now.timestamp()) // STEP


def code_of(secret: str, step: int) -> str:
    """The code of one step."""
    mac = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    at = mac[-1] & 0xF
    number = int.from_bytes(mac[at : at + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The step whose code this is, around now; None when it is none. Takes as long for every code."""
    here = step_at(now)
    steps = range(here - AROUND, here + AROUND + 1)
    fitting = [step for step in steps if hmac.compare_digest(code_of(secret, step).encode(), code.encode())]
    return fitting[-1] if fitting else None


def address_of(secret: str, account: str, issuer: str = "Vigie") -> str:
    """The `otpauth:` address that the QR code holds."""
    return f"otpauth://totp/{quote(f'{issuer}:{account}', safe='')}?secret={secret}&issuer={quote(issuer)}"
