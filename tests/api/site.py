"""A site on loopback: it serves a feed, and takes messages."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from typing import Any

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>http://127.0.0.1/</link>
<item><guid>1</guid><title>Acme opens a shop</title><link>http://127.0.0.1/1</link>
<pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate></item>
<item><guid>2</guid><title>Something else</title><link>http://127.0.0.1/2</link>
<pubDate>Fri, 20 Nov 2026 11:00:00 GMT</pubDate></item></channel></rss>"""


class Site(BaseHTTPRequestHandler):
    """Serves a feed, an error, and takes messages."""

    taken: list[tuple[dict[str, str], bytes]] = []  # noqa: RUF012 - one list for all requests

    def do_GET(self) -> None:
        found = self.path == "/feed"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/rss+xml")
        self.end_headers()
        self.wfile.write(FEED if found else b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append((dict(self.headers), body))
        self.send_response(200 if self.path == "/hook" else 500)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Quiet."""
