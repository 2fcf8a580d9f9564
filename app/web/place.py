"""Where somebody is in the list of mentions: its filters and page, as an address carries them from page to page."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

PASSING = frozenset({"done", "undo", "settled", "open", "ids", "part", "lang", "since"})
"""What an address says only once, and the mention that is open."""


def place_of(parameters: Mapping[str, str]) -> str:
    """The query of the list that these parameters come from, empty for the whole list."""
    return urlencode([(name, value) for name, value in parameters.items() if name not in PASSING and value])
