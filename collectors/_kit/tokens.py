"""Signs tokens with the private keys that platforms hand out, where they want each caller to sign."""

from __future__ import annotations

import re
from collections.abc import Mapping

import jwt
from cryptography.exceptions import UnsupportedAlgorithm

from collectors.base import SourceRefused
from ground.notice import Json

PEM = re.compile(r"-----BEGIN ([A-Z ]{1,40})-----(.{1,20000}?)-----END \1-----", re.DOTALL)
LINE = 64


def sign(claims: Mapping[str, Json], key: str, algorithm: str, key_id: str, wrong: str) -> str:
    """A JSON Web Token with these claims. Raises SourceRefused with the sentence `wrong` when the key cannot sign."""
    try:
        headers = {"kid": key_id} if key_id else None
        return jwt.encode(dict(claims), pem_of(key), algorithm=algorithm, headers=headers)
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError, UnsupportedAlgorithm):
        raise SourceRefused(wrong) from None


def pem_of(text: str) -> str:
    """The key, cut into lines again where a form field or a copy out of JSON has lost them. Raises ValueError."""
    pem = PEM.search(text.replace("\\n", "\n"))
    if not pem:
        raise ValueError("no key")
    body = re.sub(r"\s+", "", pem[2])
    lines = [body[start : start + LINE] for start in range(0, len(body), LINE)]
    return "\n".join([f"-----BEGIN {pem[1]}-----", *lines, f"-----END {pem[1]}-----", ""])
