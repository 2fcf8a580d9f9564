"""What runs out is paid before it is asked for, to the last unit and not beyond; a host's turns are shared."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from pydantic import BaseModel
from sqlalchemy import func, select

from app.db import Database
from app.models import Usage
from app.pipeline.gather.client import FARTHEST_TURN, NotOurTurn, PayingClient, client_for, take_turn
from app.pipeline.gather.meters import (
    Payer,
)
from app.services import Services, build
from app.settings import Settings
from collectors.base import AnyCollector, Collector, Meter, SourceOverBudget, Spend

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
MILLIONTHS = Meter(limit="budget", period="month", scale=1_000_000)


class Typed(BaseModel):
    budget: float = 0.5


def of(answer: httpx2.Response) -> int:
    return int(answer.text) if answer.is_success else 0


def declared(meter: Meter = MILLIONTHS, gap: timedelta | None = None, *, metered: bool = True) -> AnyCollector:
    return Collector(
        kind="paid",
        title={"en": "Paid", "fr": "Payant"},
        params=Typed,
        pages=lambda *_: iter(()),
        gap=gap,
        meters={"dollars": meter} if metered else {},
    )


class Platform:
    """Answers with what each request cost, as a path says: /10, /fails, /hangs up."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                platform.asked.append(self.path)
                if self.path == "/hangs":
                    self.connection.close()
                    return
                self.send_response(500 if self.path == "/fails" else 200)
                body = self.path[1:].encode()
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def platform() -> Iterator[Platform]:
    made = Platform()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    built = build(settings)
    yield built
    built.close()


@pytest.fixture
def payer(workspace_id: UUID) -> Payer:
    return Payer(workspace_id, "paid", str(uuid4()), "api.example#0123")


@pytest.fixture
def client(services: Services, payer: Payer) -> Callable[..., httpx2.Client]:
    def made(budget: float = 0.5, collector: AnyCollector | None = None, **given: Any) -> httpx2.Client:
        moment = given.pop("now", NOON)
        params, kind = Typed(budget=budget), collector or declared()
        whose = given.pop("payer", payer)
        return client_for(services.db, services.gate, kind, params, whose, now=lambda: moment, **given)

    return made


def spend(most: int) -> dict[str, Any]:
    return {"extensions": {"spend": Spend("dollars", most, of)}}


def total(db: Database) -> int:
    with db.reading() as session:
        return int(session.scalar(select(func.sum(Usage.used))) or 0)


def test_what_an_answer_cost_is_what_is_counted(
    client: Callable[..., httpx2.Client], platform: Platform, db: Database
) -> None:
    http = client()
    assert http.get(f"{platform.url}/30", **spend(100)).text == "30"
    assert total(db) == 30
    http.get(f"{platform.url}/70", **spend(100))
    assert total(db) == 100


def test_a_request_without_a_price_is_free(
    client: Callable[..., httpx2.Client], platform: Platform, db: Database
) -> None:
    assert client(0).get(f"{platform.url}/5").text == "5"
    assert total(db) == 0


def test_nothing_is_asked_once_too_little_is_left_and_what_is_left_is_told(
    client: Callable[..., httpx2.Client], platform: Platform, db: Database
) -> None:
    http = client(0.0001)
    http.get(f"{platform.url}/60", **spend(100))
    with pytest.raises(SourceOverBudget) as refused:
        http.get(f"{platform.url}/1", **spend(41))
    assert refused.value.left == 40
    assert refused.value.wait == datetime(2026, 4, 1, tzinfo=UTC) - NOON
    assert platform.asked == ["/60"]
    http.get(f"{platform.url}/40", **spend(40))
    assert total(db) == 100


def test_one_request_dearer_than_the_whole_limit_is_never_asked(
    client: Callable[..., httpx2.Client], platform: Platform
) -> None:
    with pytest.raises(SourceOverBudget) as refused:
        client(0.00005).get(f"{platform.url}/1", **spend(51))
    assert (refused.value.left, platform.asked) == (50, [])


@pytest.mark.parametrize(("path", "counted"), [("fails", 0), ("hangs", 100), ("nonsense", 100)])
def test_an_error_costs_nothing_when_the_collector_says_so_and_all_when_nobody_knows(
    client: Callable[..., httpx2.Client], platform: Platform, db: Database, path: str, counted: int
) -> None:
    try:
        client().get(f"{platform.url}/{path}", **spend(100))
    except httpx2.RequestError:
        assert path == "hangs"
    assert total(db) == counted


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://10.0.0.1/", "http://nowhere.invalid/"])
def test_a_connection_that_was_never_made_costs_nothing(
    client: Callable[..., httpx2.Client], db: Database, url: str
) -> None:
    with pytest.raises(httpx2.TransportError):
        client().get(url, **spend(100))
    assert total(db) == 0


def test_the_gate_checks_what_goes_through(client: Callable[..., httpx2.Client]) -> None:
    with pytest.raises(httpx2.TransportError, match="not allowed"):
        client().get("http://169.254.169.254/latest/meta-data")


def test_a_streamed_answer_is_paid_in_full(
    client: Callable[..., httpx2.Client], platform: Platform, db: Database
) -> None:
    with client().stream("GET", f"{platform.url}/30", **spend(100)) as answer:
        assert answer.read() == b"30"
    assert total(db) == 100


def test_a_kind_that_declares_nothing_gets_the_gate_itself(
    client: Callable[..., httpx2.Client], services: Services
) -> None:
    assert client(collector=declared(metered=False)) is services.gate
    assert isinstance(client(), PayingClient)


def test_many_workers_stop_exactly_at_the_limit(
    settings: Settings, platform: Platform, payer: Payer, db: Database
) -> None:
    """Eight workers, each with its own connections, ask for ever; the budget is 200 requests of 1,000."""
    workers = [build(settings) for _ in range(8)]
    over = []

    def work(services: Services) -> None:
        kind, params = declared(), Typed(budget=0.2)
        http = client_for(services.db, services.gate, kind, params, payer, now=lambda: NOON)
        for _ in range(100):
            try:
                http.get(f"{platform.url}/1000", **spend(1000))
            except SourceOverBudget as error:
                over.append(error.left)
                return

    threads = [threading.Thread(target=work, args=(services,)) for services in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for services in workers:
        services.close()
    assert total(db) == 200_000
    assert len(platform.asked) == 200
    assert over == [0] * 8


def test_a_new_month_begins_anew(client: Callable[..., httpx2.Client], platform: Platform) -> None:
    http = client(0.0001)
    http.get(f"{platform.url}/100", **spend(100))
    with pytest.raises(SourceOverBudget):
        http.get(f"{platform.url}/1", **spend(1))
    april = client(0.0001, now=datetime(2026, 4, 1, tzinfo=UTC))
    assert april.get(f"{platform.url}/100", **spend(100)).text == "100"


def test_a_budget_that_was_raised_opens_at_once(client: Callable[..., httpx2.Client], platform: Platform) -> None:
    client(0.0001).get(f"{platform.url}/100", **spend(100))
    assert client(0.0002).get(f"{platform.url}/100", **spend(100)).text == "100"


def test_sources_with_the_same_key_share_what_is_counted_by_key(
    client: Callable[..., httpx2.Client], platform: Platform, payer: Payer
) -> None:
    shared = declared(replace(MILLIONTHS, whose="key"))
    other = replace(payer, source=str(uuid4()))
    client(0.0001, shared).get(f"{platform.url}/100", **spend(100))
    with pytest.raises(SourceOverBudget):
        client(0.0001, shared, payer=other).get(f"{platform.url}/1", **spend(1))
    with pytest.raises(SourceOverBudget):
        client(0.0001).get(f"{platform.url}/101", **spend(101))
    assert client(0.0001, payer=other).get(f"{platform.url}/100", **spend(100)).text == "100"


def test_turns_on_a_host_are_given_out_one_after_the_other_to_all_workers(
    client: Callable[..., httpx2.Client], platform: Platform
) -> None:
    slept: list[float] = []
    slow = declared(gap=timedelta(seconds=5), metered=False)
    clients = [client(collector=slow, sleep=slept.append) for _ in range(3)]
    for _ in range(3):
        for http in clients:
            http.get(f"{platform.url}/1")
    assert [round(pause / 5) for pause in slept] == list(range(9))
    assert all(number * 5 - 4 < pause <= number * 5 for number, pause in enumerate(slept))


def test_turns_are_not_given_out_twice_when_many_ask_at_once(db: Database) -> None:
    gap, found = timedelta(seconds=1), []

    def ask() -> None:
        with db.writing() as session:
            pause = take_turn(session, "example.org", gap)
        found.append(datetime.now(UTC) + pause)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.sort()
    assert all(after - before > gap / 2 for before, after in pairwise(found))


def test_a_turn_that_is_too_far_away_is_left_to_others(
    client: Callable[..., httpx2.Client], platform: Platform, db: Database
) -> None:
    slow = declared(gap=FARTHEST_TURN + timedelta(seconds=30), metered=False)
    http = client(collector=slow, sleep=lambda _: None)
    http.get(f"{platform.url}/1")
    for _ in range(2):
        with pytest.raises(NotOurTurn) as refused:
            http.get(f"{platform.url}/1")
        assert refused.value.wait is not None
        assert FARTHEST_TURN < refused.value.wait <= FARTHEST_TURN + timedelta(seconds=30)
    assert platform.asked == ["/1"]
