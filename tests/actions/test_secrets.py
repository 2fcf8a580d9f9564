"""Params that hold secrets: told apart, and kept unless others are given."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, Field, SecretStr

from app.actions.secrets import (
    MASK,
    keep_stored,
    secret_fields,
    split,
    stored_names,
    with_params,
    without_dropped,
)
from app.crypto import Seal
from app.problems import Problem


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


class TwoWays(BaseModel):
    hook: SecretStr | None = Field(None, json_schema_extra={"replaces": ["token"]})
    token: SecretStr | None = Field(None, json_schema_extra={"replaces": ["hook"]})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"token": "new"}, {"token": "new"}),
        ({"token": ""}, {"token": "", "hook": "stored"}),
        ({"token": MASK}, {"token": MASK, "hook": "stored"}),
        ({}, {"hook": "stored"}),
        ({"hook": "new"}, {"hook": "new"}),
        ({"hook": "both", "token": "both"}, {"hook": "both", "token": "both"}),
    ],
)
def test_a_secret_goes_when_another_is_given_in_its_place(given: dict[str, Any], kept: dict[str, str]) -> None:
    assert keep_stored(given, TwoWays, {"hook": "stored"}) == kept


def test_a_secret_that_is_dropped_is_not_kept_and_only_secrets_can_be() -> None:
    stored = {"token": "t", "password": "p"}
    assert without_dropped(stored, Params, ["password"]) == {"token": "t"}
    assert without_dropped(stored, Params, []) == stored
    with pytest.raises(Problem) as refused:
        without_dropped(stored, Params, ["token", "url", "nothing"])
    assert [error.field for error in refused.value.errors] == ["drop_secrets.1", "drop_secrets.2"]


def test_dropping_a_secret_alone_leaves_the_other_params_as_they_are() -> None:
    stored = {"url": "u"}
    assert with_params({"name": "n"}, stored) == {"name": "n"}
    dropped = {"drop_secrets": ["token"]}
    assert with_params(dropped, stored) == dropped | {"params": stored}
    assert with_params(dropped | {"params": {"url": "v"}}, stored) == dropped | {"params": {"url": "v"}}
