from __future__ import annotations

from datetime import UTC, datetime

import pytest

from collectors._feeds.dates import Dates, dates_of, order_of_feed
from collectors._feeds.feed import Feed, read_feed
from ground.dates import Order

AT, LATER = datetime(2026, 11, 24, 15, 7, tzinfo=UTC), datetime(2026, 11, 25, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("published", "edited", "dates"),
    [
        (("24 nov. 2026 15:07", None), None, Dates(AT, None, "")),
        (("24 nov. 2026 15:07",), "2026-11-25T10:00+01:00", Dates(AT, LATER, "")),
        (("24 nov. 2026 15:07",), "2026-11-24T15:07Z", Dates(AT, None, "")),
        ((None, "24 nov. 2026 15:07"), None, Dates(AT, None, "")),
        (("bientôt",), "24 nov. 2026 15:07", Dates(AT, None, "")),
        (("bientôt",), None, Dates(None, None, "bientôt")),
        (("  ", 3, None), None, Dates(None, None, "")),
    ],
)
def test_the_first_date_that_can_be_read_counts(published: tuple[object, ...], edited: object, dates: Dates) -> None:
    assert dates_of(published, edited, None) == dates


@pytest.mark.parametrize(
    ("spellings", "language", "order"),
    [
        (["11/12/2026", "11/24/2026"], "fr", "month first"),
        (["11/12/2026", None, 3], "fr-FR", "day first"),
        (["11/12/2026"], "en", None),
        ([], None, None),
    ],
)
def test_all_dates_of_a_feed_decide_then_its_language(
    spellings: list[object], language: object, order: Order | None
) -> None:
    assert order_of_feed(spellings, language) == order


def _days(body: str, head: str = "") -> list[str]:
    items = "".join(f"<item><title>{n}</title><pubDate>{date}</pubDate></item>" for n, date in enumerate(body.split()))
    feed = read_feed(f"<rss version='2.0'><channel>{head}{items}</channel></rss>".encode(), "", "https://a.example/f")
    assert isinstance(feed, Feed)
    return [f"{one.published_at:%d %b}" if one.published_at else "" for one in feed.mentions]


def test_a_feed_decides_as_a_whole_which_number_is_the_day() -> None:
    assert _days("11/12/2026 11/24/2026") == ["12 Nov", "24 Nov"]
    assert _days("11/10/2026 24/11/2026") == ["11 Oct", "24 Nov"]
    assert _days("11/10/2026 09/11/2026") == ["", ""]
    assert _days("11/10/2026", "<language>fr</language>") == ["11 Oct"]


def test_a_json_feed_may_write_dates_in_words_or_as_unix_times() -> None:
    written = (
        b'{"version": "https://jsonfeed.org/version/1.1", "items": [' + b'{"id": "1", "title": "a", "date_published": '
    )
    for date, day in ((b'"24 novembre 2026, 15h07"', AT), (b"1795532820", AT), (b'"24/11/2026 15:07"', AT)):
        feed = read_feed(written + date + b"}]}", "application/json", "https://a.example/f")
        assert isinstance(feed, Feed)
        assert feed.mentions[0].published_at == day
