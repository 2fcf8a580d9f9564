"""Keys as people paste them, and what is signed with them."""

from __future__ import annotations

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from collectors._kit.tokens import pem_of, sign
from collectors.base import SourceRefused

KEY = rsa.generate_private_key(65537, 2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()


def test_a_key_that_lost_its_lines_is_read_all_the_same() -> None:
    for broken in (PEM.replace("\n", " "), PEM.replace("\n", ""), PEM.replace("\n", "\\n"), f"  {PEM}  "):
        assert pem_of(broken) == PEM
    with pytest.raises(ValueError, match="no key"):
        pem_of("-----BEGIN PRIVATE KEY-----")


def test_a_token_holds_its_claims_and_names_its_key() -> None:
    token = sign({"iss": "vigie", "exp": 4_000_000_000}, PEM, "RS256", "k1", "wrong")
    assert jwt.decode(token, KEY.public_key(), algorithms=["RS256"])["iss"] == "vigie"
    assert jwt.get_unverified_header(token)["kid"] == "k1"
    assert "kid" not in jwt.get_unverified_header(sign({}, PEM, "RS256", "", "wrong"))


@pytest.mark.parametrize("key", ["", "not a key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"])
def test_a_key_that_cannot_sign_is_refused_with_the_sentence_of_the_platform(key: str) -> None:
    with pytest.raises(SourceRefused, match="paste the key again"):
        sign({"iss": "vigie"}, key, "RS256", "k1", "paste the key again")
