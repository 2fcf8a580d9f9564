"""A search of Hacker News that answers by the dates asked for, as Algolia's does, over made-up messages."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

WINDOW = re.compile(r"created_at_i>=(\d+),created_at_i<(\d+)")


@dataclass(frozen=True)
class Said:
    """An answer of another kind than hits."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class Algolia:
    """`messages` are (id, seconds, text). `before` may answer in its place, or wait; `asked` are the windows."""

    def __init__(self) -> None:
        self.messages: list[tuple[int, int, str]] = []
        self.asked: list[tuple[int, int]] = []
        self.before: Callable[[int, int], Said | None] = lambda _since, _until: None
        search = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = parse_qs(urlsplit(self.path).query)
                found = WINDOW.fullmatch(query["numericFilters"][0])
                assert found is not None
                since, until = int(found[1]), int(found[2])
                search.asked.append((since, until))
                said = search.before(since, until) or Said(200, search.answer(since, until, query))
                self.send_response(said.status)
                for name, value in (("Content-Length", str(len(said.body))), *said.headers):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said.body)

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def answer(self, since: int, until: int, query: dict[str, Any]) -> bytes:
        size = int(query["hitsPerPage"][0])
        here = sorted((one for one in self.messages if since <= one[1] < until), key=lambda one: -one[1])
        hits = [
            {"objectID": str(number), "created_at_i": at, "author": f"a{number % 7}", "comment_text": text,
             "parent_id": 1, "story_id": 1}
            for number, at, text in here[:size]
        ]  # fmt: skip
        return json.dumps({"hits": hits, "nbHits": len(here), "page": 0, "hitsPerPage": size}).encode()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
