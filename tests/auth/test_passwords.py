"""Passwords: which are refused, and how one is kept."""

from __future__ import annotations

from time import process_time

import pytest

from app.auth import passwords
from app.problems import Problem
from tests.auth.conftest import EMAIL, GOOD

OWN = ["sophie.martin", "sophie.martin@example.org", "Sophie Martin", "Percolune", "Café Percolune"]


def refusal(password: str, own: list[str]) -> tuple[int, list[str]]:
    with pytest.raises(Problem) as refused:
        passwords.check(password, own)
    return refused.value.status, [error.field for error in refused.value.errors]


@pytest.mark.parametrize("password", ["short", "un dé à 11 !"[:11], "x9" * 65])
def test_a_password_is_not_short_and_not_endless(password: str) -> None:
    assert refusal(password, OWN) == (422, ["password"])


@pytest.mark.parametrize(
    "password",
    [
        "motdepasse123", "MotDePasse123", "Motdepasse2026!", "password1234", "aaaaaaaaaaaaaaaa", "x" * 100 + "abcdefg",
        "qwertyuiopas", "azertyuiop^$mù", "0123456789ab", "bonjourbonjour", "soleil.soleil", "entreprise_entreprise",
        "P@ssw0rd2026", "Réputation2026!", "administrateur1234!", "Novembre2026!", "19870312-1987", "iloveyousomuch",
    ],
)  # fmt: skip
def test_a_password_that_attackers_try_early_is_refused(password: str) -> None:
    assert refusal(password, []) == (422, ["password"])


@pytest.mark.parametrize(
    "password",
    [
        "Percolune2026",
        "percolune2026!",
        "CafePercolune1",
        "sophie.martin75",
        "Sophie-Martin-75",
        EMAIL,
        "vigiepercolune",
    ],
)
def test_a_password_made_of_what_is_known_of_the_account_is_refused(password: str) -> None:
    assert refusal(password, [*OWN, "ana", EMAIL]) == (422, ["password"])


@pytest.mark.parametrize(
    "password",
    [GOOD, "deux girafes au soleil", "mon chat dort beaucoup", "blue turtle lamp", "x9$kQ!7vLz2p", "é" + GOOD * 5],
)
def test_unrelated_words_and_random_signs_are_fine(password: str) -> None:
    passwords.check(password, OWN)


def test_five_hundred_brands_and_the_longest_password_are_estimated_at_once() -> None:
    brands = [f"Marque {number}" for number in range(600)]
    started = process_time()
    passwords.check("aA@4!1il-./0123" * 8 + GOOD[:8], brands)
    assert process_time() - started < 1, "17 ms were measured: an estimate that explodes would be seen"


def test_a_password_is_kept_as_argon2id_of_46_mib_and_recognised() -> None:
    kept = passwords.hash_of(GOOD)
    assert kept.startswith("$argon2id$v=19$m=47104,t=2,p=1$")
    assert passwords.matches(kept, GOOD)
    assert not passwords.matches(kept, GOOD + "!")
    assert not passwords.matches(None, GOOD)
    assert not passwords.matches("no hash at all", GOOD)
    assert not passwords.is_outdated(kept)
    assert passwords.is_outdated(kept.replace("t=2", "t=1"))
