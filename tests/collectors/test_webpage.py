"""Any web page: what a site allows, what a page may hold, what a selector may miss."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from collectors.base import (
    Page,
    RawMention,
    SourceBusy,
    SourceChanged,
    SourceError,
    SourceRefused,
    Window,
)
from collectors.webpage import Webpage, collector, pages
from collectors.webpage.dates import dates_of_page
from collectors.webpage.ratings import rating_of
from collectors.webpage.schema import schema_items
from ground.html import parse_html

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
PAGE = '<html lang="en"><body>{}</body></html>'


def reviews(*numbers: int, more: str = "") -> str:
    shown = "".join(f'<div class="r" id="r{n}"><b>Ann {n}</b><p>Review {n} of Cobalt.</p></div>' for n in numbers)
    return PAGE.format(shown + (f'<a rel="next" href="{more}">Older</a>' if more else ""))


def read(site: Any, http: httpx2.Client, cursor: Any = None, **given: Any) -> list[Page]:
    params = Webpage.model_validate({"url": site.url("/r"), "item": ".r", "text": "p", **given})
    return list(pages(params, cursor or {}, http))


def ids(found: list[Page]) -> list[str]:
    return [mention.external_id.rpartition("#")[2] for page in found for mention in page.mentions]


def asked(site: Any) -> list[str]:
    return [path for path, _ in site.asked]


def test_robots_are_asked_once_and_known_for_a_day(site: Any, http: httpx2.Client) -> None:
    site.says("/robots.txt", "User-agent: *\nDisallow: /private\n")
    site.says("/r", reviews(1, 2))
    first = read(site, http)
    site.says("/r", reviews(1, 2, 3))
    again = read(site, http, json.loads(json.dumps(dict(first[-1].cursor))))
    assert asked(site).count("/robots.txt") == 1
    old = {**first[-1].cursor["robots"], "at": (datetime.now(UTC) - timedelta(hours=25)).isoformat()}
    read(site, http, {**again[-1].cursor, "robots": old})
    assert asked(site).count("/robots.txt") == 2


@pytest.mark.parametrize(
    "robots",
    [
        "User-agent: Vigie\nDisallow: /r",
        "User-agent: *\nDisallow: /",
        "\ufeffUser-Agent: vigie\r\nDisallow: /*\r\n",
        "User-agent: Googlebot\nUser-agent: Vigie\nDisallow: /r$",
    ],
)
def test_a_page_that_robots_txt_closes_is_never_asked(site: Any, http: httpx2.Client, robots: str) -> None:
    site.says("/robots.txt", robots)
    site.says("/r", reviews(1))
    with pytest.raises(SourceRefused, match=r"the robots\.txt of 127\.0\.0\.1 closes this page"):
        read(site, http)
    assert "/r" not in asked(site)


@pytest.mark.parametrize(
    "robots",
    ["User-agent: Googlebot\nDisallow: /", "User-agent: *\nDisallow: /\nAllow: /r", "", "<html>no</html>", "\0\0"],
)
def test_a_page_that_robots_txt_leaves_open_is_read(site: Any, http: httpx2.Client, robots: str) -> None:
    site.says("/robots.txt", robots)
    site.says("/r", reviews(1))
    assert ids(read(site, http)) == ["r1"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_site_without_robots_txt_is_open(site: Any, http: httpx2.Client, status: int) -> None:
    site.says("/robots.txt", "Disallow: /", status)
    site.says("/r", reviews(1))
    assert ids(read(site, http)) == ["r1"]


@pytest.mark.parametrize("status", [500, 502])
def test_a_robots_txt_that_cannot_be_had_closes_the_site_for_now(site: Any, http: httpx2.Client, status: int) -> None:
    site.says("/robots.txt", "", status)
    site.says("/r", reviews(1))
    with pytest.raises(SourceError, match=r"cannot read the robots\.txt of \S+, so it asks the site for nothing"):
        read(site, http)
    site.says("/robots.txt", "", 429, Retry_After="60")
    with pytest.raises(SourceBusy):
        read(site, http)
    assert "/r" not in asked(site)


def test_the_pause_that_a_site_wants_is_kept_and_a_long_one_means_one_page(site: Any, http: httpx2.Client) -> None:
    site.says("/robots.txt", "User-agent: *\nCrawl-delay: 0.4")
    site.says("/r", reviews(1, more="/r2"))
    site.says("/r2", reviews(2))
    began = time.monotonic()
    assert ids(read(site, http)) == ["r1", "r2"]
    assert time.monotonic() - began >= 0.4
    site.says("/robots.txt", "User-agent: *\nCrawl-delay: 60")
    assert ids(read(site, http)) == ["r1"]


def test_a_next_page_that_is_closed_or_elsewhere_is_not_asked(site: Any, http: httpx2.Client) -> None:
    site.says("/robots.txt", "User-agent: *\nDisallow: /closed")
    site.says("/closed", reviews(2))
    for more in ("/closed", "http://elsewhere.example/r", "javascript:void(0)", "/r", ""):
        site.says("/r", reviews(1, more=more))
        assert ids(read(site, http)) == ["r1"]
    assert "/closed" not in asked(site)


def test_the_first_page_is_asked_with_what_it_said_last(site: Any, http: httpx2.Client) -> None:
    site.says("/r", reviews(1), ETag='"7"')
    first = read(site, http)
    assert [page.unchanged for page in read(site, http, first[-1].cursor)] == [True]
    assert site.asked[-1][1]["if-none-match"] == '"7"'


def test_pages_are_followed_until_nothing_is_new(site: Any, http: httpx2.Client) -> None:
    for number in range(1, 6):
        site.says(f"/r{number if number > 1 else ''}", reviews(60 - number, more=f"/r{number + 1}"))
    site.says("/r6", reviews(50))
    first = read(site, http, most_pages=4)
    assert ids(first) == ["r59", "r58", "r57", "r56"]
    assert "there are more pages than the 4" in str(first[-1].warning)
    site.says("/r", reviews(61, 60, 59, more="/r2"))
    before = len(site.asked)
    again = read(site, http, first[-1].cursor, most_pages=4)
    assert ids(again) == ["r61", "r60", "r59", "r58"]
    assert [path for path, _ in site.asked[before:]] == ["/r", "/r2"]
    assert again[-1].warning is None


def test_items_that_shift_to_the_next_page_are_given_once(site: Any, http: httpx2.Client) -> None:
    site.says("/r", reviews(5, 4, 3, more="/r2"))
    site.says("/r2", reviews(3, 2, 1))
    assert ids(read(site, http)) == ["r5", "r4", "r3", "r2", "r1"]


def test_a_run_that_is_stopped_is_done_again_without_loss(site: Any, http: httpx2.Client) -> None:
    site.says("/r", reviews(2, more="/r2"))
    site.says("/r2", "", 500)
    run = pages(Webpage(url=site.url("/r"), item=".r", text="p"), {}, http)
    page = next(run)
    assert page.cursor == {}
    with pytest.raises(SourceError):
        next(run)
    site.says("/r2", reviews(1))
    assert ids(read(site, http, page.cursor)) == ["r2", "r1"]


@pytest.mark.parametrize("name", ["item", "text", "title", "author", "date", "rating", "link", "id"])
def test_a_selector_that_finds_nothing_is_named(site: Any, http: httpx2.Client, name: str) -> None:
    site.says("/r", reviews(1, 2))
    with pytest.raises(SourceChanged, match=rf"the selector «\.gone» \({name}\) finds nothing"):
        read(site, http, **{name: ".gone"})


def test_a_field_that_some_items_lack_is_no_change(site: Any, http: httpx2.Client) -> None:
    body = '<div class="r" id="a"><p>One</p><i>2026-01-02</i></div><div class="r" id="b"><p>Two</p></div>'
    site.says("/r", PAGE.format(body))
    (page,) = read(site, http, date="i")
    assert [mention.published_at for mention in page.mentions] == [datetime(2026, 1, 2, tzinfo=UTC), None]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<div id='cf-challenge-running'></div>", r"CAPTCHA.*does not get round that"),
        ('<script src="https://geo.captcha-delivery.com/c.js"></script>', "CAPTCHA"),
        ('<form><input type="password" name="p"></form>', "only to people who are logged in"),
    ],
)
def test_what_is_behind_a_captcha_or_a_login_is_said_as_such(
    site: Any, http: httpx2.Client, body: str, words: str
) -> None:
    site.says("/r", PAGE.format(body))
    with pytest.raises(SourceRefused, match=words):
        read(site, http)


def test_a_page_that_says_nothing_asks_for_a_selector(site: Any, http: httpx2.Client) -> None:
    site.says("/r", PAGE.format("<p>" + "Some words that are no review. " * 20 + "</p>"))
    with pytest.raises(SourceError, match="give the selector of each review"):
        read(site, http, item="", text="")
    site.says("/r", PAGE.format("<div id=app></div><script>draw()</script>"))
    with pytest.raises(SourceError, match="an empty page that only a browser fills in"):
        read(site, http, item="", text="")


RESERVING: list[tuple[dict[str, str], str, str]] = [
    ({"X_Robots_Tag": "noindex, noai"}, "", ""),
    ({"tdm_reservation": "1"}, "", ""),
    ({}, '<meta name="robots" content="index, noai, noimageai">', ""),
    ({}, '<meta name="tdm-reservation" content="1">', ""),
    ({}, "", '[{"location": "/r*", "tdm-reservation": 1, "tdm-policy": "https://x.example/p.json"}]'),
]


@pytest.mark.parametrize(("headers", "meta", "file"), RESERVING)
def test_a_site_that_reserves_its_texts_is_noted(
    site: Any, http: httpx2.Client, headers: dict[str, str], meta: str, file: str
) -> None:
    site.says("/r", reviews(1).replace("<body>", f"<head>{meta}</head><body>"), **headers)
    if file:
        site.says("/.well-known/tdmrep.json", file)
    assert "never train a model" in str(read(site, http)[-1].warning)


@pytest.mark.parametrize(
    "file", ["{", "[]", '[{"location": "/other/", "tdm-reservation": 1}]', '[{"location": "/r"}]', "[1]"]
)
def test_a_site_that_reserves_nothing_here_is_not(site: Any, http: httpx2.Client, file: str) -> None:
    site.says("/r", reviews(1), X_Robots_Tag="noindex", tdm_reservation="0")
    site.says("/.well-known/tdmrep.json", file)
    assert read(site, http)[-1].warning is None


def test_texts_of_web_pages_never_train() -> None:
    assert collector.may_train is False


@pytest.mark.parametrize("text", ["div[", "a::before", "..", "a,,b", ">"])
def test_what_is_no_selector_is_refused_in_the_form(text: str) -> None:
    with pytest.raises(ValueError, match="this is not a CSS selector"):
        Webpage(url="https://a.example/", item=text)


def mentions(found: list[Page]) -> list[RawMention]:
    return [mention for page in found for mention in page.mentions]


def test_ids_without_any_are_the_same_again(site: Any, http: httpx2.Client) -> None:
    body = '<div class="r"><p>One</p></div><div class="r"><p>Two</p></div><div class="r"><p>One</p></div>'
    site.says("/r", PAGE.format(body))
    once, again = (mentions(read(site, http)) for _ in range(2))
    assert len(once) == 2
    assert once == again


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("il y a 3 jours", "il y a 4 jours"),
        ("just now", "2 hours ago"),
        ("yesterday", "12 March 2026"),
        ("3 päivää sitten", "4 päivää sitten"),
        ("12 March 2026 (3 days ago)", "12 March 2026 (4 days ago)"),
        ('<time datetime="2026-03-12">3 days ago</time>', '<time datetime="2026-03-12">4 days ago</time>'),
    ],
)
@pytest.mark.parametrize("text", ["p", ""])
def test_an_id_does_not_move_with_the_clock(site: Any, http: httpx2.Client, before: str, after: str, text: str) -> None:
    ids = set()
    for date in (before, after):
        site.says("/r", PAGE.format(f'<div class="r"><b>Ann</b><p>One of Cobalt</p><i>{date}</i></div>'))
        (one,) = mentions(read(site, http, text=text, author="b", date="i"))
        ids.add(one.undated_id)
        assert one.external_id == one.undated_id or "2026" in date
        assert text or "ago" not in one.text
    assert len(ids) == 1


@pytest.mark.slow
def test_hostile_pages_are_a_sentence_or_mentions(site: Any, http: httpx2.Client, hostile: Any) -> None:
    bodies = [b"<div class=r id=x>" * 200_000, b"<p class=r>" + b"x" * 3_000_000, hostile("json_deep_nesting.json"),
              b'<script type="application/ld+json">' + b'{"review":' * 5_000, b"\xff\xfe\0", b""]  # fmt: skip
    for body in bodies:
        site.says("/r", body)
        try:
            found = mentions(read(site, http, text=""))
        except SourceError as error:
            assert str(error)  # noqa: PT017  # what is tested is that nothing else is raised
            continue
        assert all(len(mention.text) <= 65_536 for mention in found)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("12 mars 2026", "2026-03-12T00:00"),
        ("Publié le 1er août 2025 à 9h05", "2025-08-01T09:05"),
        ("le 3 févr. 2026, 18:30", "2026-02-03T18:30"),
        ("31 déc. 2025", "2025-12-31T00:00"),
        ("March 12th, 2026", "2026-03-12T00:00"),
        ("Reviewed on Sept. 3, 2025 at 4:05 pm", "2025-09-03T16:05"),
        ("12 March 2026 12:10 am", "2026-03-12T00:10"),
        ("03/02/2026", "2026-02-03T00:00"),
        ("3.2.26", "2026-02-03T00:00"),
        ("12/25/2025", "2025-12-25T00:00"),
        ("2026/3/4", "2026-03-04T00:00"),
        ("2026-03-04T10:00:00+01:00", "2026-03-04T09:00"),
        ("il y a 3 jours", "2026-03-12T12:00"),
        ("Il y a une heure", "2026-03-15T11:00"),
        ("il y a environ 2 semaines", "2026-03-01T12:00"),
        ("Il y a 5 min", "2026-03-15T11:55"),
        ("3 days ago", "2026-03-12T12:00"),
        ("a month ago", "2026-02-13T12:00"),
        ("10h ago", "2026-03-15T02:00"),
        ("hier à 14:05", "2026-03-14T14:05"),
        ("aujourd’hui", "2026-03-15T12:00"),
        ("Yesterday", "2026-03-14T12:00"),
        ("il y a 3 lunes", None),
        ("2026", None),
        ("31/31/2026", None),
        ("99 mars 2026", None),
        ("soon", None),
        ("", None),
        ("9" * 300, None),
    ],
)
def test_dates_are_read_as_people_write_them(text: str, at: str | None) -> None:
    dates = dates_of_page([text], None, False, NOW)
    assert dates.published(text) == (datetime.fromisoformat(f"{at}+00:00") if at else None)
    assert dates.unread(text) == ("" if at else text.strip())


@pytest.mark.parametrize(
    ("texts", "language", "month_first", "day"),
    [
        (["03/02/2026"], None, True, "2026-03-02"),
        (["03/02/2026", "25/02/2026"], None, True, "2026-02-03"),
        (["03/02/2026", "le 25/02/2026"], "en-US", False, "2026-02-03"),
        (["03/02/2026", "02/25/2026"], "fr", False, "2026-03-02"),
        (["03/02/2026"], "en-US", False, "2026-03-02"),
        (["03/02/2026"], "fr", True, "2026-03-02"),
        (["03/02/2026"], "en", False, "2026-02-03"),
        (["2026-03-20"], "en", False, "2026-03-15"),
    ],
)
def test_the_dates_of_a_page_decide_which_number_is_the_day(
    texts: list[str], language: str | None, month_first: bool, day: str
) -> None:
    found = dates_of_page(texts, language, month_first, NOW).published(texts[0])
    assert found is not None
    assert found.date().isoformat() == day


@pytest.mark.parametrize(
    ("html", "rating"),
    [
        ("<i>4,5 / 5</i>", (4.5, 5)),
        ("<i>Note : 8 sur 10</i>", (8, 10)),
        ("<i>Rated 3 out of 5 stars</i>", (3, 5)),
        ("<i>4 étoiles</i>", (4, 5)),
        ("<i>80 %</i>", (4, 5)),
        ("<i>★★★☆☆</i>", (3, 5)),
        ("<i>★★</i>", (2, 5)),
        ('<i aria-label="2 stars"></i>', (2, 5)),
        ('<i data-rating="1"></i>', (1, 5)),
        ('<i class="star-rating stars-45"></i>', None),
        ('<i class="rating_4"></i>', (4, 5)),
        ('<i class="stars-3-5"></i>', (3.5, 5)),
        ('<i><u style="width: 60%"></u></i>', (3, 5)),
        ('<i><b class="star on"></b><b class="star on"></b><b class="star"></b></i>', (2, 5)),
        ('<i><img alt="3 sur 5"></i>', (3, 5)),
        ("<i>7/5</i>", None),
        ("<i>excellent</i>", None),
        ("<i></i>", None),
    ],
)
def test_ratings_are_read_as_pages_show_them(html: str, rating: tuple[float, float] | None) -> None:
    node = parse_html(html).css_first("i")
    assert node is not None
    assert rating_of(node, 5) == rating


def elsewhere(site: Any, path: str) -> str:
    """The same server under another name: to a reader another site."""
    return str(site.url(path)).replace("127.0.0.1", "localhost")


def test_an_address_that_leads_to_a_closed_page_is_not_followed_there(site: Any, http: httpx2.Client) -> None:
    site.says("/robots.txt", "User-agent: *\nDisallow: /closed")
    site.says("/closed", reviews(1))
    site.says("/r", status=301, Location="/closed")
    with pytest.raises(SourceRefused, match=r"the robots\.txt of 127\.0\.0\.1 closes this page"):
        read(site, http)
    assert "/closed" not in asked(site)


def test_robots_are_asked_of_the_site_that_an_address_leads_to(site: Any, http: httpx2.Client) -> None:
    site.says("/r", status=302, Location=elsewhere(site, "/there"))
    site.says("/there", reviews(1))
    read(site, http)
    assert asked(site).count("/robots.txt") == 2


def test_the_pages_of_the_site_that_an_address_leads_to_are_followed(site: Any, http: httpx2.Client) -> None:
    site.says("/r", status=301, Location=elsewhere(site, "/there"))
    site.says("/there", reviews(1, more="/there2"))
    site.says("/there2", reviews(2))
    assert ids(read(site, http)) == ["r1", "r2"]


@pytest.mark.parametrize("onward", ["/r", "javascript:void(0)"])
def test_an_address_that_leads_nowhere_says_so(site: Any, http: httpx2.Client, onward: str) -> None:
    site.says("/r", status=302, Location=onward)
    with pytest.raises(SourceError, match=r"(keeps redirecting|redirects \(302\) without saying where)"):
        read(site, http)


@pytest.mark.parametrize(
    "frame",
    ["{}", "<!--{}-->", "\n//<![CDATA[\n{}\n//]]>\n", "/*<![CDATA[*/{}/*]]>*/", " /* <![CDATA[ */ {} /* ]]> */ "],
)
def test_what_a_page_tells_to_programs_is_read_as_it_is_written_in_the_wild(frame: str) -> None:
    told = '{"@type": "Review", "reviewBody": "The chain broke.\n<!-- Twice --> ]]>.", "author": "Ann"}'
    page = parse_html(f'<script type="application/ld+json">{frame.format(told)}</script>')
    ((text, author),) = [(one.text, one.author) for one in schema_items(page)]
    assert (text, author) == ("The chain broke.\n<!-- Twice --> ]]>.", "Ann")


def dated(*days: int, more: str = "") -> str:
    items = "".join(
        f'<div class="r" id="d{day}"><time>{(NOW - timedelta(days=day)).isoformat()}</time><p>Day {day}.</p></div>'
        for day in days
    )
    return PAGE.format(items + (f'<a rel="next" href="{more}">Older</a>' if more else ""))


def test_a_backfill_ends_with_the_first_page_whose_newest_item_is_older(site: Any, http: httpx2.Client) -> None:
    site.says("/r", dated(90, 1, 2, more="/r2"))  # the first is old and pinned
    site.says("/r2", dated(3, 9, more="/r3"))
    site.says("/r3", dated(11, 12, more="/r4"))
    params = Webpage.model_validate({"url": site.url("/r"), "item": ".r", "text": "p"})
    window = Window(NOW - timedelta(days=10), NOW - timedelta(days=1, hours=12))
    assert collector.backfill is not None
    found = list(collector.backfill(params, {}, window, http))
    assert ids(found) == ["d2", "d3", "d9"]
    assert [page.reached for page in found] == [window.until, NOW - timedelta(days=3), window.since]
    assert "/r4" not in asked(site)
    site.asked.clear()
    assert ids(list(collector.backfill(params, found[0].cursor, window, http))) == ["d3", "d9"]
    assert "/r" not in asked(site)


def test_a_page_whose_items_have_no_words_is_the_last(site: Any, http: httpx2.Client) -> None:
    site.says("/r", reviews(1, more="/r2"))
    site.says("/r2", PAGE.format('<div class="r"></div><a rel="next" href="/r3">Older</a>'))
    site.says("/r3", reviews(3))
    params = Webpage.model_validate({"url": site.url("/r"), "item": ".r", "text": "p"})
    assert collector.backfill is not None
    assert ids(list(collector.backfill(params, {}, Window(NOW - timedelta(days=1), NOW), http))) == ["r1"]
    assert "/r3" not in asked(site)


@pytest.mark.parametrize("name", ["item", "next_page"])
def test_a_selector_of_elements_reads_no_attribute(name: str) -> None:
    with pytest.raises(ValueError, match="this is not a CSS selector"):
        Webpage.model_validate({"url": "https://shop.example/", name: "div@onload"})
