"""`vigie web` and two `vigie worker` on one database of somebody else's: the same results as `vigie serve`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx2
import pytest

from app.db import Database
from tests.crash.world import Site, free_port, hours_ago, wait_for


class House:
    """Processes on one database."""

    def __init__(self, db: Database, folder: Path, verbs: Sequence[str], **settings: str) -> None:
        self.port = free_port()
        self.environment = {
            **os.environ,
            "VIGIE_DATABASE_URL": db.url,
            "VIGIE_DATA_DIR": str(folder),
            "VIGIE_SECRET_KEY": "the same key for every process",
            "VIGIE_PORT": str(self.port),
            "VIGIE_ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
            "VIGIE_LOG_LEVEL": "warning",
            **settings,
        }
        self.log = (folder / "log").open("ab")
        self.processes = [self.start(verb) for verb in verbs]
        made = subprocess.run(
            [sys.executable, "-m", "app", "key", "create", "--scopes", "read,write"],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        self.http = httpx2.Client(
            base_url=f"http://127.0.0.1:{self.port}/api/v1",
            headers={"Authorization": f"Bearer {made.stdout.strip()}"},
            timeout=20,
            trust_env=False,
        )

    def start(self, verb: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "app", verb], env=self.environment, stdout=self.log, stderr=self.log
        )

    def listens(self) -> bool:
        try:
            return self.http.get("/me").status_code == 200
        except httpx2.TransportError:
            return False

    def close(self) -> None:
        self.http.close()
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(40)
        self.log.close()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    site.publish(40, "is in the shops", hours_ago(3))
    yield site
    site.close()


@pytest.fixture
def house(db: Database, tmp_path: Path) -> Iterator[House]:
    house = House(db, tmp_path, ("web", "worker", "worker"))
    yield house
    house.close()


@pytest.fixture
def web_house(db: Database, tmp_path: Path) -> Iterator[House]:
    house = House(db, tmp_path, ("web",), VIGIE_WEB_PROCESSES="2")
    yield house
    house.close()


def test_web_and_workers_apart_do_each_thing_once(house: House, site: Site) -> None:
    told = (Path(house.log.name)).read_text
    wait_for(house.listens, 60, told)
    brand = house.http.post("/brands", json={"name": "Zephyrine", "kind": "own", "query": "zephyrine"}).json()
    for number in range(6):
        feed = {"collector": "rss", "name": f"feed {number}", "params": {"url": f"{site.url}/feed?{number}"}}
        assert house.http.post("/sources", json=feed).status_code == 201

    def counted() -> bool:
        return bool(house.http.get(f"/brands/{brand['id']}/reputation").json()["mentions"] == 40)

    wait_for(counted, 60, told)
    items = house.http.get("/mentions?limit=500").json()["items"]
    assert len(items) == len({one["external_id"] for one in items}) == 40
    assert all(match["stance"] for one in items for match in one["matches"])
    sources = house.http.get("/sources").json()["items"]
    assert [one["consecutive_failures"] for one in sources] == [0] * 6


def test_every_process_ends_in_order_when_asked(house: House) -> None:
    wait_for(house.listens, 60, (Path(house.log.name)).read_text)
    for process in house.processes:
        process.terminate()
    assert [process.wait(40) for process in house.processes] == [0, 0, 0]


def child_of(pid: int) -> int | None:
    """The process that a thread of this one started and that lives."""
    told = [number for tasks in Path(f"/proc/{pid}/task").glob("*/children") for number in tasks.read_text().split()]
    return int(told[0]) if told else None


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc which process is whose child")
def test_a_second_web_process_answers_on_the_same_port_and_counts_with_the_first(web_house: House) -> None:
    first, told = web_house.processes[0], Path(web_house.log.name).read_text
    wait_for(web_house.listens, 120, told)
    wait_for(lambda: child_of(first.pid) is not None, 60, told)
    os.kill(first.pid, signal.SIGSTOP)
    try:
        wait_for(web_house.listens, 120, told)
        left = int(web_house.http.get("/me").headers["ratelimit-remaining"])
    finally:
        os.kill(first.pid, signal.SIGCONT)
    second = child_of(first.pid)
    assert second is not None
    os.kill(second, signal.SIGSTOP)
    try:
        with httpx2.Client(base_url=web_house.http.base_url, headers=web_house.http.headers, trust_env=False) as other:
            assert int(other.get("/me", timeout=20).headers["ratelimit-remaining"]) < left
    finally:
        os.kill(second, signal.SIGCONT)
    first.terminate()
    assert first.wait(40) == 0
    assert not Path(f"/proc/{second}").exists()
