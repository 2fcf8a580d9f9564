"""A process of its own for hostile input. The functions are of the standard library: a child finds them by name."""

from __future__ import annotations

import json
import operator
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from ground import isolate as _isolate
from ground.isolate import CHILDREN, MIB, TASKS_PER_CHILD, Crashed, Starved, TooSlow, isolated, waiting

FOR_EVER = "any(0 for _ in iter(int, 1))"
ROOT = Path(__file__).parents[2]


def test_it_answers_what_the_function_returns() -> None:
    assert isolated(operator.add, 2, 3) == 5
    assert isolated(sorted, (3, 1, 2)) == [1, 2, 3]
    assert isolated(len, b"x" * 8 * MIB) == 8 * MIB
    assert isolated(bytes, 8 * MIB) == bytes(8 * MIB)


def test_it_runs_in_another_process_that_stays() -> None:
    pids = {isolated(os.getpid) for _ in range(20)}
    assert os.getpid() not in pids
    assert len(pids) <= CHILDREN


@pytest.mark.parametrize(
    ("function", "args", "error"),
    [
        (operator.truediv, (1, 0), ZeroDivisionError),
        (int, ("x",), ValueError),
        (json.loads, ("[" * 100_000,), RecursionError),
        (bytes.decode, (b"\xff", "utf-8"), UnicodeDecodeError),
    ],
)
def test_the_errors_of_the_function_are_its_own(function: object, args: tuple[object, ...], error: type) -> None:
    with pytest.raises(error):
        isolated(function, *args)  # type: ignore[arg-type]  # a table of callables of many shapes


def test_an_endless_loop_is_killed_and_the_next_call_works() -> None:
    with pytest.raises(TooSlow):
        isolated(eval, FOR_EVER, seconds=0.3)
    assert isolated(operator.add, 1, 1) == 2


def test_seconds_are_of_processor_time() -> None:
    assert isolated(eval, "__import__('time').sleep(0.6)", seconds=0.3) is None


def test_a_child_that_is_stopped_for_longer_than_its_seconds_still_answers() -> None:
    pid = isolated(os.getpid)
    with ThreadPoolExecutor(1) as thread:
        os.kill(pid, signal.SIGSTOP)
        answer = thread.submit(isolated, sum, range(1000), seconds=0.2)
        time.sleep(0.8)
        assert not answer.done()
        os.kill(pid, signal.SIGCONT)
        assert answer.result(10) == 499_500


def test_a_caller_whom_others_wait_for_is_told_in_time_that_the_machine_is_busy() -> None:
    pid = isolated(os.getpid)
    os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises(Starved), waiting(0.3):
        isolated(operator.add, 1, 1)
    assert time.monotonic() - began < 5
    assert isolated(operator.add, 1, 1) == 2
    assert not psutil.pid_exists(pid)


def test_the_patience_of_a_caller_is_for_all_its_calls_together() -> None:
    def ask_often() -> None:
        for _ in range(20):
            isolated(time.sleep, 0.2)

    with pytest.raises(Starved), waiting(1):
        ask_often()


def test_a_call_waits_for_a_seat_no_longer_than_its_caller_does() -> None:
    with ThreadPoolExecutor(CHILDREN) as threads:
        taken = [threads.submit(isolated, time.sleep, 1.5) for _ in range(CHILDREN)]
        time.sleep(0.3)
        with pytest.raises(Starved, match="too many"), waiting(0.2):
            isolated(operator.add, 1, 1)
        assert [seat.result() for seat in taken] == [None] * CHILDREN
    assert isolated(operator.add, 1, 1) == 2


def test_children_share_what_the_nursery_has_loaded() -> None:
    script = (
        "from ground.isolate import isolated, warm_up; import importlib, sys\n"
        "warm_up(importlib.import_module, 'wave')\n"
        "print(isolated(eval, \"'wave' in __import__('sys').modules\"), 'wave' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["True", "False"]


def test_a_warm_up_that_fails_does_no_harm() -> None:
    script = "from ground.isolate import isolated, warm_up; warm_up(int, 'x'); print(isolated(int, '7'))"
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["7"]


def test_a_nursery_that_was_killed_is_replaced() -> None:
    isolated(os.getpid)
    nursery = _isolate._home._process
    assert nursery is not None
    nursery.kill()
    nursery.wait()
    before = isolated(os.getpid)  # its children live on
    os.kill(before, signal.SIGKILL)
    time.sleep(0.1)
    assert isolated(os.getpid) != before
    assert _isolate._home._process is not nursery


def test_the_nursery_and_its_children_leave_signals_to_their_caller() -> None:
    child = isolated(os.getpid)
    assert _isolate._home._process is not None
    for pid in (child, _isolate._home._process.pid):
        for number in (signal.SIGTERM, signal.SIGINT):
            os.kill(pid, number)
    assert isolated(os.getpid) == child


def test_the_nursery_has_one_thread_so_that_a_fork_of_it_is_safe() -> None:
    script = (
        "import app.pipeline.sift.place; from ground import isolate; import psutil\n"
        "isolate.isolated(len, ''); print(psutil.Process(isolate._home._process.pid).num_threads())"
    )
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["1"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not bound the address space")
def test_a_memory_hog_is_stopped_and_the_next_call_has_its_memory() -> None:
    with pytest.raises(Crashed, match="256 MiB"):
        isolated(bytearray, 512 * MIB, memory=256 * MIB)
    assert isolated(operator.add, 1, 1) == 2
    assert len(isolated(bytes, 200 * MIB)) == 200 * MIB  # more than the bound leaves beside the interpreter


@pytest.mark.parametrize(
    "end", [(os._exit, 3), (os.abort,), (sys.exit, 0), (eval, "__import__('os').kill(__import__('os').getpid(), 9)")]
)
def test_a_death_is_told_and_the_parent_goes_on(end: tuple[object, ...]) -> None:
    with pytest.raises(Crashed):
        isolated(*end)  # type: ignore[arg-type]  # as above
    assert isolated(operator.add, 1, 1) == 2


def test_an_answer_that_cannot_be_carried_over_is_told() -> None:
    with pytest.raises(Crashed, match="carried over"):
        isolated(eval, "lambda: 0")
    with pytest.raises(Crashed, match="carried over"):
        isolated(eval, "(_ for _ in ()).throw(type('Odd', (Exception,), {})('x'))")


def test_an_exception_that_cannot_be_rebuilt_is_told() -> None:
    with pytest.raises(Crashed, match="carried over"):
        isolated(eval, "(_ for _ in ()).throw(__import__('collectors.base').base.SourceError('{a}', a='{x}'))")


def test_what_a_function_prints_does_not_disturb_the_answer() -> None:
    assert isolated(eval, "print('noise') or __import__('os').write(1, b'more noise')") == 10


def test_a_child_that_died_while_idle_is_replaced() -> None:
    for _ in range(3):
        pid = isolated(os.getpid)
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert isolated(operator.add, 1, 1) == 2


def test_a_child_is_recycled_after_its_tasks() -> None:
    _isolate.close()
    first = isolated(os.getpid)
    _isolate._idle[0].done = TASKS_PER_CHILD - 1
    assert isolated(os.getpid) == first
    assert isolated(os.getpid) != first


def test_many_threads_may_ask_at_once() -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: isolated(operator.mul, n, n), range(60)))
    assert answers == [n * n for n in range(60)]
    assert len(_isolate._idle) <= CHILDREN


def test_one_slow_task_leaves_the_other_seats_free() -> None:
    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(isolated, eval, FOR_EVER, seconds=1)
        quick = [threads.submit(isolated, operator.add, n, 1) for n in range(3)]
        assert [one.result() for one in quick] == [1, 2, 3]
        with pytest.raises(TooSlow):
            slow.result()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("busy", [False, True])
def test_children_end_when_their_parent_is_killed(busy: bool) -> None:
    task = f"isolated(eval, {FOR_EVER!r}, seconds=0.5)" if busy else "__import__('time').sleep(60)"
    script = f"from ground.isolate import isolated; import os; print(isolated(os.getpid), flush=True); {task}"
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout as told:
        child = psutil.Process(int(told.readline()))
        parent.kill()
        parent.wait()
    psutil.wait_procs([child], timeout=15)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
