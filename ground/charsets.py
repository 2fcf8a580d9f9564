"""Turns bytes into text, in whatever charset they are, and takes back what was read in the wrong one.

One bad byte among many good ones is that byte's fault alone: what is UTF-8 but for a few bytes stays UTF-8.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable

UNKNOWN = "\ufffd"
_ASCII_ONLY = ("iso2022", "iso-2022", "hz", "utf-7", "utf7")
_WIDE = ("utf-16", "utf-32")
_LATIN = ("cp1252", "iso8859-1", "iso8859-15")
_STRAY = re.compile(rb"[\x80\x85\x91-\x97\xa0\xab\xb0\xbb\xc4-\xdf\xe0-\xfd]")
"""Bytes that stand in a text of UTF-8 because a piece of Windows-1252 was pasted there. Others are what is left of a
letter that was cut in two: no guess is made about them."""
_SURE = re.compile(r"[^\W_][^\x00-\x7f]|[^\x00-\x7f][^\W\d_]|\d [€£]|[\U00010000-\U0010ffff]")
"""A sign beyond ASCII that stands where people write one: beside a letter or a digit, after a sum; or an emoji."""
_HOLES = b"\x81\x8d\x8f\x90\x9d"  # bytes without a sign in Windows-1252
_BYTES = {chr(code): bytes([code]) for code in range(0x80, 0x100)}
_BYTES |= {bytes([code]).decode("cp1252"): bytes([code]) for code in range(0x80, 0xA0) if code not in _HOLES}
_GOES_ON = "".join(sign for sign, byte in _BYTES.items() if byte < b"\xc0")
_DOUBLE = re.compile(f"[\xc2-\xf4][{_GOES_ON}]")


def decode(data: bytes, labels: Iterable[str] = ()) -> str:
    """The text of some bytes in their likeliest charset; `labels` are the charsets declared, the most reliable first.

    What is valid UTF-8 is UTF-8, whatever the labels say. Of the rest, the letters that UTF-8 makes are counted against
    the bytes that it cannot read: text in another charset hardly ever makes one by chance. Takes linear time.
    """
    known = [name for label in labels if (name := codec_of(label))]
    for name in [*(name for name in known if name.startswith((*_ASCII_ONLY, *_WIDE))), "utf-8"]:
        try:
            return data.decode(name)
        except (UnicodeError, ValueError):
            continue
    other = next((name for name in known if name != "utf-8"), "")
    return _mend(data) if _is_utf8(data, other) else _decode_as_declared(data, known)


def codec_of(label: str) -> str:
    """Python's name for a charset of text; empty for one that it does not know, and for plain ASCII."""
    try:
        codec = codecs.lookup(label.strip("\"' "))
    except (LookupError, ValueError):
        return ""
    if not getattr(codec, "_is_text_encoding", True):  # "hex", "zip" and the like
        return ""
    return {"gb2312": "gb18030", "iso8859-1": "cp1252", "ascii": ""}.get(codec.name, codec.name)


def _is_utf8(data: bytes, other: str) -> bool:
    """Whether bytes that are not wholly UTF-8 are UTF-8 with flaws, rather than the charset `other` ("" for none)."""
    text = data.decode("utf-8", "replace")
    wrong = text.count(UNKNOWN) - data.count(UNKNOWN.encode())
    right = len(text) - len(text.encode("ascii", "ignore")) - text.count(UNKNOWN)
    if not other:
        return right >= wrong
    return right > wrong if other in _LATIN else right > 4 * wrong


def _mend(data: bytes) -> str:
    """UTF-8 whose bad bytes are read as Windows-1252 where they make sense there. A letter cut off at the end is left
    out."""
    return data.decode("utf-8", "vigie-stray")


def _stray(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    piece = error.object[error.start : error.end]
    if error.end == len(error.object) and error.reason == "unexpected end of data":
        return "", error.end
    return piece.decode("cp1252", "replace") if _STRAY.fullmatch(piece) else UNKNOWN, error.end


codecs.register_error("vigie-stray", _stray)


def _decode_as_declared(data: bytes, known: list[str]) -> str:
    others = [name for name in known if name != "utf-8"]
    for name in others:
        try:
            return data.decode(name)
        except (UnicodeError, ValueError):
            continue
    return data.decode(others[0] if others else "cp1252", "replace")


def undone(text: str) -> str:
    """The text that was written, where somebody read its UTF-8 as Windows-1252 or Latin-1: `RenÃ©` was René.

    Every sign beyond ASCII has to be part of such a letter, and one of them has to stand where letters stand: a text
    about the signs "Ã©", or one with accents of its own, stays as it is. Idempotent.
    """
    while (before := _undone_once(text)) != text:  # each time half as many signs beyond ASCII, at most
        text = before
    return text


def _undone_once(text: str) -> str:
    if text.isascii() or not _DOUBLE.search(text):
        return text
    try:
        written = b"".join(_BYTES[sign] if sign >= "\x80" else sign.encode() for sign in text).decode("utf-8")
    except (KeyError, UnicodeError):
        return text
    return written if _SURE.search(written) else text
