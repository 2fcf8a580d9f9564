from __future__ import annotations

from datetime import timedelta

import pytest

from ground.zones import NAMES, zone_of


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("cet", 1), ("mesz", 2), ("bst", 1), ("msk", 3), ("jst", 9), ("est", -5), ("z", 0), ("acst", 9.5),
        ("+0100", 1), ("+01:00", 1), ("-05", -5), ("+2", 2), ("utc+01:00", 1), ("gmt+2", 2), ("gmt -3", -3),
        ("+530", 5.5), ("-0000", 0), ("+1400", 14),
        ("+9900", None), ("+0075", None), ("+1401", None), ("ist", None), ("", None), ("+", None), ("cet+1", None),
    ],
)  # fmt: skip
def test_names_and_offsets_are_read(written: str, hours: float | None) -> None:
    zone = zone_of(written)
    assert (zone.utcoffset(None) if zone else None) == (None if hours is None else timedelta(hours=hours))


def test_every_name_is_a_zone() -> None:
    assert all(zone_of(name) for name in NAMES)
