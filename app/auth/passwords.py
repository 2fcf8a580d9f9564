"""Passwords: argon2id, at most two at a time so that a login form is no memory bomb."""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.problems import FieldError, invalid

SHORTEST = 12
LONGEST = 128

_hasher = PasswordHasher(time_cost=2, memory_cost=46 * 1024, parallelism=1)
_at_once = threading.BoundedSemaphore(2)


def hash_of(password: str) -> str:
    """The argon2id hash to store for a password."""
    with _at_once:
        return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password fits the hash. Takes as long without a hash, so that nobody learns which accounts exist."""
    with _at_once:
        try:
            _hasher.verify(password_hash or nobodys_hash(), password[: LONGEST + 1])
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None and len(password) <= LONGEST


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def nobodys_hash() -> str:
    """A hash that no password matches, and that takes as long to check as any other."""
    return _hasher.hash("nobody has this password: \x00")


def check(password: str, email: str = "", field: str = "password") -> None:
    """Raises Problem 422 on `field` for a password that is too short, too long, or among the first that are tried."""
    if len(password) < SHORTEST:
        raise invalid(FieldError(field, "Use at least {number} characters.", {"number": SHORTEST}))
    if len(password) > LONGEST:
        raise invalid(FieldError(field, "Use at most {number} characters.", {"number": LONGEST}))
    folded = password.casefold()
    own = {email.casefold(), email.casefold() * 2} if email else set()
    if folded in own or folded in common_passwords() or len(set(folded)) < 5:
        raise invalid(
            FieldError(
                field, "This password is one of the first that attackers try.", hint="Choose a few unrelated words."
            )
        )


@cache
def common_passwords() -> frozenset[str]:
    """The passwords that are tried first, folded."""
    text = Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line.strip().casefold() for line in text.splitlines() if line and not line.startswith("#"))
