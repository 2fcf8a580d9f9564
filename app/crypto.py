"""Seals secrets at rest with AES-256-GCM, bound to their place so that a ciphertext cannot be moved to another row."""

from __future__ import annotations

import hmac
import json
import os
import secrets
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Literal
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12

Sealed = Literal["source", "channel", "address"]
"""What a workspace seals: the secrets of a source, those of a channel, and the address to which others send to it."""


class SecretsLost(Exception):
    """A sealed secret cannot be opened: it was sealed with another key."""


class Seal:
    """Seals small mappings of strings. `place` says where the result is stored, see `place_of`."""

    def __init__(self, key: str) -> None:
        self._key = HKDF(hashes.SHA256(), 32, salt=None, info=b"vigie seal 1").derive(key.encode())
        self._mark = HKDF(hashes.SHA256(), 32, salt=None, info=b"vigie fingerprint 1").derive(key.encode())

    def seal(self, values: Mapping[str, str], place: str) -> bytes:
        """1 byte of key version, 12 of nonce, then the ciphertext."""
        nonce = os.urandom(NONCE)
        sealed = AESGCM(self._key).encrypt(nonce, json.dumps(dict(values)).encode(), place.encode())
        return b"\x01" + nonce + sealed

    def open(self, sealed: bytes | None, place: str) -> dict[str, str]:
        """The values that were sealed for this place, {} for None. Raises SecretsLost."""
        if not sealed:
            return {}
        try:
            plain = AESGCM(self._key).decrypt(sealed[1 : 1 + NONCE], sealed[1 + NONCE :], place.encode())
        except InvalidTag:
            raise SecretsLost(
                "the secrets of this workspace were sealed with another VIGIE_SECRET_KEY: put the former key back, "
                "or enter the secrets again"
            ) from None
        values: dict[str, str] = json.loads(plain)
        return values

    def fingerprint(self, values: Mapping[str, str]) -> str:
        """16 hexadecimal digits: the same for the same secrets, and meaningless to whoever lacks our key."""
        plain = json.dumps(dict(values), sort_keys=True).encode()
        return hmac.new(self._mark, plain, sha256).hexdigest()[:16]


def place_of(what: Sealed, workspace_id: UUID, row_id: UUID) -> str:
    """The place of the secrets of a row, so that they open for no other one."""
    return f"{what}:{workspace_id}:{row_id}"


def token() -> str:
    """256 random bits, for a cookie or a link."""
    return secrets.token_urlsafe(32)


def digest(value: str) -> bytes:
    """SHA-256 of a secret whose own entropy is enough: a token, never a password."""
    return sha256(value.encode()).digest()


def generated_key(folder: Path) -> str:
    """The secret key of an installation without VIGIE_SECRET_KEY: made once in `folder`, readable by its owner only."""
    path = folder / "secret.key"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(token())
    except FileExistsError:
        pass
    return path.read_text(encoding="utf-8").strip()
