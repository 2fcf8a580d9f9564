"""What is believed of a provider's token is decided by pure functions."""

from __future__ import annotations

import pytest

from app.auth.oidc import challenge_of, identity_of
from app.problems import Problem

CLAIMS = {"sub": "1", "email": " Ana@Example.com ", "email_verified": True, "name": "Ana"}


def test_the_challenge_is_that_of_the_standard() -> None:
    """RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    ("amr", "trusted", "two"),
    [
        (None, False, False),
        (["pwd"], False, False),
        (["pwd", "otp"], False, True),
        ("mfa", False, False),
        ([], True, True),
    ],
)
def test_two_factors_are_those_that_the_provider_names(amr: object, trusted: bool, two: bool) -> None:
    found = identity_of({**CLAIMS, "amr": amr}, trusted=trusted)
    assert (found.email, found.two_factors) == ("ana@example.com", two)


@pytest.mark.parametrize("email", ["", None, "nobody"])
def test_without_an_address_there_is_nobody(email: str | None) -> None:
    with pytest.raises(Problem):
        identity_of({**CLAIMS, "email": email})
