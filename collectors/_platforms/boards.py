"""What the kinds that read a forum's feeds share: the address of a board, and the meaning of a missing feed."""

from __future__ import annotations

from urllib.parse import urlencode

from pydantic import Field, SecretStr

from collectors._feeds.reading import FeedAddress, NoFeedHere
from collectors._kit.fetch import host_of
from collectors._kit.fields import BaseUrl, Line, Params
from collectors._kit.refusals import Complaint, Refusal, Refusals
from collectors.base import SourceError, SourceRefused


def _leads_to_login(complaint: Complaint) -> bool:
    return complaint.was_redirected and "login" in complaint.url.lower()


REFUSALS = Refusals(
    (
        Refusal(NoFeedHere, "{host} has no feed at this address", status={400, 404, 410}),
        Refusal(
            SourceRefused,
            "{host} shows its forums to members only: ask its owner for a public feed",
            when=_leads_to_login,
        ),
    )
)
"""A board whose feed is not at one address may have it at another, so a missing feed is no refusal yet."""


class Board(Params):
    """The address of a board, with a name and a password where the board asks for them."""

    base_url: BaseUrl = Field(
        title="Address of the board",
        description="The address of its first page, without index.php",
        examples=["https://forum.example.org/board"],
    )
    username: Line = Field(
        default="", title="User name", description="Only where the site asks for one before it shows"
    )
    password: SecretStr = Field(default=SecretStr(""), title="Password", max_length=200)


def place_of(board: Board, path: str, **query: str) -> FeedAddress:
    """The place of one of the board's feeds. Empty fields of the query are left out."""
    parameters = urlencode({name: value for name, value in query.items() if value})
    url = f"{board.base_url}{path}" + (f"?{parameters}" if parameters else "")
    refusals = REFUSALS.about(host=host_of(board.base_url))
    return FeedAddress(url, board.username, board.password.get_secret_value(), moves=False, refusals=refusals)


def no_feed_of(board: Board, software: str) -> SourceError:
    """The error when none of the addresses that the software may use is a feed."""
    return SourceRefused(
        "{host} offers no {software} feed: its owner has switched feeds off, or the address is not that of the board",
        host=host_of(board.base_url),
        software=software,
    )
