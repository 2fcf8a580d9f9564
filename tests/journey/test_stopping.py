"""`vigie serve` stopped while sources hang: it ends within seconds, its database too, and the next start is quiet."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.crash.world import Vigie, wait_for

HANGING = 40


class Silence:
    """A site that takes connections and never answers."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        self.held: list[socket.socket] = []
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                self.held.append(self.listener.accept()[0])

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)  # closing alone would leave the thread to accept for whoever is next
        self.thread.join(10)
        self.listener.close()
        for one in self.held:
            one.close()


@pytest.fixture
def silence() -> Iterator[Silence]:
    silence = Silence()
    yield silence
    silence.close()


@pytest.fixture
def vigie(tmp_path: Path) -> Iterator[Vigie]:
    vigie = Vigie(tmp_path)
    yield vigie
    vigie.close()


def runs(pid: int) -> bool:
    """Whether the process is there, and is not a dead one that nobody has asked about."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_a_stop_waits_for_no_slow_site_and_leaves_no_database(vigie: Vigie, silence: Silence) -> None:
    vigie.call("POST", "/brands", json={"name": "Zéphyrine", "kind": "own", "query": "zephyrine"})
    for number in range(HANGING):
        feed = {"url": f"http://127.0.0.1:{silence.port}/{number}"}
        vigie.call("POST", "/sources", json={"collector": "rss", "name": f"feed {number}", "params": feed})
    wait_for(lambda: len(silence.held) > 1, 60, vigie.told)
    database = int((vigie.folder / "postgres" / "postmaster.pid").read_text().split()[0])
    time.sleep(2)
    began = time.monotonic()
    vigie.process.send_signal(signal.SIGTERM)
    assert vigie.process.wait(60) == 0
    took = time.monotonic() - began
    print(f"stopped in {took:.1f} s")
    assert took < 10
    assert not runs(database)
    vigie.process = vigie._start()
    wait_for(lambda: vigie.call("GET", "/me") is not None, 60, vigie.told)
    time.sleep(3)
    assert "skipped" not in vigie.told()
