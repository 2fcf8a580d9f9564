"""Checks the signatures of the platforms and tools that send us requests, in constant time.

Each function raises Unsigned when the signature is missing, wrong or too old, and when we have no secret to check it
with. Header names are in lower case, and the body is checked byte for byte. Where the scheme names the delivery, the
function returns that name, so that the same delivery is not taken twice.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256

from collectors.base import Unsigned

SKEW = timedelta(minutes=5)
"""How far a sender's clock may be from ours."""
CHALLENGE = re.compile(r"[A-Za-z0-9_.~=-]{1,256}", re.ASCII)
"""What we send back to anybody who asks: nothing that a browser could take for more than text."""


def hub_challenge(query: Mapping[str, str], verify_token: str) -> str:
    """The text to reply with when Meta confirms an address (`hub.mode=subscribe`). Raises Unsigned."""
    if query.get("hub.mode") != "subscribe":
        raise Unsigned("this address is confirmed with hub.mode=subscribe")
    _require_match(query.get("hub.verify_token", ""), [verify_token], "hub.verify_token", verify_token)
    challenge = query.get("hub.challenge", "")
    if not CHALLENGE.fullmatch(challenge):
        raise Unsigned("hub.challenge is missing or holds something else than letters and digits")
    return challenge


def check_hub(secret: str, headers: Mapping[str, str], body: bytes) -> None:
    """`X-Hub-Signature-256: sha256=` and the HMAC of the body in hexadecimal, by the app secret. Raises Unsigned."""
    signature = headers.get("x-hub-signature-256", "").strip().lower()
    _require_match(signature, ["sha256=" + _mac(secret.encode(), body).hex()], "X-Hub-Signature-256", secret)


def check_typeform(secret: str, headers: Mapping[str, str], body: bytes) -> None:
    """`Typeform-Signature: sha256=` and the HMAC of the body in base 64. Raises Unsigned."""
    signature = headers.get("typeform-signature", "").strip()
    _require_match(signature, ["sha256=" + _base64(_mac(secret.encode(), body))], "Typeform-Signature", secret)


def check_vigie(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """`X-Vigie-Signature: t=<Unix seconds>,v1=<HMAC of "t.body", hexadecimal>`. Returns the name of the delivery.

    A sender that is changing its secret gives several `v1`. Raises Unsigned.
    """
    name = "X-Vigie-Signature"
    parts = [part.strip().partition("=") for part in headers.get(name.lower(), "").split(",")]
    at = next((value for key, _, value in parts if key == "t"), "")
    _require_recent(at, now, name)
    expected = _mac(secret.encode(), at.encode() + b"." + body).hex()
    for signature in [value.lower() for key, _, value in parts if key == "v1"][:8] or [""]:
        if _equal(signature, expected) and secret:
            return f"{at}.{expected}"
    raise _mismatch(name, headers.get(name.lower(), ""))


def check_standard(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """Standard Webhooks: `webhook-id`, `webhook-timestamp` and `webhook-signature: v1,<HMAC of "id.time.body">`.

    The secret is as the sender shows it, `whsec_…`. Returns the name of the delivery. Raises Unsigned.
    """
    name, message_id = "webhook-signature", headers.get("webhook-id", "")
    at = headers.get("webhook-timestamp", "").strip()
    _require_recent(at, now, name)
    if not message_id or len(message_id) > 255:
        raise Unsigned("the header webhook-id is missing or too long")
    message = message_id.encode("utf-8", "replace") + b"." + at.encode() + b"." + body
    expected = [_base64(_mac(key, message)) for key in _standard_keys(secret)]
    signatures = [part.partition(",")[2] for part in headers.get(name, "").split() if part.startswith("v1,")]
    for signature in signatures[:8] or [""]:
        if any(_equal(signature, mac) for mac in expected) and secret:
            return message_id
    raise _mismatch(name, headers.get(name, ""))


def _standard_keys(secret: str) -> list[bytes]:
    """The keys that a secret may mean: base 64 after `whsec_`; without that prefix, also the secret as it is."""
    keys = [] if secret.startswith("whsec_") else [secret.encode()]
    with suppress(NotBase64, ValueError):
        keys.append(b64decode(secret.removeprefix("whsec_").encode(), validate=True))
    return [key for key in keys if key]


def _require_recent(at: str, now: datetime, name: str) -> None:
    if not re.fullmatch(r"\d{1,11}", at, re.ASCII):
        raise Unsigned(f"the header {name} comes without a time in Unix seconds")
    if abs(now.timestamp() - int(at)) > SKEW.total_seconds():
        raise Unsigned("it was signed more than five minutes ago, or ahead of our time: check the sender's clock")


def _require_match(value: str, expected: Iterable[str], name: str, secret: str) -> None:
    if not any(_equal(value, signature) for signature in expected) or not secret:
        raise _mismatch(name, value)


def _mismatch(name: str, value: str) -> Unsigned:
    return Unsigned(f"{name} does not fit: check the secret on both sides" if value else f"{name} is missing")


def _equal(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode("utf-8", "replace"), right.encode("utf-8", "replace"))


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, sha256)


def _base64(value: bytes) -> str:
    return b64encode(value).decode()
