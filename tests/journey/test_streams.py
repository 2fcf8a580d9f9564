"""`vigie serve` follows streams in a process of its own, which comes back when killed and leaves with its parent."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

import psutil

from tests.collectors.streams import Jet, jetstream
from tests.crash.world import Vigie, wait_for


def follower(vigie: Vigie) -> int | None:
    for child in psutil.Process(vigie.process.pid).children():
        with suppress(psutil.Error):
            if "stream" in child.cmdline():
                return child.pid
    return None


def test_the_process_comes_when_there_is_something_to_follow_and_comes_back(tmp_path: Path) -> None:
    with jetstream(Jet()) as jet:
        vigie = Vigie(tmp_path)
        try:
            assert follower(vigie) is None
            vigie.call("POST", "/brands", json={"name": "Zephyrine", "kind": "own", "query": "zephyrine"})
            source = {"collector": "jetstream", "name": "live", "params": {"base_url": jet.url}}
            vigie.call("POST", "/sources", json=source)
            wait_for(lambda: jet.open == 1, 60, vigie.told)
            jet.post("Zephyrine, one")
            wait_for(lambda: texts(vigie) == ["Zephyrine, one"], 30, vigie.told)
            killed = follower(vigie)
            assert killed is not None
            os.kill(killed, signal.SIGKILL)
            jet.post("Zephyrine, two")
            wait_for(lambda: texts(vigie) == ["Zephyrine, one", "Zephyrine, two"], 90, vigie.told)
            last = follower(vigie)
            assert last not in (None, killed)
        finally:
            vigie.close()
        assert last is not None
        assert not psutil.pid_exists(last)


def texts(vigie: Vigie) -> list[str]:
    return sorted(one["text"] for one in vigie.call("GET", "/mentions?limit=50")["items"])
