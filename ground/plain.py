"""Plain text from what strangers wrote: clean code points, bounded lengths."""

from __future__ import annotations

import re
from unicodedata import is_normalized, normalize

_TIDY = re.compile(r"(?:[!-~]+(?: [!-~]+)*)?")
_SURROGATES = re.compile("[\ud800-\udfff]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_BREAKS = re.compile("\r\n?|[\u2028\u2029\x85]")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")


def clean_text(text: str, limit: int) -> str:
    """Text that can be stored and shown: NFC, no surrogates, controls or direction overrides, `limit` code points.

    Runs of spaces and of empty lines become one, and lines lose the spaces around them. Zero-width characters stay,
    because emoji and Persian need them; words compare without them. Idempotent.
    """
    if _TIDY.fullmatch(text):
        return text[:limit].rstrip()
    text = text.strip()[: 4 * limit]  # no composition shrinks more than that
    if not text.isascii() or _CONTROLS.search(text):
        text = _SURROGATES.sub("\ufffd", _BREAKS.sub("\n", text))
        text = _CONTROLS.sub("", text)
        if not is_normalized("NFC", text):
            text = normalize("NFC", text)
    if "\n" in text:
        text = "\n".join(line.strip() for line in _SPACES.sub(" ", text).split("\n"))
        text = _BLANK_LINES.sub("\n\n", text)
    else:
        text = _SPACES.sub(" ", text)
    return text.strip()[:limit].rstrip()


def clean_line(text: str, limit: int) -> str:
    """As clean_text, on one line."""
    clean = clean_text(text, 4 * limit)
    return clean_text(clean.replace("\n", " "), limit) if "\n" in clean else clean[:limit].rstrip()
