"""What the kinds that are a feed in the end have in common: the address that answers, refusals, older pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import httpx2
import pytest
from pydantic import ValidationError

from collectors import all_collectors
from collectors._feeds.reading import MOST_ARCHIVES
from collectors.base import SourceBusy, SourceError, SourceRefused, Window
from collectors.google_alerts import Alert
from collectors.google_news import MOST, NewsSearch
from collectors.phpbb import PhpbbBoard
from collectors.reddit_feed import RedditFeed
from collectors.rss import FeedAt
from collectors.vbulletin import VbulletinBoard
from collectors.xenforo import XenforoBoard
from tests.collectors.conftest import Answer, Rule

WINDOW = Window(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
BOARDS = [
    ("phpbb", PhpbbBoard, "/app.php/feed/overall", "/feed.php"),
    ("vbulletin", VbulletinBoard, "/external.php", "/external"),
    ("xenforo", XenforoBoard, "/forums/-/index.rss", "/index.php"),
]


def feed(*numbers: int | str, link: str = "https://b.example/{}", day: int = 2) -> bytes:
    items = "".join(
        f"<item><title>T{n}</title><link>{link.format(n)}</link><guid isPermaLink='false'>t3_{n}</guid>"
        f"<pubDate>Mon, {day:02} Mar 2026 10:00:00 GMT</pubDate></item>"
        for n in numbers
    )
    return f'<rss version="2.0"><channel><title>B</title>{items}</channel></rss>'.encode()


def pages(kind: str, params: Any, http: httpx2.Client, cursor: Any = None) -> list[Any]:
    return list(all_collectors()[kind].pages(params, cursor or {}, http))


def answer(site: Any, path: str, body: bytes, status: int = 200, **headers: str) -> None:
    site.rules.append(Rule(path, Answer(body, status, {name.replace("_", "-"): v for name, v in headers.items()})))


@pytest.mark.parametrize(("kind", "params", "first", "last"), BOARDS)
def test_the_address_that_answered_is_asked_first_the_next_time(
    site: Any, http: httpx2.Client, kind: str, params: Any, first: str, last: str
) -> None:
    answer(site, last, feed(1), ETag='"1"')
    (page,) = pages(kind, params(base_url=site.base), http)
    asked = [path.partition("?")[0] for path, _ in site.asked]
    assert (asked[0], asked[-1], page.moved_to) == (first, last, None)
    site.asked.clear()
    (again,) = pages(kind, params(base_url=site.base), http, page.cursor)
    assert (again.unchanged, [path.partition("?")[0] for path, _ in site.asked]) == (True, [last])
    assert site.asked[0][1]["if-none-match"] == '"1"'


@pytest.mark.parametrize(("kind", "params", "first", "last"), BOARDS)
def test_a_board_that_moves_its_feed_back_is_found_and_its_validators_are_not_mixed(
    site: Any, http: httpx2.Client, kind: str, params: Any, first: str, last: str
) -> None:
    answer(site, first, feed(1))
    way = 2 if kind == "phpbb" else 1
    (page,) = pages(kind, params(base_url=site.base), http, {"etag": '"old"', "way": way})
    assert (page.cursor["way"], next(path.partition("?")[0] for path, _ in site.asked)) == (0, last)
    assert "if-none-match" not in site.asked[-1][1]


@pytest.mark.parametrize(("kind", "params", "first", "last"), BOARDS)
@pytest.mark.parametrize("status", [200, 404])
def test_a_board_without_feeds_is_told_as_such(
    site: Any, http: httpx2.Client, kind: str, params: Any, first: str, last: str, status: int
) -> None:
    site.always = Answer(b'<!DOCTYPE html><html><body id="phpbb">Feeds are not available on this board.', status)
    with pytest.raises(SourceRefused, match="switched feeds off"):
        pages(kind, params(base_url=site.base), http)


@pytest.mark.parametrize(("kind", "params", "first", "last"), BOARDS)
def test_a_board_for_members_is_a_refusal_and_no_news(
    site: Any, http: httpx2.Client, kind: str, params: Any, first: str, last: str
) -> None:
    answer(site, first, b"", 302, Location="/ucp.php?mode=login")
    answer(site, "/ucp.php", b"<html>Log in</html>")
    with pytest.raises(SourceRefused, match="members only"):
        pages(kind, params(base_url=site.base), http)
    site.always = Answer(b"no", 403)
    with pytest.raises(SourceRefused, match="403"):
        pages(kind, params(base_url=site.base), http)


@pytest.mark.parametrize(
    ("model", "params", "words"),
    [
        (PhpbbBoard, {"base_url": "https://b.example", "what": "topic"}, "give the number"),
        (VbulletinBoard, {"base_url": "https://b.example", "forums": "1;2"}, "forums"),
        (XenforoBoard, {"base_url": "https://b.example", "forum": "../x"}, "forum"),
        (Alert, {"url": "https://www.google.com/alerts"}, "/alerts/feeds/"),
        (NewsSearch, {"query": "a", "country": "fr"}, "country"),
        (NewsSearch, {"query": "a", "when": "soon"}, "when"),
        (RedditFeed, {}, "a subreddit, or both"),
        (RedditFeed, {"query": "a", "what": "comments"}, "comments are read"),
        (RedditFeed, {"query": "a", "token": "s3cret"}, "needs the name"),
        (RedditFeed, {"subreddit": "a/b"}, "subreddit"),
    ],
)
def test_what_cannot_be_read_is_refused_in_the_form(model: Any, params: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words) as caught:
        model(**params)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [(404, b"", "no longer has this alert"), (200, b"<!doctype html><title>Sign in</title>", "page instead of")],
)
def test_an_alert_that_is_gone_says_what_to_do(
    site: Any, http: httpx2.Client, status: int, body: bytes, words: str
) -> None:
    site.always = Answer(body, status)
    with pytest.raises(SourceError, match=words):
        pages("google_alerts", Alert(url=site.url("/alerts/feeds/1/2")), http)


def test_a_board_under_repair_is_read_again_by_itself(site: Any, http: httpx2.Client) -> None:
    site.always = Answer(b"<!DOCTYPE html><html><body>Back in an hour")
    with pytest.raises(SourceError, match="being repaired") as caught:
        pages("phpbb", PhpbbBoard(base_url=site.base), http, {"way": 1})
    assert not isinstance(caught.value, SourceRefused)


def test_a_page_of_consent_instead_of_the_news_is_told_as_such(site: Any, http: httpx2.Client) -> None:
    site.always = Answer(b"<!doctype html><title>Before you continue</title>")
    with pytest.raises(SourceError, match="asks for consent"):
        pages("google_news", NewsSearch(base_url=site.base, query="a"), http)


def test_a_full_search_of_the_news_says_that_it_may_not_be_whole(site: Any, http: httpx2.Client) -> None:
    site.always = Answer(feed(*range(MOST)))
    (page,) = pages("google_news", NewsSearch(base_url=site.base, query="a"), http)
    assert "gave its 100 headlines" in str(page.warning)


@pytest.mark.parametrize(
    ("status", "headers", "kind", "wait"),
    [
        (403, {}, SourceRefused, None),
        (429, {}, SourceBusy, 600),
        (429, {"Retry-After": "120"}, SourceBusy, 120),
        (429, {"x-ratelimit-reset": "90.5"}, SourceBusy, 90.5),
        (429, {"Retry-After": "1"}, SourceBusy, 60),
    ],
)
def test_reddit_that_refuses_feeds_is_told_with_the_way_out(
    site: Any, http: httpx2.Client, status: int, headers: dict[str, str], kind: type[SourceError], wait: float | None
) -> None:
    site.always = Answer(b"<html>whoa there, pardner!</html>", status, headers)
    with pytest.raises(kind, match="OAuth") as caught:
        pages("reddit_feed", RedditFeed(base_url=site.base, query="a", username="u", token="s3cret"), http)
    assert "s3cret" not in str(caught.value)
    if wait is not None:
        assert getattr(caught.value, "wait", None) == timedelta(seconds=wait)


def test_the_token_of_private_feeds_is_in_no_mention_and_no_cursor(site: Any, http: httpx2.Client) -> None:
    site.always = Answer(feed(1, link="#{}"), 200, {"ETag": '"r"'})
    params = RedditFeed(base_url=site.base, query="a", username="u", token="s3cret")
    assert "s3cret" not in repr((pages("reddit_feed", params, http), params))
    assert "feed=s3cret&user=u" in site.asked[0][0]


@pytest.mark.parametrize(("kind", "params"), [("reddit_feed", {"subreddit": "wheels"}), ("phpbb", {}), ("rss", {})])
def test_a_feed_that_moved_on_too_fast_says_so(
    site: Any, http: httpx2.Client, kind: str, params: dict[str, Any]
) -> None:
    asked = all_collectors()[kind].params(**{"url" if kind == "rss" else "base_url": site.base}, **params)
    cursor, said = {}, []
    for numbers in ((1, 2, 3), (3, 4, 5), (8, 9, 10), (9, 10, 11), (20,), (21,), (22, 23, 24)):
        site.always = Answer(feed(*numbers))
        (page,) = pages(kind, asked, http, cursor)
        said.append("may have been missed" in str(page.warning))
        cursor = page.cursor
    assert said == [False, False, True, False, False, False, True]


def archive(number: int, day: int, older: str) -> str:
    item = (
        f'{{"id": "{number}", "content_text": "n{number}", "date_published": "2026-03-{day:02}T10:00:00Z"}},'
        f'{{"id": "u{number}", "content_text": "undated"}}'
    )
    return f'{{"version": "https://jsonfeed.org/version/1.1", "next_url": "{older}", "items": [{item}]}}'


def backfill(site: Any, http: httpx2.Client, cursor: Any = None, **params: str) -> Any:
    declared = all_collectors()["rss"]
    assert declared.backfill
    return declared.backfill(FeedAt(url=site.url("/1"), **params), cursor or {}, WINDOW, http)


def test_the_older_pages_of_a_json_feed_are_gone_through_and_gone_on_with(site: Any, http: httpx2.Client) -> None:
    for number in range(1, 5):
        site.says(f"/{number}", archive(number, 20 - number, f"/{number + 1}" if number < 4 else "/4"))
    whole = list(backfill(site, http))
    given = [mention.external_id for page in whole for mention in page.mentions]
    assert given == ["1", "u1", "2", "u2", "3", "u3", "4", "u4"]
    assert whole[-1].reached == WINDOW.since
    begun = list(islice(backfill(site, http), 2))
    rest = list(backfill(site, http, begun[-1].cursor))
    assert [mention.external_id for page in rest for mention in page.mentions] == ["3", "u3", "4", "u4"]


def test_older_pages_that_lead_in_a_circle_end(site: Any, http: httpx2.Client) -> None:
    site.says("/1", archive(1, 20, "/2"))
    site.says("/2", archive(2, 19, "/1"))
    assert len(list(backfill(site, http))) == 2
    assert len(site.asked) < MOST_ARCHIVES


def test_older_pages_on_another_site_are_not_asked_with_the_password(site: Any, http: httpx2.Client) -> None:
    elsewhere = site.url("/2").replace("127.0.0.1", "localhost")
    site.says("/1", archive(1, 20, elsewhere))
    site.says("/2", archive(2, 19, ""))
    (page,) = list(backfill(site, http, username="ann", password="s3cret"))
    assert page.reached == WINDOW.since
    assert [path for path, _ in site.asked] == ["/1"]
