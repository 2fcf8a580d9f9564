"""The dates of a page's items: which number is the day is decided by all of them together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from ground.ago import date_ago
from ground.dates import Order, date_within, order_in, order_of


@dataclass(frozen=True, slots=True)
class PageDates:
    """How the dates of one page are read at the moment `now`. Those without a zone are in UTC."""

    order: Order
    now: datetime

    def published(self, text: str) -> datetime | None:
        """The date in a text, or the one it counts from now («il y a 3 jours»); `now` where it lies ahead."""
        at = self._read(text) or date_ago(text, self.now)
        return min(at.astimezone(UTC), self.now) if at else None

    def fixed_spelling(self, text: str) -> str:
        """What a text says of a date that stays the same from one reading to the next; empty where it says none."""
        at = self._read(text)
        return "" if at is None else at.isoformat() if date_ago(text, self.now) else text

    def unread(self, text: str) -> str:
        """The text where it holds no date."""
        return "" if self.published(text) else text.strip()

    def _read(self, text: str) -> datetime | None:
        return date_within(text, order=self.order, zone=UTC)


def dates_of_page(texts: Iterable[str], language: str | None, month_first: bool, now: datetime) -> PageDates:
    """`month_first` is what whoever set the source up ticked; it counts where the dates do not decide."""
    said: Order = "month first" if month_first else "day first"
    return PageDates(order_of(texts) or ("month first" if month_first else order_in(language)) or said, now)
