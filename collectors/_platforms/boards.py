"""What the kinds that read a forum's feed share: the address of a board, and sentences for feeds that are not there."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import httpx2
from pydantic import Field, SecretStr

from collectors._feeds.reading import NoFeedHere, Place
from collectors._kit.fetch import host_of
from collectors._kit.fields import BaseUrl, Line, Params
from collectors.base import SourceError, SourceRefused


class Board(Params):
    """Where a board is, and the name and password for those that ask."""

    base_url: BaseUrl = Field(
        title="Address of the board",
        description="The address of its first page, without index.php",
        examples=["https://forum.example.org/board"],
    )
    username: Line = Field(default="", title="Name", description="Only where the site asks for one before it shows")
    password: SecretStr = Field(default=SecretStr(""), title="Password", max_length=200)


def place_of(board: Board, path: str, **query: str) -> Place:
    """The place of a feed of the board; what is empty of the query is left out."""
    given = urlencode({name: value for name, value in query.items() if value})
    url = f"{board.base_url}{path}" + (f"?{given}" if given else "")
    return Place(url, board.username, board.password.get_secret_value(), moves=False, judge=judge(board))


def judge(board: Board) -> Callable[[httpx2.Response], SourceError | None]:
    """What is missing here may be at the board's other address; a page to log in is a refusal."""
    host = host_of(board.base_url)

    def judged(answer: httpx2.Response) -> SourceError | None:
        if answer.status_code in (404, 400, 410):
            return NoFeedHere("{host} has no feed at this address", host=host)
        if answer.history and "login" in str(answer.url).lower():
            return SourceRefused("{host} shows its forums to members only: ask its owner for a public feed", host=host)
        return None

    return judged


def switched_off(board: Board, software: str) -> SourceError:
    """What is said when none of the addresses of the software is a feed."""
    return SourceRefused(
        "{host} gives no feed of {software}: its owner has switched feeds off, or the address is not that of the board",
        host=host_of(board.base_url),
        software=software,
    )
