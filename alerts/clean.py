"""Makes foreign text fit to be shown: without control characters and direction tricks, and cut to a length."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

_SPACES = re.compile(r"\s+")
_TRICKS = re.compile("[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""Hidden separators, and marks that turn the direction of what follows: a mention must not rearrange our words."""

_NEVER_IN_A_URL = re.compile(r"[\s<>\"|\\^`{}]")

LONGEST_URL = 2_048
"""Bytes."""


def one_line(text: str, most: int) -> str:
    """The text on one line of at most `most` code points, ending in an ellipsis when it was cut.

    Surrogates become U+FFFD.
    """
    head = text[: 8 * most + 64]  # to show a line, it is not necessary to clean a megabyte
    known = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in head)
    shown = "".join(" " if unicodedata.category(c) == "Cc" else c for c in _TRICKS.sub(" ", known))
    line = _SPACES.sub(" ", unicodedata.normalize("NFC", shown)).strip()
    return cut(line, most) if len(head) == len(text) else line[: most - 1].rstrip() + "…"


def cut(text: str, most: int) -> str:
    """The text, or its first `most` − 1 code points and an ellipsis."""
    return text if len(text) <= most else text[: max(0, most - 1)].rstrip() + "…"


def safe_url(url: str | None) -> str | None:
    """The URL if a person may follow it: absolute, http or https, with a host, at most LONGEST_URL; else None."""
    if not url or not url.isprintable() or _NEVER_IN_A_URL.search(url) or len(url.encode()) > LONGEST_URL:
        return None
    try:
        parts = urlsplit(url)
        return url if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None
