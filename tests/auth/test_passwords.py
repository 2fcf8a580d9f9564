"""Passwords: which are refused, and how one is kept."""

from __future__ import annotations

import pytest

from app.auth import passwords
from app.problems import Problem
from tests.auth.conftest import EMAIL, GOOD


@pytest.mark.parametrize(
    "password",
    ["short", "a" * 11, "x" * 129, "motdepasse123", "MotDePasse123", "password1234", "aaaaaaaaaaaaaaaa", EMAIL],
)
def test_a_password_that_is_short_long_or_common_is_refused(password: str) -> None:
    with pytest.raises(Problem) as refused:
        passwords.check(password, EMAIL)
    assert refused.value.status == 422


def test_a_long_sentence_is_a_fine_password() -> None:
    passwords.check(GOOD, EMAIL)
    passwords.check("x" * 100 + "abcdefg", EMAIL)


def test_a_password_is_kept_as_argon2id_of_46_mib_and_recognised() -> None:
    kept = passwords.hash_of(GOOD)
    assert kept.startswith("$argon2id$v=19$m=47104,t=2,p=1$")
    assert passwords.matches(kept, GOOD)
    assert not passwords.matches(kept, GOOD + "!")
    assert not passwords.matches(None, GOOD)
    assert not passwords.matches("no hash at all", GOOD)
    assert not passwords.is_outdated(kept)
    assert passwords.is_outdated(kept.replace("t=2", "t=1"))
