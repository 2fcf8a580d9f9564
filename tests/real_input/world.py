"""A site that answers as told, and a Vigie that reads it: gate, collectors, database and model are the real ones."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from uuid import UUID

from sqlalchemy import select, update

from app.http import Gate
from app.models import Brand, Match, Mention, Poll, Quarantined, Source, Workspace, uuid7
from app.pipeline.gather.collect import Collect
from app.pipeline.judge.score import ScorePending
from app.services import Services
from app.viewer import ROLE_SCOPES, Viewer
from sentiment.compact import compact


@dataclass(frozen=True, slots=True)
class Answer:
    """What the site says. `speak` writes the rest of the answer itself, after the headers."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    speak: Callable[[BaseHTTPRequestHandler], None] | None = None


class Site:
    """The answers by path, and how often each was asked for, with the headers of the last time."""

    def __init__(self, port: int = 0) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: Counter[str] = Counter()
        self.heard: dict[str, dict[str, str]] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked[self.path] += 1
                site.heard[self.path] = {name.lower(): value for name, value in self.headers.items()}
                answer = site.answers.get(self.path, Answer(b"nothing here", 404))
                with suppress(OSError):
                    self.send_response(answer.status)
                    given = answer.headers if answer.speak else {"Content-Length": str(len(answer.body))}
                    for name, value in {**given, **answer.headers}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(answer.body)
                    if answer.speak:
                        answer.speak(self)

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def says(self, path: str, body: bytes | str = b"", status: int = 200, **headers: str) -> str:
        """Sets the answer at a path, with `Content_Type="…"` as a header, and returns the address."""
        data = body.encode() if isinstance(body, str) else body
        self.answers[path] = Answer(data, status, {name.replace("_", "-"): value for name, value in headers.items()})
        return self.url + path

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@dataclass(frozen=True, slots=True)
class Watched:
    """A source tied to a brand, alone in a workspace of its own."""

    workspace_id: UUID
    brand_id: UUID
    source_id: UUID

    @property
    def viewer(self) -> Viewer:
        return Viewer(self.workspace_id, "test", ROLE_SCOPES["admin"])


class Vigie:
    """Collects and scores, as a worker does, into one database."""

    def __init__(self, services: Services) -> None:
        self.services, self.db, self.gate = services, services.db, services.gate

    def watch(self, url: str, *, tied: bool = True, query: str = "zephyrine") -> Watched:
        """A new workspace with one brand and one feed. `tied`: everything there is about the brand."""
        workspace_id, brand_id, source_id = uuid7(), uuid7(), uuid7()
        with self.db.writing() as session:
            session.add(Workspace(id=workspace_id, slug=f"w{workspace_id.hex}", name="W"))
            session.flush()
            brand = Brand(workspace_id=workspace_id, id=brand_id, name="Zéphyrine", kind="own", query=query)
            brand.colour = "#336699"
            session.add(brand)
            session.flush()
            source = Source(workspace_id=workspace_id, id=source_id, collector="rss", name="fil", params={"url": url})
            source.brand_id, source.interval_seconds, source.host = brand_id if tied else None, 3600, "127.0.0.1"
            source.next_run_at = datetime.now(UTC) - timedelta(seconds=1)
            session.add(source)
        return Watched(workspace_id, brand_id, source_id)

    def read(self, *watched: Watched, gate: Gate | None = None, score: bool = True) -> None:
        """Reads these sources now, whenever their next date is, and scores what they brought."""
        due = datetime.now(UTC) - timedelta(seconds=1)
        with self.db.writing() as session:
            here = Source.id.in_([one.source_id for one in watched])
            session.execute(update(Source).where(here).values(next_run_at=due))
        http, jobs, seal = gate or self.gate, self.services.jobs, self.services.seal
        Collect(self.db, http, jobs, seal, threads=4, random=Random(1).random)()
        if score:
            ScorePending(self.db, compact(), jobs, random=Random(1))()

    def source(self, watched: Watched) -> Source:
        with self.db.reading() as session:
            return session.scalars(select(Source).where(Source.id == watched.source_id)).one()

    def told(self, watched: Watched) -> str:
        """The sentence a person reads about the source: its error, else its warning, else nothing."""
        source = self.source(watched)
        notice = source.last_error or source.warning
        return notice["text"].format(**notice["args"]) if notice else ""

    def mentions(self, watched: Watched) -> Sequence[Mention]:
        with self.db.reading() as session:
            wanted = select(Mention).where(Mention.workspace_id == watched.workspace_id)
            return session.scalars(wanted.order_by(Mention.external_id)).all()

    def matches(self, watched: Watched) -> Sequence[Match]:
        with self.db.reading() as session:
            return session.scalars(select(Match).where(Match.workspace_id == watched.workspace_id)).all()

    def quarantined(self, watched: Watched) -> Sequence[Quarantined]:
        with self.db.reading() as session:
            return session.scalars(select(Quarantined).where(Quarantined.workspace_id == watched.workspace_id)).all()

    def polls(self, watched: Watched) -> Sequence[Poll]:
        with self.db.reading() as session:
            return session.scalars(
                select(Poll).where(Poll.source_id == watched.source_id).order_by(Poll.started_at)
            ).all()
