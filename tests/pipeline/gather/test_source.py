"""The params of a source as its reader gets them: with the secrets, and a sentence where they cannot be had."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from app.crypto import Seal, SecretsLost, place_of
from app.pipeline.gather.source import open_params
from collectors import all_collectors

HERE, SOURCE, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
SEAL = Seal("a key of tests")
SEALED = SEAL.seal({"token": "AAAA"}, place_of("source", HERE, SOURCE))
X = {"query": "acme", "monthly_budget": 5.0}


def opened(params: dict[str, Any] = X, seal: Seal = SEAL, source_id: UUID = SOURCE) -> Any:
    return open_params(all_collectors()["x"], params, SEALED, seal, HERE, source_id)


def test_the_secrets_stand_beside_what_the_row_shows() -> None:
    params = opened()
    assert (params.query, params.token.get_secret_value()) == ("acme", "AAAA")


@pytest.mark.parametrize(
    "more", [{"source_id": OTHER}, {"seal": Seal("another key")}], ids=["another row", "another key"]
)
def test_secrets_open_for_their_own_row_and_key_only(more: dict[str, Any]) -> None:
    with pytest.raises(SecretsLost):
        opened(**more)


def test_params_that_the_kind_does_not_take_any_more_are_refused() -> None:
    with pytest.raises(ValueError, match="query"):
        opened({"monthly_budget": 5.0})
