"""The memory that a child takes while it reads the largest feed there may be: what `ground.machine.EACH` rests on."""

from __future__ import annotations

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import psutil

from app.http.gate import LIMIT
from bench.row import Row
from collectors._feeds.feed import read_feed
from ground.isolate import CHILDREN, isolated
from ground.machine import EACH, MIB

ITEM = (
    "<item><title>Acme {n}</title><link>https://example.org/{n}</link><guid>{n}</guid>"
    "<pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate><description>{text}</description></item>"
)
TEXT = "acme, a parcel that came late and a service that answered in an hour. " * 37


def largest_feed(size: int = LIMIT) -> bytes:
    """A feed of nearly `size` bytes, with some 3,000 items where `size` is the largest body that is fetched."""
    items: list[str] = []
    length = 100
    while (item := ITEM.format(n=len(items), text=TEXT)) and length + len(item) < size:
        items.append(item)
        length += len(item)
    return f"<rss><channel>{''.join(items)}</channel></rss>".encode()


def peaks(feed: bytes, times: int) -> tuple[int, int]:
    """The most memory that a child had to itself, and what its process shared with others then, in bytes."""
    with ThreadPoolExecutor(CHILDREN) as readers:
        reading = [readers.submit(isolated, read_feed, feed, "", "https://example.org/") for _ in range(times)]
        own = [(0, 0)]
        while not all(each.done() for each in reading):
            own += [used(child) for child in psutil.Process().children(recursive=True)]
            time.sleep(0.02)
    return max(own)


def used(process: psutil.Process) -> tuple[int, int]:
    """What a process has to itself and what it shares, in bytes; nothing of one that has just ended."""
    try:
        memory = process.memory_full_info()
    except (psutil.Error, OSError):
        return 0, 0
    return memory.uss, memory.rss - memory.uss


def run() -> Iterable[Row]:
    """MiB that one child takes for itself and shares, with as many children as this machine is given."""
    own, shared = peaks(largest_feed(), 3 * CHILDREN)
    yield Row("children at once", CHILDREN, "")
    yield Row("a child's own memory", own / MIB, "MiB", target=EACH / MIB, better="less")
    yield Row("… beside what it shares", shared / MIB, "MiB")
