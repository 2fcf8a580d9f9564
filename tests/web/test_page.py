"""One request of a page."""

from __future__ import annotations

import pytest

from app.web.page import back_to


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example", "/\\evil.example", "https://evil.example", "http:evil", "javascript:alert(1)", "\\\\evil",
        "/\t/evil", "/a\nb", "/a\\b", "evil", "", "/ /evil", "/\x00", "///evil", "data:text/html,x", " /x", "/" * 3000,
    ],
)  # fmt: skip
def test_going_back_never_leaves_the_house(wanted: str) -> None:
    assert back_to(wanted) == "/"


@pytest.mark.parametrize("wanted", ["/", "/alerts?state=all", "/mentions/1#x", "/?q=a%20b"])
def test_going_back_goes_where_one_was(wanted: str) -> None:
    assert back_to(wanted, "/other") == wanted
