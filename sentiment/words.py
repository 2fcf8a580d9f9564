"""The words of a text as people see them: what can be pointed at when a text is explained."""

from __future__ import annotations

import re
from unicodedata import category

from .named import Span

_MARKS = "".join(char for char in map(chr, range(0x300, 0x10000)) if category(char).startswith("M"))
_ALONE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u312f\u3190-\ua4cf\uf900-\ufaff"
_LETTER = rf"[^\W_{_ALONE}][{_MARKS}\u200c\u200d]*"
_EMOJI = (
    "(?:[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3"
    "|[\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
    "[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]*(?:\u200d[\u2190-\u2bff\U0001f000-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]*)*)"
)
_WORD = re.compile(
    rf"(?P<link>(?:https?://|www\.)\S*[\w/])"
    rf"|(?P<emoji>{_EMOJI})(?:\s?(?P=emoji))*"
    rf"|[:;=]['’]?-?[()DPp/\\|*]+(?!\w)|<3+"
    rf"|\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)['’](?={_LETTER})"
    rf"|[@#]?{_LETTER}(?:{_LETTER}|_|['’.,:/-](?=[^\W_]))*"
    rf"|[{_ALONE}][{_MARKS}]*"
    rf"|[!?]+|…+|\.{{2,}}",
    re.IGNORECASE,
)


def words(text: str) -> list[Span]:
    """Where the words are, in order, in characters.

    Punctuation around a word is not part of it. An emoji, repeated or not, a smiley and a run of «!» are words; so are
    a link, and what French elides before an apostrophe («l'», «n'»), while "don't" and «aujourd'hui» are one. In
    scripts without spaces each sign is a word.
    """
    return [match.span() for match in _WORD.finditer(text)]
