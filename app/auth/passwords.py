"""Passwords: argon2id, at most two at a time so that a login form is no memory bomb."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn_rs_py import zxcvbn

from app.problems import FieldError, invalid
from ground.accents import without_accents
from ground.words import folded_words

SHORTEST = 12
LONGEST = 128
STRONG = 3
"""The least strength that is accepted: some 100 million guesses, where argon2 allows a few in a second."""
SHORTEST_WORD, WORDS_MAX = 3, 500
COMMON = (
    "vigie", "reputation", "admin", "administrateur", "administrator", "entreprise", "societe", "marketing",
    "communication", "community", "manager", "changeme", "motdepasse", "passe", "mdp", "password", "passwort",
    "contrasena", "senha", "secret", "azerty", "azertyuiop", "azertyuiopqsdfghjklm", "bonjour", "bonsoir", "coucou",
    "salut", "jetaime", "jetaimepourlavie", "amour", "doudou", "loulou", "chocolat", "soleil", "printemps",
    "automne", "hiver", "marseille", "paris", "lyon", "toulouse", "bordeaux", "france", "bretagne", "barcelona",
    "juventus", "naruto", "pokemon", "doctissimo", "iloveyousomuch", "thequickbrownfox",
    "correcthorsebatterystaple", "correct", "horse", "battery", "staple", "welcome", "jungle", "janvier", "fevrier",
    "mars", "avril", "juin", "juillet", "septembre", "octobre", "novembre", "decembre", "lundi", "mardi",
    "mercredi", "jeudi", "vendredi",
)  # fmt: skip
"""What people here and in products like this one choose, beside what zxcvbn knows."""

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


def check(password: str, own: Iterable[str] = (), field: str = "password") -> None:
    """Raises Problem 422 on `field` for a password that is too short, too long, or easy to guess.

    `own` are texts that whoever attacks this account would try first: its address and name, the brands it watches.
    """
    if len(password) < SHORTEST:
        raise invalid(FieldError(field, "Use at least {number} characters.", {"number": SHORTEST}))
    if len(password) > LONGEST:
        raise invalid(FieldError(field, "Use at most {number} characters.", {"number": LONGEST}))
    if strength(password, own) < STRONG:
        raise invalid(
            FieldError(
                field, "This password is one of the first that attackers try.", hint="Choose a few unrelated words."
            )
        )


def strength(password: str, own: Iterable[str] = ()) -> int:
    """How hard a password is to guess, from 0 to 4, as zxcvbn estimates it (Wheeler, USENIX Security 2016).

    It looks the password up among 30,000 leaked ones, English words and names, and recognises dates, repetitions and
    rows of keys. It knows no French, and nothing of this installation: our own words are added.
    """
    texts = [without_accents(text.casefold()) for text in own]
    words = [word for text in texts for word in (_join_words(text), *folded_words(text)) if len(word) >= SHORTEST_WORD]
    known = [*words[:WORDS_MAX], *COMMON]
    plain = without_accents(password)
    return min(int(zxcvbn(spelling, known).score) for spelling in {plain, _join_words(plain)})


def _join_words(text: str) -> str:
    """The text without what separates words: between words it would count as a guess, and `soleil.soleil` pass."""
    return re.sub(r"[\s._,;:/+-]", "", text)
