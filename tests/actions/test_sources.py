"""Sources: what a change of one means for a reading under way, and who sees its address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from app.actions.source_params import seal_name
from app.actions.sources import _change_params, _start_afresh, inbound_url, seal_name_of_address
from app.crypto import Seal
from app.models import Source
from app.services import Services
from app.settings import Settings
from app.viewer import ROLE_SCOPES, Viewer
from collectors import all_collectors
from tests.rows import NOW, source_row

HERE = UUID(int=1)
SETTINGS = Settings(
    database_url="postgresql://nowhere/vigie", secret_key="a key of tests", public_url="https://vigie.example.com"
)
SEAL = Seal("a key of tests")
SERVICES = Services(SETTINGS, None, None, SEAL, None, None)  # type: ignore[arg-type] # only the settings and the seal
X = {"query": "acme", "monthly_budget": 5.0}


def paid(**params: Any) -> Source:
    """A source of a kind with a budget, set up with the token AAAA."""
    row = source_row(HERE, "X", collector="x", params={})
    _change_params(row, all_collectors()["x"], {**X, "token": "AAAA", **params}, SERVICES)
    return row


@pytest.mark.parametrize(
    ("given", "anew"),
    [
        (X, False),
        ({**X, "monthly_budget": 50.0}, False),
        ({**X, "token": "AAAA"}, False),
        ({**X, "token": "BBBB"}, True),
        ({**X, "query": "brumelo"}, True),
    ],
    ids=["the same", "a budget", "the same token", "another token", "another query"],
)
def test_a_paid_source_starts_afresh_only_when_something_else_is_read(given: dict[str, Any], anew: bool) -> None:
    """What starts afresh is paid for again."""
    row = paid()
    assert _change_params(row, all_collectors()["x"], given, SERVICES) is anew
    assert SEAL.open(row.secrets, seal_name(row))["token"] == given.get("token", "AAAA")


def test_a_source_that_costs_nothing_always_starts_afresh() -> None:
    row = source_row(HERE, "News")
    params = {"url": "https://example.com/feed"}
    assert _change_params(row, all_collectors()["rss"], params, SERVICES)
    assert _change_params(row, all_collectors()["rss"], params, SERVICES)
    assert (row.host, row.secrets) == ("example.com", None)


@pytest.mark.parametrize(("enabled", "state"), [(True, "waiting"), (False, "paused")])
@pytest.mark.parametrize(("anew", "cursor", "fence"), [(True, {}, 5), (False, {"etag": "1"}, 4)])
def test_starting_afresh_forgets_failures_and_perhaps_where_it_was(
    enabled: bool, state: str, anew: bool, cursor: dict[str, str], fence: int
) -> None:
    row = source_row(
        HERE, "News", enabled=enabled, state="failing", consecutive_failures=3, last_error={"text": "No"},
        cursor={"etag": "1"}, pace_seconds=60, lease_until=NOW, fence=4,
    )  # fmt: skip
    _start_afresh(row, NOW, anew=anew)
    assert (row.state, row.consecutive_failures, row.last_error, row.next_run_at) == (state, 0, None, NOW)
    assert (row.cursor, row.fence, row.lease_until is None) == (cursor, fence, anew)


def test_an_address_is_shown_to_those_who_could_change_it() -> None:
    editor, reader = (Viewer(HERE, "ana", ROLE_SCOPES[role]) for role in ("manager", "viewer"))
    row = source_row(HERE, "Typeform")
    assert inbound_url(row, editor, SERVICES) is None
    row.address_sealed = SEAL.seal({"token": "abc"}, seal_name_of_address(row))
    assert inbound_url(row, editor, SERVICES) == "https://vigie.example.com/in/abc"
    assert inbound_url(row, reader, SERVICES) is None
    row.address_sealed = Seal("another key").seal({"token": "abc"}, seal_name_of_address(row))
    assert inbound_url(row, editor, SERVICES) is None
