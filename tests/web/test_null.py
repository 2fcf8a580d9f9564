"""A null character in what a browser sends is told or dropped, and never taken for a failure of the database."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient


@pytest.mark.parametrize("name", ["q", "platform", "language", "author", "brand", "after", "source", "assignee"])
def test_a_filter_with_a_null_character_is_no_failure_of_the_database(browser: TestClient, name: str) -> None:
    for path in ("/", "/mentions", "/sources", "/settings/channels"):
        assert browser.get(f"{path}?{name}=a%00b").status_code < 500


def test_an_address_with_a_null_character_logs_nobody_in(stranger: TestClient, account: str) -> None:
    answer = stranger.post("/login", data={"email": "\0nobody@example.com", "password": "x" * 12})
    assert answer.status_code == 401
