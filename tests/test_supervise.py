"""What keeps the worker running beside the web server."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest
from sqlalchemy.exc import OperationalError

from app.supervise import LONGEST_PAUSE, Child, Supervisor, patient


def dead(child: Child) -> None:
    """Gives the child a process that has ended."""
    child.process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])
    child.process.wait()


def test_a_child_that_keeps_dying_waits_longer_each_time() -> None:
    child, pauses, now = Child("worker", has_work=lambda: False), [], 1_000.0
    child.began = now
    for _ in range(8):
        dead(child)
        child.keep(now)
        assert child.process is None
        pauses.append(child.pause)
    assert pauses[:5] == [0.5, 1.0, 2.0, 4.0, 8.0]
    assert pauses[-1] == LONGEST_PAUSE


def test_a_child_that_lived_well_begins_again_at_once() -> None:
    child = Child("worker", has_work=lambda: False, pause=8.0)
    child.began = 1_000.0
    dead(child)
    child.keep(1_031.0)
    assert child.pause == 0.0


def test_a_child_without_work_is_not_started_and_asked_again_later() -> None:
    questions: list[float] = []

    def has_work() -> bool:
        questions.append(time.monotonic())
        return False

    child = Child("stream", has_work)
    child.keep(100.0)
    child.keep(100.5)
    assert (len(questions), child.process) == (1, None)
    child.keep(103.0)
    assert len(questions) == 2


def test_a_running_child_is_left_alone_and_ends_when_asked() -> None:
    child = Child("worker")
    child.process = running = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    child.keep(time.monotonic())
    assert child.process is running
    child.end(10)
    assert running.poll() is not None


def test_a_child_that_does_not_stop_in_time_is_killed() -> None:
    code = "import signal, sys, time; signal.signal(15, lambda *_: None); print(flush=True); time.sleep(60)"
    child = Child("worker")
    child.process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert child.process.stdout is not None
    with child.process.stdout:
        child.process.stdout.readline()
        child.end(0.2)
    assert child.process.returncode == -9


@pytest.mark.parametrize("answer", [False, OperationalError("SELECT", {}, Exception("gone"))])
def test_nothing_is_followed_while_the_database_does_not_answer(answer: bool | Exception) -> None:
    asked = threading.Event()

    def anything_to_follow() -> bool:
        asked.set()
        if isinstance(answer, Exception):
            raise answer
        return answer

    stream = Child("stream", patient(anything_to_follow))
    supervisor = Supervisor(None, [stream])
    supervisor.start()
    assert asked.wait(10)
    supervisor.stop(5)
    assert stream.process is None
