"""The made-up feeds of the benches."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import feedparser
import httpx2

from bench.feeds import feed, serve


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others() -> None:
    assert feed(3, items=5, seed=1) == feed(3, items=5, seed=1)
    assert len({feed(3, items=5, seed=1), feed(3, items=5, seed=2), feed(4, items=5, seed=1)}) == 3


def test_a_feed_is_well_formed_with_distinct_items_newest_first() -> None:
    body = feed(7, items=50, seed=1)
    read = feedparser.parse(body)
    assert not read.bozo
    assert len({entry.id for entry in read.entries}) == 50
    dates = [entry.published_parsed for entry in read.entries]
    assert dates == sorted(dates, reverse=True)


def test_who_sends_the_etag_back_gets_304_and_no_body() -> None:
    with serve(feeds=2, items=3) as server, httpx2.Client(trust_env=False) as http:
        first = http.get(server.urls[0])
        again = http.get(server.urls[0], headers={"If-None-Match": first.headers["etag"]})
        other = http.get(server.urls[1], headers={"If-None-Match": first.headers["etag"]})
        stray = http.get(f"{server.base}/nowhere")
    assert [first.status_code, again.status_code, other.status_code, stray.status_code] == [200, 304, 200, 404]
    assert again.content == b""
    assert server.answers == {200: 2, 304: 1, 404: 1}


def test_many_readers_are_served_at_once_and_no_thread_is_left() -> None:
    before = threading.active_count()
    with serve(feeds=20, items=2) as server, httpx2.Client(trust_env=False) as http, ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda url: http.get(url).status_code, server.urls))
    assert statuses == [200] * 20
    assert server.answers[200] == 20
    assert threading.active_count() <= before + 8  # connections close a moment after their client
