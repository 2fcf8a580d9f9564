"""Mends a frequent fault of feeds: bare ampersands, and HTML entities that XML does not define."""

from __future__ import annotations

import re
from html.entities import name2codepoint

AMPERSAND = re.compile(r"&(?:(#[0-9]{1,7};|#x[0-9a-f]{1,6};)|([a-z][a-z0-9]{0,30});)?", re.IGNORECASE)
OF_XML = frozenset(("lt", "gt", "amp", "quot", "apos"))
OPENS, CLOSES = "<![CDATA[", "]]>"


def mend(text: str) -> str:
    """The document with every ampersand outside CDATA mended. Well-formed XML keeps its meaning."""
    pieces: list[str] = []
    at = 0
    while (start := text.find(OPENS, at)) >= 0 and (end := text.find(CLOSES, start)) >= 0:
        pieces += (AMPERSAND.sub(_mend_one, text[at:start]), text[start : end + len(CLOSES)])
        at = end + len(CLOSES)
    return "".join((*pieces, AMPERSAND.sub(_mend_one, text[at:])))


def _mend_one(ampersand: re.Match[str]) -> str:
    number, name = ampersand[1], ampersand[2]
    if number or name in OF_XML:
        return ampersand[0]
    if name in name2codepoint:
        return f"&#{name2codepoint[name]};"
    return f"&amp;{ampersand[0][1:]}"
