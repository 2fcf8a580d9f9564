"""Serves made-up RSS feeds on loopback for benches: the same bytes for the same seed, with ETag and 304.

`python -m bench.feeds --feeds 100 --items 50` prints the addresses and serves until interrupted.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

BRANDS = ("Cobalt Bikes", "Maison Orvalis", "Tern & Tide", "Vélomiel", "Lumio Telecom")
OPENINGS = (
    "Three weeks of waiting for",
    "Honestly delighted with",
    "Encore un retard chez",
    "Très bonne surprise avec",
    "No news at all from",
    "Je recommande les yeux fermés",
)
MIDDLES = (
    "and the shop in Lyon answers nobody",
    "the parcel came a day early",
    "le service client a rappelé dans l'heure",
    "the app crashes at the payment page",
    "et la facture compte deux fois le port",
    "the new plan costs less than the old one",
)
ENDS = ("never again.", "I ordered twice.", "à suivre.", "that is how it should be.", "quelle patience il faut.")
FIRST = datetime(2026, 1, 5, 8, tzinfo=UTC)


@dataclass(slots=True)
class FeedServer:
    """The addresses served, and how many answers were 200 and 304 so far."""

    base: str
    urls: tuple[str, ...]
    answers: dict[int, int] = field(default_factory=lambda: {200: 0, 304: 0, 404: 0})


def feed(number: int, items: int, seed: int) -> bytes:
    """One RSS 2.0 document, newest item first, one item each 20 minutes."""
    pick = random.Random(seed * 1_000_003 + number)
    entries = "".join(item(number, index, pick) for index in reversed(range(items)))
    head = f"<title>Forum {number}</title><link>http://forum-{number}.example/</link><description>Talk</description>"
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{head}{entries}</channel></rss>'.encode()


def item(number: int, index: int, pick: random.Random) -> str:
    brand = pick.choice(BRANDS).replace("&", "&amp;")
    text = " ".join(f"{pick.choice(OPENINGS)} {brand}: {pick.choice(MIDDLES)}, {pick.choice(ENDS)}" for _ in range(3))
    address = f"http://forum-{number}.example/t/{index}"
    date = format_datetime(FIRST + timedelta(minutes=20 * index))
    return (
        f"<item><title>{brand} {index}</title><link>{address}</link><guid>{address}</guid>"
        f"<author>member{pick.randrange(400)}@forum-{number}.example</author>"
        f"<pubDate>{date}</pubDate><description>&lt;p&gt;{text}&lt;/p&gt;</description></item>"
    )


class Answers(BaseHTTPRequestHandler):
    """Answers with one of `documents`, by path."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # without it, each kept connection waits 40 ms for an acknowledgement
    documents: ClassVar[dict[str, tuple[bytes, str]]] = {}
    count: ClassVar[FeedServer]
    lock: ClassVar[threading.Lock] = threading.Lock()

    def do_GET(self) -> None:
        body, etag = self.documents.get(self.path, (b"", ""))
        same = bool(etag) and self.headers.get("If-None-Match") == etag
        status = 304 if same else 200 if etag else 404
        with self.lock:
            self.count.answers[status] += 1
        self.send_response(status)
        if etag:
            self.send_header("ETag", etag)
        if not same:
            self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not same:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name the base class gave it
        """Prints nothing: a bench prints one table."""


@contextmanager
def serve(feeds: int = 100, items: int = 50, seed: int = 1, port: int = 0) -> Iterator[FeedServer]:
    """Runs the server during the block, with a thread for each connection; none is left at the end."""
    bodies = {f"/feed/{number}.xml": feed(number, items, seed) for number in range(feeds)}
    documents = {path: (body, f'"{hashlib.sha256(body).hexdigest()[:16]}"') for path, body in bodies.items()}
    handler = type("Served", (Answers,), {"documents": documents, "lock": threading.Lock()})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    base = f"http://127.0.0.1:{server.server_port}"
    handler.count = FeedServer(base, tuple(base + path for path in documents))  # type: ignore[attr-defined] # made above
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield handler.count  # type: ignore[attr-defined] # made above
    finally:
        server.shutdown()
        server.server_close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.feeds", description="serve made-up feeds on loopback")
    parser.add_argument("--feeds", type=int, default=100)
    parser.add_argument("--items", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    with serve(options.feeds, options.items, options.seed, options.port) as server:
        print("\n".join(server.urls), flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
