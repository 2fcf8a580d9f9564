"""The hours of a brand, as rules see them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from alerts.base import BrandHours, HourCounts

START = datetime(2026, 9, 1, tzinfo=UTC)


def window(counts, *, minute=60, age=timedelta(days=365)):
    """Hours of (promoters, passives, detractors); the last one has run for `minute` minutes."""
    buckets = [HourCounts(START + timedelta(hours=i), 2 * sum(c), sum(c), *c) for i, c in enumerate(counts)]
    now = START + timedelta(hours=len(counts) - 1, minutes=minute)
    return BrandHours(now, buckets, now - age)


CALM = [(6, 12, 2)] * 24 * 30
