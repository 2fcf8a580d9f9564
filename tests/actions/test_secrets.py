"""Params that hold secrets: told apart, and kept unless others are given."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from app.actions.secrets import MASK, keep_stored, secret_fields, split, stored_names
from app.crypto import Seal


class Params(BaseModel):
    url: str
    token: SecretStr
    password: SecretStr | None = None
    days: int = 7


def test_secrets_are_known_by_their_type_optional_ones_too() -> None:
    assert secret_fields(Params) == {"token", "password"}


def test_secrets_are_split_from_what_may_be_shown() -> None:
    shown, hidden = split(Params(url="https://example.com", token=SecretStr("t")))
    assert (shown, hidden) == ({"url": "https://example.com", "days": 7}, {"token": "t"})
    assert split(Params(url="u", token=SecretStr("")))[1] == {}


@pytest.mark.parametrize(
    ("given", "token"),
    [
        ({"url": "u"}, "stored"),
        ({"url": "u", "token": ""}, "stored"),
        ({"url": "u", "token": None}, "stored"),
        ({"url": "u", "token": MASK}, "stored"),
        ({"url": "u", "token": "new"}, "new"),
    ],
)
def test_a_secret_stays_unless_another_one_is_given(given: dict[str, Any], token: str) -> None:
    assert keep_stored(given, Params, {"token": "stored"}) == {"url": "u", "token": token}


def test_a_secret_that_was_never_stored_is_passed_on_as_it_is() -> None:
    assert keep_stored({"url": "u", "token": ""}, Params, {}) == {"url": "u", "token": ""}


def test_the_names_of_stored_secrets_are_known_where_they_open() -> None:
    seal = Seal("a secret key for tests only")
    sealed = seal.seal({"token": "t", "url": "u"}, "here")
    assert stored_names(seal, sealed, "here") == {"token", "url"}
    assert stored_names(seal, sealed, "elsewhere") == frozenset()
    assert stored_names(Seal("another key for tests only"), sealed, "here") == frozenset()
    assert stored_names(seal, None, "here") == frozenset()
