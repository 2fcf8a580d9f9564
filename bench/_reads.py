"""Every read of the API and every page over a filled database: what people wait for it, and what it costs."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import httpx2

from bench._filled import DAYS, Filled, filled
from bench._running import spent
from bench.row import Row

REQUESTS = 20

READS = {
    "a page of the feed": "/mentions",
    "500 of the feed": "/mentions?limit=500",
    "a page of one brand": "/mentions?brand={brand}",
    "detractors of one brand": "/mentions?brand={brand}&stance=detractor",
    "one language of one brand": "/mentions?brand={brand}&language=es",
    "a source": "/mentions?source={source}",
    "an author": "/mentions?author=member42",
    "a reach that few have": "/mentions?min_reach=9990",
    "an unknown platform": "/mentions?platform=nowhere",
    "a rare platform": "/mentions?platform=lemmy",
    "a rare language": "/mentions?language=da",
    "a search for two rare words": "/mentions?q=word42%20AND%20word123",
    "a search for a common word": "/mentions?q=mention",
    "a search for a common word without a rare one": "/mentions?q=mention%20NOT%20word42",
    "a search for a common word without a common one": "/mentions?q=mention%20NOT%20number",
    "unanswered": "/mentions?unanswered=true",
    "overdue detractors": "/mentions?overdue=true&stance=detractor",
    "assigned to nobody": "/mentions?assignee=none",
    "a tag that nobody gave": "/mentions?tag=nothing",
    "stories told often": "/mentions?copies=5",
    "a sure model": "/mentions?confidence=0.9",
    "the latest collected": "/mentions?sort=collected",
    "the widest reach": "/mentions?sort=reach",
    "the widest reach of one brand": "/mentions?sort=reach&brand={brand}",
    "the saved views with their counts": "/views",
    "the author of a mention": "/mentions/{mention}/author",
    "the time to answer of a brand": "/brands/{brand}/answering?from={year_ago}",
    "canned answers": "/canned-answers",
    "a mention": "/mentions/{mention}",
    "mentions to check": "/to-check",
    "reputation over 30 days": "/brands/{brand}/reputation",
    "reputation over a year by month": "/brands/{brand}/reputation?by=month&from={year_ago}",
    "reputation over a year by day": "/brands/{brand}/reputation?by=day&from={year_ago}",
    "brands compared": "/reputation/compare?brands={brand}",
    "the sources": "/sources",
    "the brands": "/brands",
    "the incidents": "/incidents",
    "the audit log": "/audit-log",
    "the state of scoring": "/scoring",
    "how labels agree": "/audit/summary",
    "phrases": "/phrases",
}
PREVIEWS = {"rare word": "word42", "common word": "mention", "common without rare": "mention NOT word42"}
PAGES = {
    "Mentions": "/",
    "Mentions, detractors": "/?stance=detractor",
    "Mentions, a search": "/?q=word42",
    "Mentions, a rare platform": "/?platform=lemmy",
    "Mentions, unanswered": "/?unanswered=1",
    "Mentions, assigned to nobody": "/?assignee=none",
    "Saved views": "/views",
    "the menu of views": "/views/menu",
    "a mention": "/mentions/{mention}",
    "Reputation": "/reputation",
    "Reputation, 12 months": "/reputation?days=365&by=month",
    "Reputation, 12 months by day": "/reputation?days=365&by=day",
    "To check": "/check",
    "Alerts": "/alerts",
    "Sources": "/sources",
    "a source": "/sources/{source}",
    "Settings": "/settings",
    "Brands": "/settings/brands",
    "Phrases": "/settings/phrases",
    "Audit": "/settings/audit",
}


def measure(mentions: int) -> Iterator[Row]:
    """The slowest of twenty for each read and page, and the median of the processor time of web and database."""
    started = time.perf_counter()
    with filled(mentions) as there:
        yield Row("filled", (time.perf_counter() - started) / 60, "min", note=f"{mentions:,} mentions over {DAYS} days")
        yield from times(there, there.api, READS, "", 50)
        yield from previews(there)
        yield from times(there, there.pages, PAGES, "page: ", 100)
        yield Row("in all", (time.perf_counter() - started) / 60, "min", 40, "less")


def times(there: Filled, client: httpx2.Client, paths: Mapping[str, str], kind: str, target: float) -> Iterable[Row]:
    """One row for each path."""
    year_ago = (datetime.now(UTC) - timedelta(days=DAYS)).strftime("%Y-%m-%dT%H:%M:%SZ")
    named = {"brand": there.brand, "mention": there.mention, "source": there.source, "year_ago": year_ago}
    for name, path in paths.items():
        request = client.build_request("GET", path.format(**named))
        yield timed(there, client, request, kind + name, target)


def previews(there: Filled) -> Iterable[Row]:
    """What a query would find in 90 days."""
    for name, query in PREVIEWS.items():
        request = there.api.build_request("POST", "/queries/preview", json={"query": query, "days": 90})
        yield timed(there, there.api, request, f"a preview: {name}", 300)


def timed(there: Filled, client: httpx2.Client, request: httpx2.Request, name: str, target: float) -> Row:
    """The row of one request, asked `REQUESTS` times after three that warm up."""
    for _ in range(3):
        answer = client.send(request)
        if answer.status_code != 200:
            return Row(name, None, "ms", note=f"answered {answer.status_code} at {quote(request.url.path)}")
    before, took = cost(there), []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        client.send(request)
        took.append(1000 * (time.perf_counter() - began))
    each = 1000 * (cost(there) - before) / REQUESTS
    took.sort()
    note = f"median {took[REQUESTS // 2]:.0f}; processor {each:.0f} ms"
    return Row(name, took[int(REQUESTS * 0.95) - 1], "ms", target, "less", note)


def cost(there: Filled) -> float:
    """Seconds of processor time that the web server and the database have spent."""
    web, server = spent(there.web), spent(there.server)
    return web.own + web.children + server.own + server.children
