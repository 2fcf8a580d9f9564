"""Leases, fences and health: what happens around the reading of a source."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from uuid import UUID

import httpx2
import pytest
from pydantic import BaseModel
from sqlalchemy import func, select, update

from app.db import Database
from app.models import Mention, Poll, Source
from app.pipeline.gather.collect import Collect
from app.pipeline.gather.lease import COLLECT, LeaseLost, claim, prove
from app.pipeline.gather.source import claimed_source
from app.services import Services
from collectors import all_collectors
from collectors.base import Collector, Cursor, Page

FEED = (
    b'<rss version="2.0"><channel><title>f</title><item><guid>urn:x:1</guid><description>Zephyrine</description>'
    b"</item></channel></rss>"
)
Answer = Callable[[str], tuple[int, dict[str, str], bytes]]


class Host:
    """A site that answers as told and counts who asked for what."""

    def __init__(self, answer: Answer) -> None:
        self.asked: Counter[str] = Counter()
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.asked[self.path] += 1
                status, headers, body = answer(self.path)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def hosting() -> Iterator[Callable[[Answer], Host]]:
    hosts: list[Host] = []

    def start(answer: Answer) -> Host:
        hosts.append(Host(answer))
        return hosts[-1]

    yield start
    for host in hosts:
        host.server.shutdown()
        host.server.server_close()


def add_sources(db: Database, workspace_id: UUID, urls: list[str]) -> list[UUID]:
    with db.writing() as session:
        sources = [
            Source(
                workspace_id=workspace_id,
                collector="rss",
                name=url,
                params={"url": url},
                interval_seconds=3600,
                host=httpx2.URL(url).host,
                next_run_at=datetime.now(UTC) - timedelta(minutes=1),
            )
            for url in urls
        ]
        session.add_all(sources)
        session.flush()
        return [source.id for source in sources]


def collect(services: Services) -> Collect:
    return Collect(services.db, services.gate, services.jobs, services.seal, threads=4, random=Random(3).random)


def only_source(db: Database) -> Source:
    with db.reading() as session:
        return session.scalars(select(Source)).one()


def test_two_workers_do_each_due_poll_once(
    hosting: Callable[[Answer], Host], services: Services, workspace_id: UUID
) -> None:
    host = hosting(lambda _path: (200, {}, FEED))
    add_sources(services.db, workspace_id, [f"{host.url}/{n}" for n in range(60)])
    workers = [threading.Thread(target=collect(services)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(host.asked.values()) == [1] * 60


def test_a_host_that_keeps_us_waiting_holds_up_no_other(
    hosting: Callable[[Answer], Host], services: Services, workspace_id: UUID
) -> None:
    done = threading.Event()

    def wait(path: str) -> tuple[int, dict[str, str], bytes]:
        done.wait(20)
        return 200, {}, FEED

    slow, quick = hosting(wait), hosting(lambda _path: (200, {}, FEED))
    add_sources(services.db, workspace_id, [f"http://localhost:{slow.server.server_port}/{n}" for n in range(40)])
    add_sources(services.db, workspace_id, [f"{quick.url}/{n}" for n in range(5)])
    thread = threading.Thread(target=collect(services))
    thread.start()
    try:
        deadline = time.monotonic() + 15
        while len(quick.asked) < 5:
            assert time.monotonic() < deadline, f"asked {dict(quick.asked)} beside {len(slow.asked)} of the slow host"
            time.sleep(0.05)
        assert len(slow.asked) == 2, "a host gets two requests at once"
    finally:
        done.set()
        thread.join(60)
    assert len(slow.asked) == 40


@pytest.mark.parametrize(
    ("status", "headers", "state", "words"),
    [
        (401, {}, "refused", "401"),
        (403, {}, "refused", "403"),
        (404, {}, "failing", "404"),
        (410, {}, "gone", "410"),
        (429, {"Retry-After": "7200"}, "throttled", ""),
        (500, {}, "failing", "500"),
        (503, {"Retry-After": "7200"}, "throttled", ""),
    ],
)
def test_a_refusal_is_told_and_never_looks_like_no_news(
    hosting: Callable[[Answer], Host],
    services: Services,
    workspace_id: UUID,
    status: int,
    headers: dict[str, str],
    state: str,
    words: str,
) -> None:
    host = hosting(lambda _path: (status, headers, b"no"))
    add_sources(services.db, workspace_id, [f"{host.url}/feed"])
    collect(services)()
    source = only_source(services.db)
    assert source.state == state
    assert source.last_error is not None
    assert words in source.last_error["text"].format(**source.last_error["args"])
    assert (source.last_success_at, source.consecutive_failures) == (None, 1)
    if state == "gone":
        assert source.next_run_at is None
    elif headers:
        assert source.next_run_at is not None
        assert source.next_run_at - datetime.now(UTC) > timedelta(seconds=7100)
    with services.db.reading() as session:
        assert session.scalars(select(Poll.outcome)).one() == state


def test_a_source_recovers(hosting: Callable[[Answer], Host], services: Services, workspace_id: UUID) -> None:
    answers = iter([(500, {}, b""), (200, {}, FEED)])
    host = hosting(lambda _path: next(answers))
    (source_id,) = add_sources(services.db, workspace_id, [f"{host.url}/feed"])
    collect(services)()
    with services.db.writing() as session:
        session.execute(update(Source).values(next_run_at=datetime.now(UTC)))
    collect(services)()
    source = only_source(services.db)
    assert (source.id, source.state, source.consecutive_failures, source.last_error) == (source_id, "ok", 0, None)


def test_what_moved_for_good_is_read_at_its_new_address(
    hosting: Callable[[Answer], Host], services: Services, workspace_id: UUID
) -> None:
    host = hosting(lambda path: (301, {"Location": "/new"}, b"") if path == "/old" else (200, {}, FEED))
    add_sources(services.db, workspace_id, [f"{host.url}/old"])
    collect(services)()
    assert only_source(services.db).params["url"] == f"{host.url}/new"


def test_a_claim_that_was_taken_over_stores_nothing(services: Services, workspace_id: UUID) -> None:
    add_sources(services.db, workspace_id, ["http://127.0.0.1:1/feed"])
    now = datetime.now(UTC)
    with services.db.writing() as session:
        slow = claimed_source(COLLECT, claim(session, COLLECT, 10, now)[0])
    with services.db.writing() as session:
        assert claim(session, COLLECT, 10, now) == []
    with services.db.writing() as session:
        taken = claimed_source(COLLECT, claim(session, COLLECT, 10, now + timedelta(minutes=6))[0])
    assert taken.lease.fence == slow.lease.fence + 1
    with services.db.writing() as session:
        prove(session, taken.lease)
        with pytest.raises(LeaseLost):
            prove(session, slow.lease)


def test_a_source_whose_kind_is_gone_holds_up_no_other(
    hosting: Callable[[Answer], Host], services: Services, workspace_id: UUID
) -> None:
    host = hosting(lambda _: (200, {}, FEED))
    gone, here = add_sources(services.db, workspace_id, [host.url + "/a", host.url + "/b"])
    with services.db.writing() as session:
        session.execute(update(Source).where(Source.id == gone).values(collector="no_more"))
    assert collect(services)() == 1
    with services.db.reading() as session:
        row = session.get(Source, (workspace_id, here))
        assert row is not None
    assert (row.state, host.asked["/a"]) == ("ok", 0)


@pytest.mark.slow
def test_ten_thousand_items_are_all_stored_in_one_poll(
    hosting: Callable[[Answer], Host], services: Services, workspace_id: UUID
) -> None:
    items = b"".join(
        b"<item><guid>urn:x:%d</guid><description>Zephyrine %d</description></item>" % (n, n) for n in range(10_000)
    )
    host = hosting(lambda _path: (200, {}, b'<rss version="2.0"><channel>' + items + b"</channel></rss>"))
    add_sources(services.db, workspace_id, [f"{host.url}/feed"])
    collect(services)()
    with services.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Mention)) == 10_000
    assert only_source(services.db).state == "ok"


class Board(BaseModel):
    home: str
    forum: str


def test_a_new_address_is_written_where_the_kind_says_that_it_stands(services: Services, workspace_id: UUID) -> None:
    def pages(_params: Board, cursor: Cursor, _http: httpx2.Client) -> Iterator[Page]:
        yield Page((), cursor, moved_to="https://new.example/board")

    kind = "a-board-that-moves"
    add_sources(services.db, workspace_id, ["https://old.example/board"])
    params = {"home": "https://old.example/board", "forum": "12"}
    with services.db.writing() as session:
        session.execute(update(Source).values(collector=kind, params=params))
    all_collectors()[kind] = Collector(kind, {}, Board, pages, address="home")
    try:
        collect(services)()
    finally:
        del all_collectors()[kind]
    moved = only_source(services.db)
    assert moved.params == {"home": "https://new.example/board", "forum": "12"}
    assert moved.host == "new.example"
