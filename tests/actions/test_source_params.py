"""The params of a source: checked, sealed, and who waits together."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from app.actions.source_params import (
    checked_params,
    collector_of,
    limit_key,
    needs_brand,
    put_params,
    seal_name,
)
from app.crypto import Seal
from app.models import Source, uuid7
from app.pipeline.gather.meters import payer_of
from app.problems import Problem
from app.settings import Settings
from collectors import all_collectors

SETTINGS = Settings(database_url="postgresql://nowhere/vigie", secret_key="a secret key for tests only")
SEAL = Seal("a secret key for tests only")
X = {"query": "acme", "token": "AAAA", "monthly_budget": 5.0}


def test_a_kind_that_is_none_is_refused_with_those_that_are_offered() -> None:
    with pytest.raises(Problem) as refused:
        collector_of("myspace")
    [error] = refused.value.errors
    hidden = [kind for kind, declared in all_collectors().items() if declared.hidden]
    assert (error.field, error.message) == ("collector", "There is no collector «myspace».")
    assert error.hint is not None
    assert "rss" in error.hint
    assert not any(f" {kind}," in error.hint for kind in hidden)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"url": "https://example.com/feed"}, None),
        ({"url": "http://169.254.169.254/feed"}, "params.url"),
        ({"url": "http://10.0.0.1/feed"}, "params.url"),
        ({"url": "ftp://example.com/feed"}, "params.url"),
        ({}, "params.url"),
    ],
)
def test_an_address_is_one_that_may_be_read(params: dict[str, Any], field: str | None) -> None:
    if field is None:
        assert checked_params(collector_of("rss"), params, SETTINGS).model_dump()["url"] == params["url"]
        return
    with pytest.raises(Problem) as refused:
        checked_params(collector_of("rss"), params, SETTINGS)
    assert [error.field for error in refused.value.errors] == [field]


def test_a_survey_needs_the_brand_that_it_asks_about() -> None:
    surveys = next(kind for kind in all_collectors().values() if kind.group == "surveys")
    needs_brand(collector_of("rss"), None)
    needs_brand(surveys, UUID(int=1))
    with pytest.raises(Problem) as refused:
        needs_brand(surveys, None)
    assert refused.value.errors[0].field == "brand_id"


def row_with(params: dict[str, Any]) -> Source:
    row = Source(id=uuid7(), workspace_id=UUID(int=1), collector="x")
    put_params(row, checked_params(collector_of("x"), params, SETTINGS), SEAL)
    return row


def test_secrets_lie_sealed_beside_the_params_and_open_for_their_row_only() -> None:
    row, other = row_with(X), row_with(X)
    assert "token" not in row.params
    assert row.secrets is not None
    assert b"AAAA" not in row.secrets
    assert SEAL.open(row.secrets, seal_name(row)) == {"token": "AAAA"}
    with pytest.raises(Exception, match=r".*"):
        SEAL.open(row.secrets, seal_name(other))


def test_sources_of_one_key_wait_together_and_the_key_is_not_told() -> None:
    one, same, other = row_with(X), row_with({**X, "query": "brumelo"}), row_with({**X, "token": "BBBB"})
    assert one.limit_key == same.limit_key != other.limit_key
    assert one.limit_key.startswith(f"{one.host}#")
    assert "AAAA" not in one.limit_key
    rss = collector_of("rss")
    assert limit_key(rss, checked_params(rss, {"url": "https://example.com/feed"}, SETTINGS), SEAL) == "example.com"
    assert (payer_of(one).workspace_id, payer_of(one).collector) == (UUID(int=1), "x")
