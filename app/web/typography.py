"""French as it is set: what no line may break, and the apostrophe of print. Translators need not think of it."""

from __future__ import annotations

import re

NARROW = "\u202f"
_BEFORE = re.compile(r"[ \u00a0\u202f]+([;:!?%»])")
_AFTER = re.compile(r"«[ \u00a0\u202f]*")
_CLOSED = re.compile(r"(?<=[^\s\u202f])»")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])")


def french(text: str) -> str:
    """Our own French text with narrow no-break spaces before ; : ! ? % and inside « », and with typographic
    apostrophes. Never for what others wrote."""
    tied = _BEFORE.sub(NARROW + r"\1", _AFTER.sub("«" + NARROW, text))
    return _APOSTROPHE.sub("’", _CLOSED.sub(NARROW + "»", tied))
