"""Private keys that open nothing, made anew for each run: none is kept in the repository."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


def with_keys(text: str) -> str:
    """The text of a case, `{ec-key}` and `{rsa-key}` filled in: a PEM, and one as it stands inside a string of JSON."""
    if "{ec-key}" in text:
        text = text.replace("{ec-key}", _pem(ec.generate_private_key, ec.SECP256R1()))
    if "{rsa-key}" in text:
        text = text.replace("{rsa-key}", json.dumps(_pem(rsa.generate_private_key, 65537, 2048))[1:-1])
    return text


@cache
def _pem(make: Any, *how: Any) -> str:
    key: PrivateKeyTypes = make(*how)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
