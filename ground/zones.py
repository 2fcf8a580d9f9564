"""Time zones as dates write them: names such as CET, MESZ or BST, and offsets such as +0100, UTC+01:00 or GMT+2.

A name that means several zones (IST, AST) is not known: a date an hour or ten off is worse than none. CST is the one of
RFC 822.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, timedelta, timezone

NAMES: Mapping[str, float] = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "tu": 0, "wet": 0, "wez": 0,
    "west": 1, "wesz": 1, "bst": 1, "cet": 1, "mez": 1, "hnec": 1, "wat": 1,
    "cest": 2, "mesz": 2, "haec": 2, "eet": 2, "oez": 2, "cat": 2, "sast": 2,
    "eest": 3, "oesz": 3, "msk": 3, "eat": 3, "trt": 3, "msd": 4, "gst": 4,
    "pkt": 5, "ict": 7, "wib": 7, "hkt": 8, "sgt": 8, "awst": 8, "pht": 8, "jst": 9, "kst": 9, "acst": 9.5,
    "aest": 10, "acdt": 10.5, "aedt": 11, "nzst": 12, "nzdt": 13,
    "brt": -3, "art": -3, "ndt": -2.5, "nst": -3.5, "edt": -4, "est": -5, "cdt": -5, "cst": -6, "mdt": -6, "mst": -7,
    "pdt": -7, "pst": -8, "akdt": -8, "akst": -9, "hst": -10,
}  # fmt: skip
"""Hours ahead of UTC."""

FURTHEST = timedelta(hours=14)
_OFFSET = re.compile(r"(?:utc|gmt)?\s?([+-])(\d{1,2})(?::?(\d{2}))?", re.ASCII)
_BARE = re.compile(r"([+-])(\d)(\d{2})", re.ASCII)


def zone_of(written: str) -> timezone | None:
    """The zone of a name or of an offset, in lower case; None for what is neither, and for more than 14 hours."""
    if written in NAMES:
        return timezone(timedelta(hours=NAMES[written])) if NAMES[written] else UTC
    found = _BARE.fullmatch(written) or _OFFSET.fullmatch(written)
    if not found:
        return None
    hours, minutes = int(found[2]), int(found[3] or 0)
    ahead = timedelta(hours=hours, minutes=minutes)
    if minutes > 59 or ahead > FURTHEST:
        return None
    return timezone(-ahead if found[1] == "-" else ahead) if ahead else UTC
