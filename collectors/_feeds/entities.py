"""Mends a frequent fault of feeds: ampersands that start nothing, and entities of HTML that XML does not know."""

from __future__ import annotations

import re
from html.entities import name2codepoint

AMPERSAND = re.compile(r"&(?:(#[0-9]{1,7};|#x[0-9a-f]{1,6};)|([a-z][a-z0-9]{0,30});)?", re.IGNORECASE)
OF_XML = frozenset(("lt", "gt", "amp", "quot", "apos"))
OPENS, CLOSES = "<![CDATA[", "]]>"


def mend(text: str) -> str:
    """The document with every ampersand outside CDATA in order. Well-formed XML comes back unchanged in meaning."""
    pieces: list[str] = []
    at = 0
    while (opened := text.find(OPENS, at)) >= 0 and (closed := text.find(CLOSES, opened)) >= 0:
        pieces += (AMPERSAND.sub(_mended, text[at:opened]), text[opened : closed + len(CLOSES)])
        at = closed + len(CLOSES)
    return "".join((*pieces, AMPERSAND.sub(_mended, text[at:])))


def _mended(found: re.Match[str]) -> str:
    number, name = found[1], found[2]
    if number or name in OF_XML:
        return found[0]
    if name in name2codepoint:
        return f"&#{name2codepoint[name]};"
    return f"&amp;{found[0][1:]}"
