"""The feeds of a feed reader: each gets a name that is free."""

from __future__ import annotations

import pytest

from app.actions.opml import free_name


@pytest.mark.parametrize(
    ("wanted", "taken", "name"),
    [
        ("News", set(), "News"),
        ("  News \n of Lyon ", set(), "News of Lyon"),
        ("News", {"News"}, "News (2)"),
        ("News", {"News", "News (2)"}, "News (3)"),
        ("", {"RSS"}, "RSS (2)"),
        ("n" * 200, set(), "n" * 90),
        ("n" * 200, {"n" * 90}, "n" * 90 + " (2)"),
    ],
)
def test_a_name_is_cut_and_numbered_when_it_is_taken(wanted: str, taken: set[str], name: str) -> None:
    assert free_name(wanted, taken) == name
