"""Where the feeds of a forum are, and what a missing one means."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from collectors._feeds.reading import NoFeedHere
from collectors._kit.fetch import fetch
from collectors._platforms.boards import REFUSALS, Board, no_feed_of, place_of
from collectors.base import SourceRefused

BOARD = Board(base_url="https://forum.example/board/", username="ann", password=SecretStr("s3cret"))


@pytest.mark.parametrize(
    ("path", "query", "url"),
    [
        ("/feed", {}, "https://forum.example/board/feed"),
        ("/feed.php", {"f": "12", "t": ""}, "https://forum.example/board/feed.php?f=12"),
        ("/feed.php", {"q": "a b&c"}, "https://forum.example/board/feed.php?q=a+b%26c"),
    ],
)
def test_a_feed_lies_under_the_address_of_the_board(path: str, query: dict[str, str], url: str) -> None:
    place = place_of(BOARD, path, **query)
    assert (place.url, place.username, place.password, place.moves) == (url, "ann", "s3cret", False)


@pytest.mark.parametrize("status", [400, 404, 410])
def test_a_missing_feed_is_no_refusal_yet(site: Any, http: httpx2.Client, status: int) -> None:
    with pytest.raises(NoFeedHere):
        fetch(http, site.says("/feed", b"", status), refusals=REFUSALS.about(host="127.0.0.1"))


def test_a_board_that_leads_to_its_login_is_for_members(site: Any, http: httpx2.Client) -> None:
    site.says("/login", b"<form>", 200)
    url = site.says("/feed", b"", 302, Location="/login")
    with pytest.raises(SourceRefused, match="members only"):
        fetch(http, url, refusals=REFUSALS.about(host="127.0.0.1"))


def test_a_board_without_any_feed_is_told_with_its_software() -> None:
    assert str(no_feed_of(BOARD, "phpBB")).startswith("forum.example offers no phpBB feed: ")
